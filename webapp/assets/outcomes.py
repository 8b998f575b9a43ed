"""What follows once transfers are final: the transactions of ours that made them, and events for people.

People are told at finality and not before: what was told cannot be taken back, and a reorg takes back a transfer.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, exists, select, update
from sqlalchemy.orm import Session

from chain.tokens import split_token_id
from webapp.assets.models import AssetTransfer, Mint
from webapp.assets.parties import accounts_of
from webapp.assets.projection import mark_final
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import table_of
from webapp.outbox.models import SignerAccount, Transaction, TransactionState

_M, _X = table_of(Mint).c, table_of(Transaction)
_T, _S = table_of(AssetTransfer).c, table_of(SignerAccount).c
_SOME = 500


def finalise_events(session: Session, chain_ref: int, number: int) -> None:
    """Mark what is final up to a block, and write an event for each transfer that concerns somebody here."""
    rows = mark_final(session, chain_ref, number)
    for start in range(0, len(rows), _SOME):
        _record(session, rows[start : start + _SOME])
    _settle(session, chain_ref)


def creator_of(token: bytes) -> str:
    """Return the creator that a token's number names."""
    return split_token_id(int.from_bytes(token)).creator


def _record(session: Session, rows: Sequence[Row[Any]]) -> None:
    people = {one for row in rows for one in _concerned(row)}
    accounts = accounts_of(session, people)
    for row in rows:
        if not accounts.keys() & set(_concerned(row)):
            continue
        kind = EventType.ASSET_MINTED if row.sender is None else EventType.ASSET_MOVED
        place = {"chain": row.chain_ref, "block": row.block_number, "index": row.log_index}
        record_event(session, kind, accounts.get(_concerned(row)[0]), row.token.hex(), **place)


def _concerned(row: Row[Any]) -> tuple[str, str]:
    """Return who gave a token, or made it, and who got it."""
    return row.sender or creator_of(row.token), row.receiver


def calls_due(session: Session, chain_ref: int) -> bool:
    """Tell whether a transaction counts as mined only whose token is final."""
    return session.scalar(_made(chain_ref).limit(1)) is not None


def _settle(session: Session, chain_ref: int) -> None:
    """Mark the transactions as final whose tokens are, whoever made these."""
    ids = list(session.scalars(_made(chain_ref)))
    if ids:
        final = {"state": TransactionState.FINAL, "reason": None}
        session.execute(update(_X).where(_X.c.id.in_(ids)).values(final))


def _made(chain_ref: int) -> Select[Any]:
    """Return the query of transactions that are mined and owed for a token whose mint is final."""
    senders = select(_S.address).where(_S.chain_ref == chain_ref)
    minted = exists().where(
        _T.chain_ref == _M.chain_ref,
        _T.token == _M.token,
        _T.sender.is_(None),
        _T.final_at.is_not(None),
    )
    owed = _X.join(table_of(Mint), _M.transaction_id == _X.c.id)
    query = select(_X.c.id).select_from(owed).where(_X.c.signer.in_(senders), minted)
    return query.where(_X.c.state == TransactionState.MINED, _M.chain_ref == chain_ref)
