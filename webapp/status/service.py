"""The state of anchoring, read in a few bounded queries at one moment of the database."""

from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from webapp.assets.content.status import content_status
from webapp.columns import utc_now
from webapp.config import Settings
from webapp.events.failures import delivery_status
from webapp.identities.counting import count_waiting
from webapp.log.errors import LogNotOpenError
from webapp.log.models import Anchor, Batch, Log
from webapp.outbox.claims import CLOCK_SKEW
from webapp.outbox.models import (
    Attempt,
    Block,
    Chain,
    Claim,
    Node,
    SignerAccount,
    SignerRole,
    Transaction,
    TransactionState,
)
from webapp.posts.models import Recount
from webapp.status import counting
from webapp.status.state import (
    Anchored,
    AnchoringState,
    ChainStatus,
    ClaimStatus,
    Fees,
    LogState,
    NodeStatus,
    Pile,
    RecountStatus,
    SignerStatus,
)

GWEI = 10**9
IN_A_BLOCK = (TransactionState.MINED, TransactionState.FINAL, TransactionState.REVERTED)
MOST_ROWS = 200  # of signers, nodes and claims: more are a mistake, not a state


def read_state(connection: Connection, settings: Settings) -> AnchoringState:
    """Return the state of anchoring; ``connection`` reads one snapshot: the numbers belong together.

    Raises LogNotOpenError.
    """
    now = utc_now()
    here = connection.execute(_OPEN_LOG).one_or_none()
    if here is None:
        raise LogNotOpenError
    chain_ref = here.chain_ref
    fee = connection.execute(_NEWEST_FEE).one_or_none() or (None, None)
    claims = _claims(connection, now)
    return AnchoringState(
        now=now,
        log=LogState(here.id, here.chain_id, here.contract, here.anchorer, here.next_sequence),
        counts=counting.count(connection),
        chain=_chain(connection, chain_ref),
        anchored=_anchored(connection, here.id),
        fees=Fees(settings.fee_cap_gwei * GWEI, *fee),
        troubles=counting.troubles(connection),
        signers=_signers(connection, chain_ref, here.anchorer),
        nodes=_nodes(connection),
        claims=claims,
        delivery=delivery_status(connection),
        content=content_status(connection),
        waiting_claims={
            state: Pile(one.count, one.oldest) for state, one in count_waiting(connection).items()
        },
        recounts=_recounts(connection),
        worker_seen=max((one.seen for one in claims if one.seen is not None), default=None),
    )


_OPEN_LOG = (
    select(Log.id, Log.chain_ref, Chain.chain_id, Log.contract, Log.anchorer, Log.next_sequence)
    .join(Chain, Chain.id == Log.chain_ref)
    .order_by(Log.id.desc())
    .limit(1)
)
_NEWEST_FEE = select(Attempt.max_fee, Attempt.priority_fee).where(
    Attempt.id == select(func.max(Attempt.id)).scalar_subquery()
)


def _chain(connection: Connection, chain_ref: int) -> ChainStatus:
    cursor = select(func.max(Block.number)).where(Block.chain_ref == chain_ref).scalar_subquery()
    row = connection.execute(
        select(
            Chain.state,
            Chain.reason,
            Chain.state_at,
            Chain.head,
            cursor,
            Chain.base_fee,
            Chain.asked_at,
        ).where(Chain.id == chain_ref)
    ).one()
    return ChainStatus(*row)


def _anchored(connection: Connection, log_id: int) -> Anchored | None:
    """Return the newest anchored batch: from the newest batch backwards, past those that wait."""
    same = and_(Anchor.log_id == Batch.log_id, Anchor.root == Batch.root)
    sound_to = (
        select(Chain.sound_to).join(Log, Log.chain_ref == Chain.id).where(Log.id == log_id)
    ).scalar_subquery()
    stands = or_(sound_to.is_(None), Anchor.block_number <= sound_to)
    # EXISTS, not a join: both databases then walk the batches and stop at the first hit.
    newest = (
        select(Batch.id)
        .where(Batch.log_id == log_id, select(Anchor.root).where(same, stands).exists())
        .order_by(Batch.sequence.desc())
        .limit(1)
    )
    row = connection.execute(
        select(Batch.sequence, Anchor.block_number, Anchor.block_time, Anchor.final_at.is_not(None))
        .join(Anchor, same)
        .where(Batch.id == newest.scalar_subquery())
    ).one_or_none()
    return None if row is None else Anchored(*row)


