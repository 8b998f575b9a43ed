"""What the registry's events mean: transfers are stored block by block, tokens follow from them.

A token is what its first and its last stored transfer say, so that the order in which blocks are read makes no
difference: a registry's past is read while new blocks come in, and a block may be read twice. A token whose mint
was not read yet is not there yet.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, ScalarSelect, and_, cast, column, delete, insert, select, update, values
from sqlalchemy.orm import Session

from chain import wire
from chain.contracts import Minted, Transferred
from chain.tokens import split_token_id
from webapp.assets.ids import asset_id
from webapp.assets.models import Asset, AssetTransfer
from webapp.columns import HASH, utc_now
from webapp.database import insert_new, locked, writing
from webapp.extensions import db, table_of
from webapp.log.service import current_log
from webapp.outbox.models import Chain

TOKENS = 500
_A, _T = table_of(Asset), table_of(AssetTransfer)
_BEYOND = b"\xff" * 33


# What is read of a token's last transfer, and of its first, by the names of columns.
_LAST = {
    "owner": _T.c.receiver,
    "moved_block": _T.c.block_number,
    "moved_index": _T.c.log_index,
    "moved_time": _T.c.block_time,
}
_FIRST = {
    "minter": _T.c.sender,
    "digest": _T.c.digest,
    "minted_block": _T.c.block_number,
    "minted_time": _T.c.block_time,
}


def store_events(
    session: Session,
    chain_ref: int,
    block: wire.Block,
    events: Sequence[Minted | Transferred | None],
    *,
    final: bool,
) -> None:
    """Store what a block's events, in their order, say; again changes nothing."""
    digests = {one.token_id: one.digest for one in events if isinstance(one, Minted)}
    now = utc_now()
    rows: list[dict[str, Any]] = [
        {
            "chain_ref": chain_ref,
            "block_number": one.block_number,
            "log_index": one.log_index,
            "token": one.token_id.to_bytes(32),
            "sender": one.sender,
            "receiver": one.receiver,
            "digest": digests.get(one.token_id) if one.sender is None else None,
            "transaction_hash": one.transaction_hash,
            "block_hash": one.block_hash,
            "block_time": block.time,
            "indexed_at": now,
            "final_at": now if final else None,
        }
        for one in events
        if isinstance(one, Transferred)
    ]
    insert_new(session, AssetTransfer, rows)
    fold(session, chain_ref, sorted({row["token"] for row in rows}))


def undo_events(session: Session, chain_ref: int, above: int) -> None:
    """Drop the transfers of the blocks above a number, and bring their tokens back to where they were."""
    gone = and_(_T.c.chain_ref == chain_ref, _T.c.block_number > above)
    tokens = list(session.scalars(select(_T.c.token).where(gone).distinct()))
    if tokens:
        session.execute(delete(_T).where(gone))
        fold(session, chain_ref, tokens)


def fold(session: Session, chain_ref: int, tokens: Sequence[bytes]) -> None:
    """Make tokens what their transfers say; one without transfers, or without its mint, is gone."""
    for start in range(0, len(tokens), TOKENS):
        some = tokens[start : start + TOKENS]
        mine = (_A.c.chain_ref == chain_ref, _A.c.token.in_(some))
        session.execute(delete(_A).where(*mine))
        rows = _folded(session, chain_ref, some)
        if rows:
            session.execute(insert(_A), rows)


def rebuild_assets() -> int:
    """Make the tokens of the open log's chain anew from their transfers; return how many were wrong.

    May run while the chain is followed: each lot is compared and mended under the lock of the chain's row.
    """
    chain_ref = current_log(db.session()).chain_ref
    db.session.rollback()
    wrong, low = 0, b""
    while low < _BEYOND:
        with writing() as session:
            session.scalars(locked(session, select(Chain).filter_by(id=chain_ref))).one()
            page = select(_T.c.token).where(_T.c.chain_ref == chain_ref, _T.c.token > low)
            found = list(session.scalars(page.distinct().order_by(_T.c.token).limit(TOKENS)))
            high = found[-1] if len(found) == TOKENS else _BEYOND
            wrong += _mend(session, chain_ref, found, low, high)
        low = high
    return wrong


def _mend(
    session: Session, chain_ref: int, tokens: Sequence[bytes], low: bytes, high: bytes
) -> int:
    """Compare the tokens between two with what they should be, and fold those that differ."""
    within = (_A.c.chain_ref == chain_ref, _A.c.token > low, _A.c.token <= high)
    known = {row.token: row._asdict() for row in session.execute(select(_A).where(*within))}
    right = {row["token"]: row for row in _folded(session, chain_ref, tokens)}
    bad = [one for one in known.keys() | right.keys() if known.get(one) != right.get(one)]
    fold(session, chain_ref, sorted(bad))
    return len(bad)


def _folded(session: Session, chain_ref: int, tokens: Sequence[bytes]) -> list[dict[str, Any]]:
    """Return the columns of those of some tokens whose mint was read."""
    if not tokens:
        return []
    given = values(column("token", HASH), name="given_values").data([(one,) for one in tokens])
    typed = given.cte("given").c.token
    asked = select(cast(typed, HASH).label("token")).cte("asked")
    columns = [
        *(
            _end(chain_ref, asked.c.token, one, newest=True).label(name)
            for name, one in _LAST.items()
        ),
        *(
            _end(chain_ref, asked.c.token, one, newest=False).label(name)
            for name, one in _FIRST.items()
        ),
    ]
    chain_id = session.scalars(select(Chain.chain_id).filter_by(id=chain_ref)).one()
    rows = session.execute(select(asked.c.token, *columns)).all()
    return [
        _made(chain_ref, chain_id, row)
        for row in rows
        if row.minter is None and row.minted_block is not None
    ]


def _end(chain_ref: int, token: Any, of: Any, *, newest: bool) -> ScalarSelect[Any]:
    """Return a column of a token's last or first transfer; its index leads straight there."""
    order = (_T.c.block_number, _T.c.log_index)
    placed = [one.desc() for one in order] if newest else order
    mine = select(of).where(_T.c.chain_ref == chain_ref, _T.c.token == token)
    return mine.order_by(*placed).limit(1).scalar_subquery()


def _made(chain_ref: int, chain_id: int, row: Row[Any]) -> dict[str, Any]:
    parts = split_token_id(int.from_bytes(row.token))
    names = [name for name in (*_LAST, *_FIRST) if name != "minter"]
    return {
        "chain_ref": chain_ref,
        "token": row.token,
        "id": asset_id(chain_id, row.token).uuid,
        "creator": parts.creator,
        "royalty": parts.royalty,
        **{name: getattr(row, name) for name in names},
    }


def transfers_due(session: Session, chain_ref: int, number: int) -> bool:
    """Tell whether transfers up to a block are not marked as final."""
    due = select(_T.c.token).where(*_due(chain_ref, number)).limit(1)
    return session.scalar(due) is not None


def mark_final(session: Session, chain_ref: int, number: int) -> list[Row[Any]]:
    """Mark the transfers up to a block as final and return them, in the order of the chain."""
    marked = update(_T).where(*_due(chain_ref, number)).values(final_at=utc_now())
    rows = session.execute(marked.returning(*_T.c)).all()
    return sorted(rows, key=lambda row: (row.block_number, row.log_index))


def _due(chain_ref: int, number: int) -> tuple[Any, ...]:
    return _T.c.chain_ref == chain_ref, _T.c.final_at.is_(None), _T.c.block_number <= number
