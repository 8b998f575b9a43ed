"""Checks that ask the chain's node whether it is there, is ours, and holds what is called anchored."""

from collections.abc import Callable

from sqlalchemy import select

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import check_code
from chain.errors import (
    ChainError,
    ContractReverted,
    NoCode,
    NodeUnavailable,
    RpcRefused,
    WrongCode,
)
from webapp.commands.doctor.findings import Finding, fail, ok, warn
from webapp.config import Settings
from webapp.extensions import db
from webapp.log import instance
from webapp.log.instance import Instance
from webapp.log.models import Anchor
from webapp.outbox.models import Registry, RegistryKind
from webapp.outbox.registries import FOLLOWED, STANDING
from webapp.signers import anchorer_signer

REBUILD = (
    "If the chain's data can be brought back, do that. If it is lost, see what `troth anchors rebuild` "
    "would do."
)
RESTORE = (
    "Restore the newest backup of the database. If that is lost for good: close the log's namespace "
    "(AnchorLog.close() by its anchorer) and begin a new log with a fresh TROTH_ANCHORER_KEY."
)
# A batch takes about 52,500 gas; fewer than so many of them paid for is worth a word.
BATCH_GAS, LOW_BATCHES = 60_000, 100
ETHER = 10**18


def check_chain(client: ChainClient, here: Settings, log: Instance) -> list[Finding]:
    """Make every check that needs the node; the first that shows another chain ends them."""
    try:
        head = client.head()
    except ChainError as error:
        says = f"{error} Posting goes on; records wait for their anchor."
        return [fail("node", says, "Start the node, or correct TROTH_CHAIN_URL.")]
    found = [ok("node", f"The node at {client.url} answers; its head is block {head.number}.")]
    steps = (_same_chain, _contract, _final_block, _namespace)
    for step in steps:
        finding = _guarded(step, client, log)
        found.append(finding)
        if finding.level == "fail":
            break
    else:
        found += [_roots(client, log), _open(client, log)]
        found.append(_guarded(_registries, client, log))
    if any(one.check == "instance" and one.level == "ok" for one in found):
        found.append(_funds(client, log))
    return [*found, _key(here, log)]


def _guarded(
    step: Callable[[ChainClient, Instance], Finding], client: ChainClient, log: Instance
) -> Finding:
    try:
        return step(client, log)
    except (NodeUnavailable, RpcRefused) as error:
        name = step.__name__.strip("_")
        return warn(name, f"It cannot be told now: {error}", "Wait, or look at the node.")


def _same_chain(client: ChainClient, log: Instance) -> Finding:
    chain_id, genesis = client.chain_id(), client.genesis()
    if chain_id != log.chain_id:
        says = f"The node serves chain {chain_id}; the log is on chain {log.chain_id}."
        return fail("instance", says, f"Let TROTH_CHAIN_URL lead to chain {log.chain_id}.")
    if genesis != log.genesis:
        says = (
            f"The node's chain {chain_id} has the genesis 0x{genesis.hex()}, and the log is on the one "
            f"of 0x{log.genesis.hex()}: the chain was wiped, or it is another one."
        )
        return fail("instance", says, REBUILD)
    return ok("instance", f"It is chain {chain_id} with the log's genesis.")


def _contract(client: ChainClient, log: Instance) -> Finding:
    try:
        instance.check_contract(client, log)
    except instance.ContractGoneError as error:
        return fail("contract", f"{error.problem}.", REBUILD)
    return ok("contract", f"AnchorLog is at {log.contract}.")


def _final_block(client: ChainClient, log: Instance) -> Finding:
    try:
        instance.check_final_block(client, log)
    except instance.DeepReorgError as error:
        says = (
            f"Block {error.number} was final and the node has another one there: a reorg below "
            "finality, or a chain that was reset."
        )
        return fail("finality", says, f"Compare with another node first. {REBUILD}")
    return ok("finality", "The newest final block that is stored is canonical.")


