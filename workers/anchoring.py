"""The sweep: check, seal, send, index, in this order, the last three under claims. Needs no broker.

First the chain is checked to be the one that the log is on; what is found is stored as the chain's state,
and a halted chain is looked at again at every sweep.
"""

import time
from collections.abc import Callable, Sequence

import structlog
from flask import current_app
from sqlalchemy import exists, select

from chain.client import ChainClient
from chain.deploy import anchor_log_code
from chain.errors import ChainError, NodeUnavailable, RpcRefused, WrongChain
from chain.keystore import KeystoreUnusable
from chain.signer import Signer
from webapp.chain_access import chain_client, settings
from webapp.config import Settings
from webapp.database import writing
from webapp.extensions import db
from webapp.log import instance
from webapp.log.errors import LogNotOpenError
from webapp.log.instance import NOTHING, DeepReorgError, InstanceError, WrongInstanceError
from webapp.log.models import Anchor, Batch, Log
from webapp.log.rebuilding import find_fork
from webapp.log.service import current_log
from webapp.outbox.chains import HALTED, MOST_REASON, chain_state, note_state, note_wait
from webapp.outbox.models import Chain, ChainState, SignerRole, Transaction, TransactionState
from webapp.secrets import SecretsError
from webapp.signers import anchorer_signer, issuer_signer, sender_signers
from webapp.status.recording import record_nodes
from workers.claims import claimed
from workers.indexing import Indexing, prune, read_past
from workers.moderating import tend_moderation
from workers.sealing import seal_due
from workers.sending import Sending, SendingPolicy
from workers.sending.states import AHEAD, UNSETTLED

__all__ = ["WrongInstanceError", "check_instance", "index", "seal", "send", "sweep"]
log = structlog.get_logger(__name__)
NOTE_SECONDS = 5.0
MOST_BATCHES, SEAL_SECONDS = 4, 10.0
_NOTED = "troth_nodes_noted"
_CHECKED = "troth_checked_logs"


def sweep() -> None:
    """Bring everything that waits one step further; problems of the chain are logged, not raised."""
    try:
        open_log = current_log(db.session())
    except LogNotOpenError:
        return
    finally:
        db.session.rollback()
    log_id, chain_ref = open_log.id, open_log.chain_ref
    tend_moderation()  # before sealing, which takes the stamp along; it asks no chain
    answers = _step(check, log_id, chain_ref)  # once for all that follows
    if _may_seal(log_id):
        seal(log_id)
    if answers and _step(_send, log_id, chain_ref):
        _step(_index, log_id, chain_ref)
    _note_nodes()


def _may_seal(log_id: int) -> bool:
    """Tell whether what is sealed now cannot contradict the chain, also while the node is away.

    A database that was restored from an older backup would seal other batches at places that the chain has
    taken already, so that one check has to pass after each start, unless nothing was ever sealed.
    """
    if log_id in current_app.extensions.get(_CHECKED, ()):
        return True
    sealed = db.session.scalars(select(Log.next_sequence).where(Log.id == log_id)).one()
    db.session.rollback()
    if sealed:
        log.warning("sweep.seals_later", log_id=log_id, reason="the chain was not checked yet")
    return not sealed


def _note_nodes() -> None:
    """Store how the nodes are, every few seconds, for whoever asks the web application."""
    now, noted = time.monotonic(), current_app.extensions.get(_NOTED, -NOTE_SECONDS)
    if now - noted < NOTE_SECONDS:
        return
    current_app.extensions[_NOTED] = now
    with writing() as session:
        record_nodes(session, chain_client().nodes())


def _step(step: Callable[[int], None], log_id: int, chain_ref: int) -> bool:
    """Do a step; return whether the chain can be asked for the next one."""
    try:
        step(log_id)
    except (NodeUnavailable, RpcRefused) as error:
        log.warning("sweep.node_away", step=step.__name__, problem=str(error))
        note_wait(chain_ref, str(error))
        return step is not check and not isinstance(error, NodeUnavailable)
    except InstanceError as error:
        log.warning("sweep.halted", step=step.__name__, problem=str(error))
        return False
    except ChainError as error:
        # The sentence says all; a trace every second would drown it.
        log.error("sweep.failed", step=step.__name__, problem=str(error))  # noqa: TRY400
        return step is not check
    return True


def seal(log_id: int) -> None:
    """Seal a few batches that are due in a log; not on a chain that is halted.

    What is sealed keeps its place for ever, so that a log whose chain went wrong must not grow. Whatever
    comes in, sending and indexing get their turn after MOST_BATCHES or SEAL_SECONDS.
    """
    if chain_state(_chain_ref(log_id)) in HALTED:
        return
    with claimed(f"seal:{log_id}") as mine:
        deadline = time.monotonic() + SEAL_SECONDS
        for _ in range(MOST_BATCHES if mine else 0):
            if seal_due(log_id, settings()) is None or time.monotonic() > deadline:
                break


def check(log_id: int) -> None:
    """Check that the node serves the log's chain; raises ChainError."""
    check_instance(chain_client(), log_id)


def send(log_id: int) -> None:
    """Send what is owed for a log; raises ChainError."""
    check(log_id)
    _send(log_id)


def index(log_id: int) -> None:
    """Index a log's events; raises ChainError and its kind DeepReorgError."""
    check(log_id)
    _index(log_id)


