"""Counting what waits without reading what is final, however long the log is.

A log's row says how many entries and batches there ever were; the open ones are counted by index,
and what is left is final. So the work grows with what waits, never with what is done:

- unsealed entries by the partial index of exactly those, at most MOST_UNSEALED of them;
- open transactions by (signer, state, id), signer by signer, with their batches and anchors by key;
- the oldest entry of a pile is the first of its oldest batch, since batches are sealed in order.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from webapp.assets.minting import SIGNED
from webapp.assets.models import Mint
from webapp.assets.permitting import KEY as MINT_KEY
from webapp.log.models import Anchor, Batch, Entry, Log
from webapp.log.states import DELAYED, HALTED
from webapp.outbox.models import Chain, Transaction, TransactionState
from webapp.status.state import HALTED_CHAINS, Counts, EntryState, Pile, Trouble, earliest

MOST_UNSEALED = 1_000_000
TROUBLES_SHOWN = 5
_TOLD: dict[str, EntryState] = {
    **dict.fromkeys(DELAYED, EntryState.DELAYED),
    **dict.fromkeys(HALTED, EntryState.HALTED),
    TransactionState.MINED: EntryState.MINED,
    TransactionState.FINAL: EntryState.MINED,
}
MINT_STATES = (SIGNED, "sent", "mined", "delayed", "halted")
OPEN = tuple(state for state in TransactionState if state is not TransactionState.FINAL)


@dataclass(frozen=True)
class _Group:
    """Open batches of one log that are alike."""

    log_id: int
    transaction: str
    sent: bool
    anchored: bool
    final: bool
    batches: int
    entries: int
    oldest_batch: int
    sealed_at: datetime


@dataclass(frozen=True)
class _Unsealed:
    log_id: int
    count: int
    oldest: datetime | None


@dataclass(frozen=True)
class _Log:
    id: int
    batches: int
    entries: int
    halted: bool


def batch_state(
    transaction: str, *, sent: bool, anchored: bool, final: bool, chain_halted: bool
) -> EntryState:
    """Return what people are told of a batch: the same as of its entries in ``log/states.py``."""
    if final:
        return EntryState.FINAL
    if chain_halted:
        return EntryState.HALTED
    if anchored:  # the canonical event outranks what is known of the transaction
        return EntryState.MINED
    if (told := _TOLD.get(transaction)) is not None:
        return told
    return EntryState.SENT if sent else EntryState.SEALED


def count(connection: Connection) -> Counts:
    """Count everything that waits, and what is final by what is left."""
    logs = _logs(connection)
    signers = signers_of_transactions(connection)
    groups = _groups(connection, signers)
    groups += _lost(connection, [log.id for log in logs if log.halted])
    unsealed = _unsealed(connection)
    first_accepted = _accepted(connection, [group.oldest_batch for group in groups])
    entries: dict[EntryState, Pile] = dict.fromkeys(EntryState, Pile())
    batches: dict[EntryState, Pile] = dict.fromkeys(EntryState, Pile())
    halted = {log.id: log.halted for log in logs}
    for group in groups:
        state = batch_state(
            group.transaction,
            sent=group.sent,
            anchored=group.anchored,
            final=group.final,
            chain_halted=halted[group.log_id],
        )
        oldest = first_accepted.get(group.oldest_batch)
        entries[state] += Pile(group.entries, oldest)
        batches[state] += Pile(group.batches, group.sealed_at)
    for waiting in unsealed:
        state = EntryState.HALTED if halted[waiting.log_id] else EntryState.SAVED
        entries[state] += Pile(waiting.count, waiting.oldest)
    settled = sum(log.entries for log in logs) - sum(group.entries for group in groups)
    entries[EntryState.FINAL] = Pile(entries[EntryState.FINAL].count + settled)
    settled = sum(log.batches for log in logs) - sum(group.batches for group in groups)
    batches[EntryState.FINAL] = Pile(batches[EntryState.FINAL].count + settled)
    bare = [first_accepted.get(one.oldest_batch) for one in groups if not one.anchored]
    since = earliest([*bare, *(waiting.oldest for waiting in unsealed)])
    owed = _transactions(connection, signers)
    return Counts(entries, batches, owed, since, _mints(connection, signers))


def signers_of_transactions(connection: Connection) -> list[str]:
    """Return every signer that ever owed, by one step in the index for each."""
    first = select(func.min(Transaction.signer).label("signer")).cte("walk", recursive=True)
    after = select(func.min(Transaction.signer)).where(Transaction.signer > first.c.signer)
    step = select(after.scalar_subquery()).select_from(first).where(first.c.signer.is_not(None))
    walk = first.union_all(step)
    return list(connection.scalars(select(walk.c.signer).where(walk.c.signer.is_not(None))))


def troubles(connection: Connection) -> tuple[Trouble, ...]:
    """Return the oldest transactions that wait for something or were given up."""
    found = connection.execute(
        select(
            Transaction.id,
            Batch.sequence,
            Transaction.state,
            Transaction.reason,
            Transaction.created_at,
        )
        .outerjoin(Batch, Batch.transaction_id == Transaction.id)
        .where(Transaction.signer.in_(signers_of_transactions(connection)))
        .where(Transaction.state.in_(sorted(DELAYED | HALTED)))
        # One that ended is its creator's to see to.
        .where(or_(~Transaction.key.startswith(MINT_KEY), Transaction.state.in_(sorted(DELAYED))))
        .order_by(Transaction.id)
        .limit(TROUBLES_SHOWN)
    )
    return tuple(Trouble(*row) for row in found)


def _logs(connection: Connection) -> list[_Log]:
    query = select(Log.id, Log.next_sequence, Log.next_position, Chain.state)
    rows = connection.execute(query.join(Chain, Chain.id == Log.chain_ref))
    return [_Log(one, batches, size, state in HALTED_CHAINS) for one, batches, size, state in rows]


def _groups(connection: Connection, signers: list[str]) -> list[_Group]:
    stands = or_(Chain.sound_to.is_(None), Anchor.block_number <= Chain.sound_to)
    parts = (
        Batch.log_id,
        Transaction.state,
        Transaction.sent_at.is_not(None),
        and_(Anchor.root.is_not(None), stands),
        and_(Anchor.final_at.is_not(None), stands),
    )
    sums = (func.count(Batch.id), func.sum(Batch.count), func.min(Batch.id))
    query = (
        select(*parts, *sums, func.min(Batch.sealed_at))
        .select_from(Transaction)
        .join(Batch, Batch.transaction_id == Transaction.id)
        .join(Chain, Chain.id == Transaction.chain_ref)
        .outerjoin(Anchor, and_(Anchor.log_id == Batch.log_id, Anchor.root == Batch.root))
        .where(Transaction.signer.in_(signers), Transaction.state.in_(OPEN))
        .group_by(*parts)
    )
    return [_Group(*row) for row in connection.execute(query)]


def _lost(connection: Connection, halted: list[int]) -> list[_Group]:
    """Return what was final in blocks that a halted chain does not hold any more."""
    if not halted:
        return []
    sums = (func.count(Batch.id), func.sum(Batch.count), func.min(Batch.id))
    query = (
        select(Batch.log_id, *sums, func.min(Batch.sealed_at))
        .select_from(Anchor)
        .join(Batch, and_(Anchor.log_id == Batch.log_id, Anchor.root == Batch.root))
        .join(Transaction, Transaction.id == Batch.transaction_id)
        .join(Log, Log.id == Batch.log_id)
        .join(Chain, Chain.id == Log.chain_ref)
        .where(Anchor.log_id.in_(halted), Anchor.block_number > Chain.sound_to)
        .where(Transaction.state == TransactionState.FINAL)
        .group_by(Batch.log_id)
    )
    gone: dict[str, Any] = {
        "transaction": TransactionState.FINAL,
        "sent": True,
        "anchored": False,
        "final": False,
    }
    return [
        _Group(log_id=log, batches=batches, entries=size, oldest_batch=oldest, sealed_at=at, **gone)
        for log, batches, size, oldest, at in connection.execute(query)
    ]


def _unsealed(connection: Connection) -> list[_Unsealed]:
    waiting = select(Entry.log_id, Entry.id).where(Entry.batch_id.is_(None))
    bounded = waiting.order_by(Entry.log_id, Entry.id).limit(MOST_UNSEALED).subquery()
    piles = select(bounded.c.log_id, func.count(), func.min(bounded.c.id).label("oldest"))
    grouped = piles.group_by(bounded.c.log_id).subquery()
    query = select(grouped.c[0], grouped.c[1], Entry.accepted_at).join(
        Entry, Entry.id == grouped.c.oldest
    )
    return [_Unsealed(*row) for row in connection.execute(query)]


def _accepted(connection: Connection, batches: Iterable[int]) -> dict[int, datetime]:
    """Return when the first entry of each of some batches was accepted."""
    query = select(Batch.id, Entry.accepted_at).join(
        Entry, and_(Entry.log_id == Batch.log_id, Entry.position == Batch.first)
    )
    rows = connection.execute(query.where(Batch.id.in_(list(batches))))
    return {row.id: row.accepted_at for row in rows}


def _transactions(connection: Connection, signers: list[str]) -> dict[str, Pile]:
    query = (
        select(Transaction.state, func.count(), func.min(Transaction.created_at))
        .where(Transaction.signer.in_(signers), Transaction.state.in_(OPEN))
        .group_by(Transaction.state)
    )
    found: dict[str, Pile] = defaultdict(Pile)
    found.update(
        {state: Pile(number, oldest) for state, number, oldest in connection.execute(query)}
    )
    return {state.value: found[state.value] for state in OPEN}


def _mints(connection: Connection, signers: list[str]) -> dict[str, Pile]:
    """Return the mints under way by what their people are told, found by their open transactions."""
    parts = (Transaction.state, Transaction.sent_at.is_not(None))
    query = (
        select(*parts, func.count(), func.min(Mint.signed_at))
        .join(Mint, Mint.transaction_id == Transaction.id)
        .where(Transaction.signer.in_(signers), Transaction.state.in_(OPEN))
        .where(Mint.withdrawn_at.is_(None))
        .group_by(*parts)
    )
    found = dict.fromkeys(MINT_STATES, Pile())
    for state, sent, number, oldest in connection.execute(query):
        told = str(_TOLD.get(state, EntryState.SENT if sent else SIGNED))
        found[told] += Pile(number, oldest)
    return found
