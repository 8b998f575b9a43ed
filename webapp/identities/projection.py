"""The registry's events as rows: stored with the cursor, dropped with the blocks that held them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, literal, select, update
from sqlalchemy.orm import Session

from chain import wire
from chain.contracts import ClaimChange
from webapp.columns import utc_now
from webapp.database import insert_many
from webapp.identities.effects import SAID, Said, take_effect, tell
from webapp.identities.models import ClaimEvent

# What is beyond a 64-bit signed column never comes: in the year 292 billion.
LATEST = 2**63 - 1
_SAID = tuple(getattr(ClaimEvent, name) for name in SAID)


def store_changes(
    session: Session,
    chain_ref: int,
    block: wire.Block,
    changes: Sequence[ClaimChange],
    *,
    final: bool = False,
) -> None:
    """Store a canonical block's events, in the open write transaction; ``final`` where the block is."""
    now = utc_now()
    rows: list[dict[str, object]] = [
        {
            "chain_ref": chain_ref,
            "block_number": block.number,
            "log_index": one.log_index,
            "block_hash": block.hash,
            "block_time": block.time,
            "transaction_hash": one.transaction_hash,
            "issuer": one.key.issuer,
            "subject": one.key.subject,
            "schema": one.key.schema,
            "digest": one.key.digest,
            "status": int(one.status),
            "expires_at": min(one.expires_at, LATEST),
            "reason": one.reason,
            "indexed_at": now,
            "final_at": now if final else None,
        }
        for one in changes
    ]
    insert_many(session, ClaimEvent, rows)
    if final:
        take_effect(session, [Said(**{name: row[name] for name in SAID}) for row in rows])  # type: ignore[arg-type]


def undo_changes(session: Session, chain_ref: int, above: int) -> None:
    """Drop the events above a block, in the open write transaction."""
    gone = (ClaimEvent.chain_ref == chain_ref, ClaimEvent.block_number > above)
    session.execute(delete(ClaimEvent).where(*gone))


def changes_due(session: Session, chain_ref: int, number: int) -> bool:
    """Tell whether events up to a block are not marked as final."""
    return bool(session.scalar(select(literal(1)).where(*_due(chain_ref, number)).limit(1)))


def finalise_changes(session: Session, chain_ref: int, number: int) -> None:
    """Mark the events up to a block as final, and let them be known, in the open write transaction."""
    order = (ClaimEvent.block_number, ClaimEvent.log_index)
    rows = session.execute(select(*_SAID).where(*_due(chain_ref, number)).order_by(*order)).all()
    session.execute(update(ClaimEvent).where(*_due(chain_ref, number)).values(final_at=utc_now()))
    said = [Said(*row) for row in rows]
    take_effect(session, said)
    tell(session, said)


def _due(chain_ref: int, number: int) -> tuple[ColumnElement[bool], ...]:
    return (
        ClaimEvent.chain_ref == chain_ref,
        ClaimEvent.final_at.is_(None),
        ClaimEvent.block_number <= number,
    )