def _signers(connection: Connection, chain_ref: int, anchorer: str) -> tuple[SignerStatus, ...]:
    """Return who signs on the chain; the anchorer also while nobody has asked for its balance."""
    rows = connection.execute(
        select(
            SignerAccount.address,
            SignerAccount.role,
            SignerAccount.nonce,
            SignerAccount.balance,
            SignerAccount.checked_at,
        )
        .where(SignerAccount.chain_ref == chain_ref)
        .order_by(SignerAccount.role, SignerAccount.address)
        .limit(MOST_ROWS)
    ).all()
    known = []
    for row in rows:
        highest, mined = _nonces(connection, chain_ref, row.address)
        balance = None if row.balance is None else int(row.balance)
        nonce = _used_by_now(row.nonce, mined)
        known.append(SignerStatus(row.address, row.role, nonce, highest, balance, row.checked_at))
    if anchorer not in (one.address for one in known):
        highest, _ = _nonces(connection, chain_ref, anchorer)
        known.insert(0, SignerStatus(anchorer, SignerRole.ANCHORER, None, highest, None, None))
    return tuple(known)


def _nonces(connection: Connection, chain_ref: int, address: str) -> tuple[int | None, int | None]:
    """Return the highest nonce that an address had reserved, and the highest that is in a block."""
    # Not null, said aloud: SQLite and PostgreSQL put nulls at different ends of the index.
    mine = (Transaction.chain_ref == chain_ref, Transaction.signer == address)
    newest = (
        select(Transaction.nonce)
        .where(*mine, Transaction.nonce.is_not(None))
        .order_by(Transaction.nonce.desc())
        .limit(1)
    )
    # Down the index of nonces: that of states would give all that were ever sent.
    mined = newest.where(func.coalesce(Transaction.state, "").in_(IN_A_BLOCK))
    row = connection.execute(select(newest.scalar_subquery(), mined.scalar_subquery())).one()
    return row[0], row[1]


def _used_by_now(told: int | None, mined: int | None) -> int | None:
    """Return an account's nonce: it is asked for before each send alone, and blocks tell more since."""
    return told if told is None or mined is None else max(told, mined + 1)


def _nodes(connection: Connection) -> tuple[NodeStatus, ...]:
    columns = (Node.name, Node.state, Node.breaker, Node.head, Node.latency_ms, Node.problem)
    query = select(*columns, Node.checked_at).order_by(Node.name).limit(MOST_ROWS)
    return tuple(NodeStatus(*row) for row in connection.execute(query))


def _claims(connection: Connection, now: datetime) -> tuple[ClaimStatus, ...]:
    newest = func.coalesce(Claim.seen_at, Claim.until)
    query = select(Claim.job, Claim.until, newest).order_by(newest.desc()).limit(MOST_ROWS)
    return tuple(
        ClaimStatus(job, until > now, last_seen(now, until, seen))
        for job, until, seen in connection.execute(query)
    )


def _recounts(connection: Connection) -> tuple[RecountStatus, ...]:
    query = select(Recount.kind, Recount.corrected, Recount.finished_at).order_by(Recount.kind)
    return tuple(RecountStatus(*row) for row in connection.execute(query.limit(MOST_ROWS)))


def last_seen(now: datetime, until: datetime, seen: datetime) -> datetime | None:
    """Return when the holder of a claim was last there, None for a moment that is yet to come."""
    if seen > now + CLOCK_SKEW:
        return None  # the clock was set back since
    return now if until > now else min(seen, now)
