"""Anchoring again what the chain no longer holds; what was sealed never changes.

First a plan, which only reads; then, in one commit, the log's place on the chain it has now and the
transactions that are owed for it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from chain import wire
from chain.client import ChainClient
from chain.contracts import AnchorLog
from webapp.columns import utc_now
from webapp.extensions import db
from webapp.log.instance import NOTHING
from webapp.log.models import Anchor, Batch, Log
from webapp.outbox.chains import add_blocks, set_state
from webapp.outbox.finality import accept_loss, final_number, raise_final
from webapp.outbox.lost import taken_back
from webapp.outbox.models import Attempt, Block, Chain, ChainState, Transaction, TransactionState
from webapp.outbox.registries import begin_anew, read_again
from webapp.outbox.service import owe_again

KEYS_PER_QUERY = 500
LOST = "The chain lost the transaction; it is being sent again"
DEAD_END = (TransactionState.REVERTED, TransactionState.DEAD)
DONE = (TransactionState.MINED, TransactionState.FINAL)
# Takes back what the registries' events above a block of a chain meant.
Undo = Callable[[Session, int, int], None]


class RebuildRefusedError(Exception):
    """A state of chain or database in which anchoring again would not be safe; says what to do."""


@dataclass(frozen=True)
class RebuildPlan:
    """What would be done; block numbers, and row ids of batches in the order of the log.

    ``target`` is the row of the chain that the node serves, None if the database has not seen it;
    ``fork`` the newest stored block that is on it. ``written`` counts the batches that it holds; ``deep``
    says that it dropped blocks that were final. ``depth`` is that of finality, on a chain that begins anew.
    """

    log_id: int
    chain_ref: int
    target: int | None
    chain_id: int
    genesis: bytes
    fork: int | None
    written: int
    deep: bool
    lost_anchors: int
    owed: tuple[int, ...]
    given_up: tuple[str, ...]
    depth: int

    @property
    def moves(self) -> bool:
        """Whether the log moves to another chain than it is on."""
        return self.target != self.chain_ref

    @property
    def needed(self) -> bool:
        """Whether there is anything to do."""
        return self.moves or self.deep or bool(self.owed)


def plan_rebuild(client: ChainClient, log_id: int, depth: int) -> RebuildPlan:
    """Compare chain and database, and say what is to be done; writes nothing.

    Raises RebuildRefusedError where the chain holds batches that the database does not, where the node
    is only behind, or contradicts itself; and ChainError.
    """
    session = db.session()
    log = session.get_one(Log, log_id)
    chain_id, genesis = client.chain_id(), client.genesis()
    if chain_id != log.chain.chain_id:
        raise RebuildRefusedError(
            f"The node serves chain {chain_id}, and every record is signed for chain "
            f"{log.chain.chain_id}. Let TROTH_CHAIN_URL lead to a node of chain {log.chain.chain_id}."
        )
    known = session.scalars(select(Chain).filter_by(chain_id=chain_id, genesis=genesis)).first()
    target = None if known is None else known.id
    moves = target != log.chain_ref
    # On a chain that is moved to everything is read anew: its anchors were taken back on leaving.
    fork = None if target is None or moves else find_fork(session, client, target)
    deployed = bool(client.code(log.contract))
    written = AnchorLog(client, log.contract).next(log.anchorer)[0] if deployed else 0
    deep = not moves and _is_deep(session, client, log, fork, deployed=deployed)
    above = -1 if moves or (deep and fork is None) else fork
    lost = _anchors_above(session, log, above) if moves or deep else set()
    kept = set() if moves else _anchors_above(session, log, -1) - lost
    _check_all_known(session, client, log, written, kept)
    plan = RebuildPlan(
        log_id=log.id,
        chain_ref=log.chain_ref,
        target=target,
        chain_id=chain_id,
        genesis=genesis,
        fork=fork,
        written=written,
        deep=deep,
        lost_anchors=len(lost),
        owed=_to_owe(session, log, target, written),
        given_up=_given_up(session, log) if moves else (),
        depth=depth,
    )
    session.rollback()
    return plan


def find_fork(session: Session, client: ChainClient, chain_ref: int) -> int | None:
    """Return the highest stored block that is canonical at the node, None if none is."""
    query = select(Block.number).filter_by(chain_ref=chain_ref).order_by(Block.number)
    # There may be gaps below finality, where old blocks were deleted.
    numbers = session.scalars(query.where(Block.number <= client.head().number)).all()
    low, high = 0, len(numbers)
    while low < high:  # what is canonical is a prefix of what is stored
        middle = (low + high) // 2
        number = numbers[middle]
        row, actual = session.get(Block, (chain_ref, number)), client.block(number)
        if row is not None and actual is not None and actual.hash == row.hash:
            low = middle + 1
        else:
            high = middle
    return numbers[low - 1] if low else None


def _is_deep(
    session: Session, client: ChainClient, log: Log, fork: int | None, *, deployed: bool
) -> bool:
    """Tell whether the chain dropped final blocks; a smaller reorg is mended by the worker alone."""
    final = final_number(session, log.chain_ref)
    if final is None or (fork is not None and fork >= final):
        if not deployed:
            raise RebuildRefusedError(
                f"The node has every final block that was indexed, and yet no contract at "
                f"{log.contract}: its state is damaged. Use another node."
            )
        return False
    if deployed and not _contradicts(session, client, log.chain_ref, fork):
        raise RebuildRefusedError(
            f"The node has got no further than block {client.head().number}, and block {final} was final "
            "already. Wait until it has caught up, or use another node."
        )
    return True


def _contradicts(session: Session, client: ChainClient, chain_ref: int, fork: int | None) -> bool:
    """Tell whether the node has another block in the place of the lowest that is stored above a fork.

    Not of the one right above it: old blocks are deleted, and a node that is behind has not got that far.
    """
    above = select(func.min(Block.number)).filter_by(chain_ref=chain_ref)
    lowest = session.scalar(above.where(Block.number > (-1 if fork is None else fork)))
    return lowest is not None and client.block(lowest) is not None


def _anchors_above(session: Session, log: Log, number: int | None) -> set[bytes]:
    query = select(Anchor.root).where(Anchor.log_id == log.id)
    return set(
        session.scalars(query.where(Anchor.block_number > (-1 if number is None else number)))
    )


def _check_all_known(
    session: Session, client: ChainClient, log: Log, written: int, kept: set[bytes]
) -> None:
    """Refuse a chain that holds a batch which the database does not have at that place."""
    contract = AnchorLog(client, log.contract)
    sealed = select(Batch.sequence, Batch.root).where(Batch.log_id == log.id)
    found = session.execute(sealed.where(Batch.sequence < written))
    roots = {row.sequence: row.root for row in found}
    for sequence in range(written):
        root = roots.get(sequence)
        if root in kept:
            continue
        state = None if root is None else contract.anchor_of(log.anchorer, root)
        if state is None or state.sequence != sequence:
            raise RebuildRefusedError(
                f"The chain holds {written} batches of {log.anchorer}, and the database does not know "
                f"the one with sequence {sequence}: it was restored from an older backup. Restore the "
                "newest backup. If that is lost for good, the log has to end: close its namespace "
                "(AnchorLog.close() by its anchorer) and begin a new log with a fresh "
                "TROTH_ANCHORER_KEY."
            )


def _to_owe(session: Session, log: Log, target: int | None, written: int) -> tuple[int, ...]:
    """Return the batches, in order, that the chain lacks and that nothing on its way will bring there."""
    query = (
        select(Batch.id)
        .join(Transaction, Transaction.id == Batch.transaction_id)
        .where(Batch.log_id == log.id, Batch.sequence >= written)
        .order_by(Batch.sequence)
    )
    if target == log.chain_ref:
        query = query.where(Transaction.state.in_((*DEAD_END, *DONE)))
    return tuple(session.scalars(query))


def _given_up(session: Session, log: Log) -> tuple[str, ...]:
    others = select(Log.anchorer).where(Log.chain_ref == log.chain_ref, Log.id != log.id)
    return tuple(session.scalars(others.where(exists().where(Batch.log_id == Log.id))))


def apply_rebuild(
    session: Session, plan: RebuildPlan, blocks: Sequence[wire.Block], undo: Undo
) -> None:
    """Do what the plan says, in the open write transaction.

    ``blocks`` is where following begins on a chain of which nothing that is stored is canonical; ``undo``
    takes back what the registries' events above a block of a chain meant.
    """
    log = session.get_one(Log, plan.log_id)
    chain = _target(session, plan, blocks)
    if plan.target is not None and (plan.moves or plan.deep):
        undo(session, chain.id, -1 if plan.fork is None else plan.fork)
    if plan.moves:
        _leave(session, session.get_one(Chain, plan.chain_ref), plan)
    above = -1 if plan.moves or plan.fork is None else plan.fork
    if plan.moves or plan.deep:
        gone = (Anchor.log_id == log.id, Anchor.block_number > above)
        session.execute(delete(Anchor).where(*gone))
    log.chain_ref = chain.id
    session.flush()
    if plan.moves:
        _return(session, plan, chain.id)
    _owe_all(session, plan, chain.id)
    set_state(chain, ChainState.SYNCING)


def _target(session: Session, plan: RebuildPlan, blocks: Sequence[wire.Block]) -> Chain:
    """Return the row of the chain that the node serves, with canonical blocks only."""
    if plan.target is None:
        fresh = {"chain_id": plan.chain_id, "genesis": plan.genesis}
        chain = Chain(first_block=blocks[0].number, **fresh)
        session.add(chain)
        session.flush()
        _begin(session, chain, plan, blocks)
        return chain
    chain = session.get_one(Chain, plan.target)
    if not (plan.moves or plan.deep):
        return chain
    fork = -1 if plan.fork is None else plan.fork
    # By number: of old blocks no hash is stored any more.
    held = select(Attempt.transaction_id).where(Attempt.block_number > fork)
    session.execute(
        update(Transaction)
        .where(Transaction.chain_ref == chain.id, Transaction.id.in_(held))
        .where(Transaction.state.in_(DONE))
        .values(taken_back(LOST))
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(Block).where(Block.chain_ref == chain.id, Block.number > fork))
    accept_loss(chain, plan.fork)
    if plan.fork is None:
        chain.first_block = blocks[0].number
        _begin(session, chain, plan, blocks)
        begin_anew(session, chain.id, blocks[-1].number)
    else:
        read_again(session, chain.id, plan.fork)
        chain.first_block = min(chain.first_block, plan.fork)
    return chain


def _begin(session: Session, chain: Chain, plan: RebuildPlan, blocks: Sequence[wire.Block]) -> None:
    """Store where following begins, and how far that is final."""
    add_blocks(session, chain.id, blocks)
    raise_final(chain, blocks[-1].number - plan.depth)


def _leave(session: Session, old: Chain, plan: RebuildPlan) -> None:
    """Close the books on a chain that is gone: nothing of it may be called anchored any more."""
    others = select(Log.id).where(Log.chain_ref == old.id, Log.id != plan.log_id)
    session.execute(
        delete(Anchor).where(Anchor.log_id.in_(others)).execution_options(synchronize_session=False)
    )
    reason = (
        f"This chain (genesis 0x{old.genesis.hex()}) is gone; the log that was open went on with the "
        f"one of genesis 0x{plan.genesis.hex()}, and earlier logs ended"
    )
    set_state(old, ChainState.HALTED_INSTANCE, reason, NOTHING)


def _return(session: Session, plan: RebuildPlan, chain_ref: int) -> None:
    """Point the batches that the chain holds to the transactions that once brought them there."""
    held = select(Batch.id).where(Batch.log_id == plan.log_id, Batch.sequence < plan.written)
    for batches, known in _with_known(session, tuple(session.scalars(held))):
        for batch in batches:
            there = [one for one in known[_key(batch)] if one.chain_ref == chain_ref]
            if there:
                batch.transaction_id = there[0].id
        session.flush()


def _key(batch: Batch) -> str:
    return f"anchor:{batch.log_id}:0x{batch.root.hex()}"


def _with_known(
    session: Session, batch_ids: Sequence[int]
) -> Iterator[tuple[list[Batch], dict[str, list[Transaction]]]]:
    """Give batches, some at a time, with the transactions of any chain for each by key, newest first."""
    chains = session.scalars(select(Chain.id)).all()
    some = max(1, KEYS_PER_QUERY // (len(chains) + 1))
    for start in range(0, len(batch_ids), some):
        found = select(Batch).where(Batch.id.in_(batch_ids[start : start + some]))
        batches = list(session.scalars(found.order_by(Batch.sequence)))
        # The keys are exact: the first one of a batch, and one for each chain that it was moved to.
        base = {
            key: _key(batch)
            for batch in batches
            for key in (_key(batch), *(f"{_key(batch)}:{chain}" for chain in chains))
        }
        known: dict[str, list[Transaction]] = {_key(batch): [] for batch in batches}
        rows = select(Transaction).where(Transaction.key.in_(base))
        for one in session.scalars(rows.order_by(Transaction.id.desc())):
            known[base[one.key]].append(one)
        yield batches, known


def _owe_all(session: Session, plan: RebuildPlan, chain_ref: int) -> None:
    """Owe batches on a chain, in their order."""
    for batches, known in _with_known(session, plan.owed):
        for batch in batches:
            _owe(session, batch, known[_key(batch)], chain_ref)
        session.flush()


def _owe(session: Session, batch: Batch, known: list[Transaction], chain_ref: int) -> None:
    """See to it that a batch is owed on a chain: what is on its way there goes on, else anew."""
    old = batch.transaction
    there = [one for one in known if one.chain_ref == chain_ref]
    if there:
        newest = next((one for one in there if one.state not in DEAD_END), there[0])
        if newest.state in DEAD_END:
            owe_again(session, newest.id, LOST)
        elif newest.state in DONE:
            bare = newest.nonce is None  # another one did its work: it was never sent itself
            newest.state = TransactionState.QUEUED if bare else TransactionState.ORPHANED
            newest.reason, newest.mined_at = None if bare else LOST, None
        batch.transaction_id = newest.id
        return
    fresh = Transaction(
        chain_ref=chain_ref,
        key=f"{_key(batch)}:{chain_ref}",
        signer=old.signer,
        to=old.to,
        data=old.data,
        # A limit of its own: with the nonce and fees of an earlier one, the chain id being the same, it
        # would be signed to the very same bytes, and attempts are told apart by their hash.
        gas=max(one.gas for one in known) + 1,
        state=TransactionState.QUEUED,
        created_at=utc_now(),
    )
    session.add(fresh)
    session.flush()
    batch.transaction_id = fresh.id