def _send(log_id: int) -> None:
    """Let every signer send; raises the first problem of one once all had their turn.

    Raises NodeUnavailable at once, since no other could send either.
    """
    problems: list[ChainError] = []
    here, chain_ref = settings(), _chain_ref(log_id)
    others = _busy(sender_signers(here), chain_ref)
    signers = [(anchorer_signer(here), SignerRole.ANCHORER)]
    signers += [(one, SignerRole.ISSUER) for one in _busy(_issuers(here), chain_ref)]
    for signer, role in signers + [(one, SignerRole.SENDER) for one in others]:
        with claimed(f"send:{chain_ref}:{signer.address}") as mine:
            if not mine:
                continue
            policy = SendingPolicy.of(here, role)
            try:
                Sending(chain_client(), signer, chain_ref, policy).run()
            except NodeUnavailable:
                raise
            except ChainError as error:
                log.warning("sweep.signer_failed", signer=signer.address, problem=str(error))
                problems.append(error)
    if problems:
        raise problems[0]


def _issuers(here: Settings) -> list[Signer]:
    """Return the issuer, if it can be had: a key that cannot be opened must not keep batches from the chain."""
    try:
        issuer = issuer_signer(here)
    except (SecretsError, KeystoreUnusable) as error:
        log.error("sweep.no_issuer", problem=str(error))  # noqa: TRY400 - the sentence says all
        return []
    return [] if issuer is None else [issuer]


def _busy(signers: Sequence[Signer], chain_ref: int) -> list[Signer]:
    """Return the signers of other transactions that have something to send or to see through."""
    addresses = [signer.address for signer in signers]
    mine = (Transaction.chain_ref == chain_ref, Transaction.signer.in_(addresses))
    query = select(Transaction.signer).where(*mine, Transaction.state.in_(UNSETTLED)).distinct()
    busy = set(db.session.scalars(query))
    db.session.rollback()
    return [signer for signer in signers if signer.address in busy]


def _index(log_id: int) -> None:
    here = settings()
    chain_ref = _chain_ref(log_id)
    with claimed(f"index:{log_id}") as mine:
        if not mine:
            return
        client = chain_client()
        try:
            follower = Indexing(client, log_id, here.depth)
            follower.run()
        except DeepReorgError as error:
            _halt_deep(client, chain_ref, error)
            raise
        # Under the same claim: who anchors again takes it too, and goes by the blocks that are there.
        prune(chain_ref)
        if here.embedded_chain and here.depth and _waits_for_depth(log_id, chain_ref):
            # The embedded chain mines only what is sent: nothing else would ever bury the last batch.
            client.request("evm_mine", [])
        read_past(client, follower.registries)


def check_instance(client: ChainClient, log_id: int) -> int:
    """Check that the node serves the log's chain, and store what was found; return the chain's row id.

    Raises WrongInstanceError, DeepReorgError, and NodeUnavailable where it cannot be told.
    """
    session = db.session()
    here = instance.read_instance(session, log_id)
    session.rollback()
    # Of every node, also of one that is connected later.
    code = {here.contract: anchor_log_code()} | {
        one.address: one.code_hash for one in here.registries
    }
    client.expect(here.chain_id, here.genesis, code)
    try:
        instance.check_instance(session, client, here)
    except DeepReorgError as error:
        _halt_deep(client, here.chain_ref, error)
        raise
    except (WrongInstanceError, WrongChain) as error:
        sound_to = error.sound_to if isinstance(error, WrongInstanceError) else NOTHING
        note_state(here.chain_ref, ChainState.HALTED_INSTANCE, str(error), sound_to)
        raise
    current_app.extensions.setdefault(_CHECKED, set()).add(log_id)
    if chain_state(here.chain_ref) in HALTED:
        # Nothing was changed meanwhile, and all that is stored holds again.
        note_state(here.chain_ref, ChainState.SYNCING)
    return here.chain_ref


def _halt_deep(client: ChainClient, chain_ref: int, error: DeepReorgError) -> None:
    """Halt a chain that dropped final blocks, with the newest stored block that it still holds."""
    chain = db.session.get_one(Chain, chain_ref)
    known, reason, sound_to = ChainState(chain.state), chain.reason, chain.sound_to
    db.session.rollback()
    # The error names the block's hash, which stands for all blocks below: the same again, the same fork.
    same = known == ChainState.HALTED_DEEP and reason == str(error)[:MOST_REASON]
    if same and sound_to not in (None, NOTHING):
        return
    try:
        fork = find_fork(db.session(), client, chain_ref)
    except ChainError as problem:
        log.warning("sweep.fork_unknown", problem=str(problem))
        fork = None
    finally:
        db.session.rollback()
    sound = NOTHING if fork is None else min(fork, error.number - 1)
    note_state(chain_ref, ChainState.HALTED_DEEP, str(error), sound)


def _chain_ref(log_id: int) -> int:
    found = db.session.scalars(select(Log.chain_ref).where(Log.id == log_id)).one()
    db.session.rollback()
    return found


def _waits_for_depth(log_id: int, chain_ref: int) -> bool:
    """Tell whether something is mined and not yet final."""
    same = (Anchor.log_id == Batch.log_id, Anchor.root == Batch.root)
    anchor = exists().where(Anchor.log_id == log_id, Anchor.final_at.is_(None), *same)
    mined = exists().where(
        Transaction.chain_ref == chain_ref, Transaction.state == TransactionState.MINED
    )
    ahead = exists().where(
        Transaction.chain_ref == chain_ref,
        Transaction.state.in_(UNSETTLED),
        Transaction.reason.startswith(AHEAD),
    )
    found = bool(db.session.scalar(select(anchor | mined | ahead)))
    db.session.rollback()
    return found
