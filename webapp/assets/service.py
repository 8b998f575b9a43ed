"""Use-cases of minting: begin a mint, and take it back; its permission is taken by ``permitting``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from chain.tokens import token_id
from webapp.accounts.living import lock_active
from webapp.accounts.wallets.owners import wallets_of
from webapp.assets import files
from webapp.assets.content.service import Staged, stage_metadata
from webapp.assets.errors import (
    AlreadyMintedError,
    AlreadyMintingError,
    CreatorRefusedError,
    MintNotFoundError,
    MintOnItsWayError,
    TooManyMintsError,
)
from webapp.assets.ids import asset_id
from webapp.assets.metadata import Metadata, build_metadata
from webapp.assets.minting import MintView, own_mint
from webapp.assets.models import Asset, Mint, MintBy
from webapp.assets.permissions import new_deadline, present
from webapp.assets.receivers import check_receiver, checked_address
from webapp.columns import utc_now
from webapp.database import locked, writing
from webapp.extensions import db, table_of
from webapp.log.service import current_log
from webapp.outbox.models import Transaction, TransactionState
from webapp.outbox.service import CLOSED, give_up

# Mints of one account that wait for their creator.
MOST_OPEN = 500
_HALTED = (TransactionState.DEAD, TransactionState.REVERTED)
_M, _A = table_of(Mint).c, table_of(Asset).c


@dataclass(frozen=True)
class MintOrder:
    """What somebody wants to mint: texts, the media ids of image and animation, and the terms."""

    fields: Mapping[str, Any]
    image: UUID | None
    animation: UUID | None
    royalty: int
    by: MintBy
    creator: str | None
    receiver: str | None
    deadline: int | None


@dataclass(frozen=True)
class _Terms:
    """The columns of a mint that follow from an order."""

    chain_ref: int
    chain_id: int
    token: bytes
    by: MintBy
    creator: str
    receiver: str
    royalty: int
    digest: bytes
    deadline: int | None

    @property
    def columns(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "chain_id"}


def begin_mint(account_id: UUID, order: MintOrder) -> tuple[MintView, bool]:
    """Keep content and metadata of a token that is to be made; return the mint and whether it is new.

    The same token again, unsigned, takes the new terms. Raises CreatorRefusedError, ReceiverRefusedError,
    MetadataRefusedError, DeadlineRefusedError, AlreadyMintedError, AlreadyMintingError, TooManyMintsError, and
    what keeping files raises.
    """
    session = db.session()
    log = current_log(session)
    creator = _creator(session, account_id, order.creator)
    receiver = creator if order.receiver is None else checked_address(order.receiver)
    check_receiver(session, receiver, account_id)
    deadline = None
    if order.by is MintBy.PERMISSION:
        deadline = new_deadline(order.deadline, present(session))
    staged = files.stage_files(session, account_id, order.image, order.animation)
    metadata = build_metadata(order.fields, staged.image, staged.animation)
    token = token_id(creator, metadata.digest, order.royalty).to_bytes(32)
    terms = _Terms(
        log.chain_ref,
        log.chain_id,
        token,
        order.by,
        creator,
        receiver,
        order.royalty,
        metadata.digest,
        deadline,
    )
    _check_new(session, terms)
    session.rollback()
    content = [stage_metadata(metadata.document), *staged.staged]
    return _begin(account_id, terms, metadata, content)


def withdraw_mint(account_id: UUID, mint_id: UUID) -> None:
    """Take a mint back that was not sent, or cannot be made any more; again changes nothing.

    Raises MintNotFoundError and MintOnItsWayError.
    """
    with writing() as session:
        lock_active(session, account_id)
        mint = locked_mint(session, account_id, mint_id)
        if mint.withdrawn_at is None:
            withdraw(session, mint)


def withdraw(session: Session, mint: Mint) -> None:
    """Take a locked mint back; raises MintOnItsWayError."""
    view = own_mint(session, mint.account_id, mint.id)
    if view.state in ("mined", "final"):
        raise MintOnItsWayError(str(mint.id), view.state)
    if mint.transaction_id is not None:
        query = locked(session, select(Transaction).filter_by(id=mint.transaction_id))
        owed = session.scalars(query.execution_options(populate_existing=True)).one()
        if owed.state not in CLOSED and (owed.nonce is not None or owed.sent_at is not None):
            raise MintOnItsWayError(str(mint.id), view.state)
        if owed.state not in CLOSED:
            give_up(session, owed.id).data = b""  # with the signature
    mint.withdrawn_at, mint.signature = utc_now(), None
    session.flush()
    files.let_go(session, mint)


def locked_mint(session: Session, account_id: UUID, mint_id: UUID) -> Mint:
    """Return a mint of an account, locked; raises MintNotFoundError."""
    query = select(Mint).where(_M.id == mint_id, _M.account_id == account_id)
    found = session.scalars(
        locked(session, query).execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise MintNotFoundError(str(mint_id))
    return found


def _creator(session: Session, account_id: UUID, asked: str | None) -> str:
    """Return the wallet that makes the token: the one asked for, else the account's first."""
    wallets = [one.address for one in wallets_of(session, account_id)]
    wanted = None if asked is None else asked.lower()
    if not wallets or (wanted is not None and wanted not in wallets):
        raise CreatorRefusedError(wanted or "")
    return wanted or wallets[0]


def _check_new(session: Session, terms: _Terms) -> None:
    there = select(_A.token).where(_A.chain_ref == terms.chain_ref, _A.token == terms.token)
    if session.scalar(there) is not None:
        raise AlreadyMintedError(str(asset_id(terms.chain_id, terms.token)))


def _begin(
    account_id: UUID, terms: _Terms, metadata: Metadata, content: Sequence[Staged]
) -> tuple[MintView, bool]:
    with writing() as session:
        lock_active(session, account_id)
        if terms.creator not in [one.address for one in wallets_of(session, account_id)]:
            raise CreatorRefusedError(terms.creator)
        _check_new(session, terms)
        standing = _standing(session, terms)
        if standing is not None and standing.account_id == account_id:
            if _is_open(standing):
                for name, value in terms.columns.items():
                    setattr(standing, name, value)
                session.flush()
                return own_mint(session, account_id, standing.id), False
            _replace_halted(session, standing)
        elif (
            standing is not None
        ):  # the wallet was another account's, which cannot mint with it any more
            withdraw(session, standing)
        waiting = select(func.count()).where(
            _M.account_id == account_id, _M.signed_at.is_(None), _M.withdrawn_at.is_(None)
        )
        if (session.scalar(waiting) or 0) >= MOST_OPEN:
            raise TooManyMintsError(MOST_OPEN)
        mint = Mint(id=uuid7(), account_id=account_id, created_at=utc_now(), **terms.columns)
        files.hold_content(session, account_id, metadata, content)
        session.add(mint)
        session.flush()
        return own_mint(session, account_id, mint.id), True


def _standing(session: Session, terms: _Terms) -> Mint | None:
    query = select(Mint).where(
        _M.chain_ref == terms.chain_ref, _M.token == terms.token, _M.withdrawn_at.is_(None)
    )
    return session.scalars(locked(session, query)).one_or_none()


def _replace_halted(session: Session, standing: Mint) -> None:
    """Let a mint that can never be made stand no more; raises AlreadyMintingError for any other."""
    owed = None
    if standing.transaction_id is not None:
        owed = session.get_one(Transaction, standing.transaction_id, populate_existing=True)
    if owed is None or owed.state not in _HALTED:
        raise AlreadyMintingError(str(standing.id))
    withdraw(session, standing)


def _is_open(mint: Mint) -> bool:
    return mint.signed_at is None
