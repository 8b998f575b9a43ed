"""What is shown of a mint: its state, derived from the rows at every reading and stored nowhere."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from webapp.assets.errors import MintNotFoundError
from webapp.assets.ids import AssetId, asset_id
from webapp.assets.models import Asset, AssetMetadata, AssetTransfer, Mint, MintBy
from webapp.assets.reading import block_state, metadata_of, moment
from webapp.columns import iso
from webapp.extensions import table_of
from webapp.log.states import DELAYED, HALTED
from webapp.outbox.chains import HALTED as HALTED_CHAIN
from webapp.outbox.chains import PUBLIC_REASONS
from webapp.outbox.models import Chain, ChainState, Transaction, TransactionState
from webapp.pagination import newest_first

SAVED, SIGNED, SENT, MINED, FINAL = "saved", "signed", "sent", "mined", "final"
STATES = (SAVED, SIGNED, SENT, MINED, FINAL, "delayed", "halted", "expired", "withdrawn")
_M, _X, _C = table_of(Mint), table_of(Transaction), table_of(Chain)
_A, _T, _D = table_of(Asset), table_of(AssetTransfer), table_of(AssetMetadata)


@dataclass(frozen=True)
class MintView:
    """A mint as its owner sees it; ``progress`` is its state with reason and times."""

    id: UUID
    asset: AssetId
    by: str
    creator: str
    receiver: str
    royalty: int
    digest: bytes
    deadline: int | None
    metadata: dict[str, Any] | None
    created_at: datetime
    progress: dict[str, str | None]

    @property
    def state(self) -> str:
        """Its state alone."""
        return str(self.progress["state"])

    @property
    def is_open(self) -> bool:
        """Whether it still waits for the creator."""
        return self.state == SAVED


_MINTS: Select[Any] = select(
    *(column for column in _M.c if column.name != "signature"),
    _D.c.document,
    *(_X.c[name].label(f"sending_{name}") for name in ("state", "sent_at", "mined_at", "reason")),
    _A.c.minted_block,
    _A.c.minted_time,
    _T.c.indexed_at,
    _T.c.final_at,
    *(_C.c[name].label(f"chain_{name}") for name in ("chain_id", "state", "sound_to", "final_to")),
).select_from(
    _M.join(_C, _C.c.id == _M.c.chain_ref)
    .outerjoin(_D, _D.c.digest == _M.c.digest)
    .outerjoin(_X, _X.c.id == _M.c.transaction_id)
    # By the whole digest: a token's number has 80 bits of it, and its creator could find another with the same.
    .outerjoin(
        _A,
        and_(
            _A.c.chain_ref == _M.c.chain_ref,
            _A.c.token == _M.c.token,
            _A.c.digest == _M.c.digest,
        ),
    )
    .outerjoin(
        _T,
        and_(
            _T.c.chain_ref == _A.c.chain_ref,
            _T.c.token == _A.c.token,
            _T.c.block_number == _A.c.minted_block,
            _T.c.sender.is_(None),
        ),
    )
)


def mints_of(session: Session, account_id: UUID, page: dict[str, Any]) -> list[MintView]:
    """Return an account's mints that were not withdrawn, newest first, one more than the page's limit."""
    mine = _MINTS.where(_M.c.account_id == account_id, _M.c.withdrawn_at.is_(None))
    rows = session.execute(newest_first(_M.c.created_at, _M.c.id, mine, page))
    return [_view(row) for row in rows]


def own_mint(session: Session, account_id: UUID, mint_id: UUID) -> MintView:
    """Return a mint of an account; raises MintNotFoundError, also for somebody else's."""
    return own_mints(session, account_id, [mint_id])[0]


def own_mints(session: Session, account_id: UUID, ids: Sequence[UUID]) -> list[MintView]:
    """Return mints of an account in the order of their ids given; raises MintNotFoundError."""
    mine = _MINTS.where(_M.c.account_id == account_id, _M.c.id.in_(ids))
    found = {row.id: _view(row) for row in session.execute(mine)}
    for one in ids:
        if one not in found:
            raise MintNotFoundError(str(one))
    return [found[one] for one in ids]


def _view(row: Row[Any]) -> MintView:
    return MintView(
        id=row.id,
        asset=asset_id(row.chain_chain_id, row.token),
        by=row.by,
        creator=row.creator,
        receiver=row.receiver,
        royalty=row.royalty,
        digest=row.digest,
        deadline=row.deadline,
        metadata=metadata_of(row.document, hidden=False)[0],
        created_at=row.created_at,
        progress=_progress(row),
    )


def _progress(row: Row[Any]) -> dict[str, str | None]:
    """Return ``{state, saved_at, signed_at, sent_at, mined_at, final_at, reason}``."""
    state, reason = _state(row)
    there = state in (MINED, FINAL) and row.minted_block is not None
    return {
        "state": state,
        "saved_at": iso(row.created_at),
        "signed_at": iso(row.signed_at),
        "sent_at": iso(row.sending_sent_at),
        "mined_at": iso(moment(row.minted_time) if there else row.sending_mined_at),
        "final_at": iso(row.final_at) if state == FINAL else None,
        "reason": reason,
    }


def _state(row: Row[Any]) -> tuple[str, str | None]:
    # The token itself outranks what is known of the transaction that made it.
    if row.minted_block is not None:
        return block_state(row, row.minted_block)
    if row.withdrawn_at is not None:
        return "withdrawn", None
    if row.sending_state is None:
        over = row.by == MintBy.PERMISSION and (row.deadline or 0) < time.time()
        return ("expired", "The deadline passed before it was signed") if over else (SAVED, None)
    if row.chain_state in HALTED_CHAIN:
        return "halted", PUBLIC_REASONS[ChainState(row.chain_state)]
    return _sending_state(row), row.sending_reason


def _sending_state(row: Row[Any]) -> str:
    state = TransactionState(row.sending_state)
    if state in DELAYED:
        return "delayed"
    if state in HALTED:
        return "halted"
    if state in (TransactionState.MINED, TransactionState.FINAL):
        return MINED  # the receipt is there, the event not read yet
    return SENT if row.sending_sent_at else SIGNED