def _namespace(client: ChainClient, log: Instance) -> Finding:
    try:
        instance.check_namespace(db.session(), client, log)
    except instance.ForeignBatchError as error:
        return fail("counters", f"{error.problem}.", RESTORE)
    except instance.ContractGoneError as error:
        return fail("counters", f"{error.problem}.", REBUILD)
    written, _ = AnchorLog(client, log.contract).next(log.anchorer)
    says = f"The chain holds {written} of the log's {log.next_sequence} batches, and all are known."
    return ok("counters", says)


def _roots(client: ChainClient, log: Instance) -> Finding:
    """Ask for the newest anchor: the contract takes batches in order, so that it speaks for all."""
    query = select(Anchor.root).filter_by(log_id=log.log_id)
    root = db.session.scalars(query.order_by(Anchor.block_number.desc()).limit(1)).first()
    db.session.rollback()
    if root is not None and AnchorLog(client, log.contract).anchor_of(log.anchorer, root) is None:
        says = f"The root 0x{root.hex()} is called anchored here and is not on the chain."
        return fail("roots", says, f"The worker undoes a small reorg by itself. {REBUILD}")
    return ok("roots", "What is called anchored is on the chain.")


def _registries(client: ChainClient, log: Instance) -> Finding:
    """Look for both registries where they belong, and how far their past was read."""
    known, says, missing, behind = {one.kind for one in log.registries}, [], [], []
    for kind, standing in STANDING.items():
        try:
            check_code(client, standing.address, standing)
        except (NoCode, WrongCode) as error:
            missing.append(f"{standing.name}: {error}")
            continue
        says.append(f"{standing.name} is at {standing.address}.")
        if kind in FOLLOWED and kind not in known:
            missing.append(f"{standing.name} is not known to this database.")
        elif kind in known:
            behind += _unread(log.chain_ref, kind, standing.name)
    if missing:
        do = "Run `troth setup`: it deploys what the chain lacks and changes nothing else."
        return fail("registries", " ".join(missing), do)
    if behind:
        return warn("registries", " ".join(behind), "Nothing: the worker reads on by itself.")
    return ok("registries", " ".join(says))


def _unread(chain_ref: int, kind: RegistryKind, name: str) -> list[str]:
    row = db.session.get_one(Registry, (chain_ref, kind))
    read, until = max(row.read_to, row.first_block - 1), row.until
    db.session.rollback()
    if read >= until:
        return []
    return [f"The past of {name} is read up to block {read}, of {until}."]


def _open(client: ChainClient, log: Instance) -> Finding:
    written, _ = AnchorLog(client, log.contract).next(log.anchorer)
    call = AnchorLog.anchor(written, b"\xff" * 32, 1)
    try:
        client.call(log.contract, call, sender=log.anchorer)
    except ContractReverted as error:
        says = f"The log's namespace takes no more batches: {error}"
        return fail("namespace", says, "Begin a new log with a fresh TROTH_ANCHORER_KEY.")
    return ok("namespace", "The log's namespace is open.")


def _key(here: Settings, log: Instance) -> Finding:
    address = anchorer_signer(here).address
    if address != log.anchorer:
        says = f"The key given is that of {address}, and the log is anchored by {log.anchorer}."
        return fail("key", says, "Set TROTH_ANCHORER_KEY to the log's key, then run `troth setup`.")
    return ok("key", f"The key given is that of the log's anchorer {address}.")


def _funds(client: ChainClient, log: Instance) -> Finding:
    try:
        balance, price = client.balance(log.anchorer), client.fees().max_fee
    except (NodeUnavailable, RpcRefused) as error:
        return warn("funds", f"It cannot be told now: {error}", "Wait, or look at the node.")
    batches = balance // max(1, price * BATCH_GAS)
    says = f"{log.anchorer} has {balance / ETHER:.6f} ether, enough for about {batches} batches."
    if batches < 1:
        return fail("funds", says, "Send it funds; what waits goes on by itself.")
    if batches < LOW_BATCHES:
        return warn("funds", says, "Send it funds before they run out.")
    return ok("funds", says)
