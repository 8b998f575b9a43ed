"""Use-case: the creator's signature over a mint's permission is taken, and the transaction owed, in one commit."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.contracts import AssetRegistry
from webapp.accounts.living import lock_active
from webapp.accounts.wallets.owners import wallets_of
from webapp.assets.errors import (
    AlreadyMintedError,
    CreatorRefusedError,
    MintingClosedError,
    MintNotFoundError,
    MintOnItsWayError,
    MintWithdrawnError,
    WrongMintError,
)
from webapp.assets.ids import registry_address
from webapp.assets.minting import MintView, own_mint
from webapp.assets.models import Asset, Mint, MintBy
from webapp.assets.permissions import check_deadline, checked_gas, permission_of, present
from webapp.assets.quota import check_quota, note_payment
from webapp.assets.receivers import check_receiver
from webapp.assets.service import locked_mint
from webapp.chain_access import chain_client
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db, table_of
from webapp.log.service import current_log
from webapp.outbox.errors import NoSignerError
from webapp.outbox.models import SignerAccount, SignerRole, Transaction
from webapp.outbox.service import owe

KEY = "mint:"
_A, _S = table_of(Asset).c, table_of(SignerAccount).c


def sign_mint(account_id: UUID, mint_id: UUID, signature: bytes) -> MintView:
    """Take the creator's signature over a mint's permission, and owe the transaction; again changes nothing.

    Raises MintNotFoundError, MintWithdrawnError, MintOnItsWayError, WrongMintError, CreatorRefusedError,
    ReceiverRefusedError, DeadlineRefusedError, MintQuotaError, MintingClosedError and what ``checked_gas`` raises.
    """
    reader = db.session()
    mint = _mint(reader, account_id, mint_id)
    if _was_signed(reader, mint, signature):
        return own_mint(reader, account_id, mint_id)
    _check_signable(reader, account_id, mint)
    check_quota(reader, account_id, mint.creator)
    chain_id, payer = current_log(reader).chain_id, _payer(reader, mint)
    permission = permission_of(mint)
    reader.rollback()  # the chain may be asked, which takes a while
    gas = checked_gas(chain_client(), chain_id, permission, signature, payer)
    with writing() as session:
        lock_active(session, account_id)
        mint = locked_mint(session, account_id, mint_id)
        if _was_signed(session, mint, signature):
            return own_mint(session, account_id, mint_id)
        _check_signable(session, account_id, mint)
        check_quota(session, account_id, mint.creator)
        if permission_of(mint) != permission:  # it was begun anew meanwhile, on other terms
            raise MintOnItsWayError(str(mint_id), "begun anew")
        mint.signature, mint.signed_at = signature, utc_now()
        mint.transaction_id = _owe(session, mint, signature, gas).id
        note_payment(session, mint.transaction_id, mint.creator)
        session.flush()
        return own_mint(session, account_id, mint_id)


def _payer(session: Session, mint: Mint) -> str:
    """Return an address that could send a mint; raises MintingClosedError."""
    senders = select(_S.address).where(_S.role == SignerRole.SENDER)
    here = senders.where(_S.chain_ref == current_log(session).chain_ref)
    found: str | None = session.scalar(
        here.where(_S.chain_ref == mint.chain_ref).order_by(_S.address).limit(1)
    )
    if found is None:
        raise MintingClosedError
    return found


def _mint(session: Session, account_id: UUID, mint_id: UUID) -> Mint:
    found = session.scalars(select(Mint).filter_by(id=mint_id, account_id=account_id)).one_or_none()
    if found is None:
        raise MintNotFoundError(str(mint_id))
    return found


def _was_signed(session: Session, mint: Mint, signature: bytes) -> bool:
    """Tell whether this very permission was taken before; raises MintOnItsWayError for another one."""
    if mint.signed_at is None or mint.withdrawn_at is not None:
        return False
    if mint.signature != signature:
        view = own_mint(session, mint.account_id, mint.id)
        raise MintOnItsWayError(str(mint.id), view.state)
    return True


def _check_signable(session: Session, account_id: UUID, mint: Mint) -> None:
    if mint.withdrawn_at is not None:
        raise MintWithdrawnError(str(mint.id))
    if mint.by != MintBy.PERMISSION:
        raise WrongMintError(str(mint.id), mint.by)
    if mint.creator not in [one.address for one in wallets_of(session, account_id)]:
        raise CreatorRefusedError(mint.creator)
    check_receiver(session, mint.receiver, account_id)
    there = select(_A.token).where(_A.chain_ref == mint.chain_ref, _A.token == mint.token)
    if session.scalar(there) is not None:
        raise AlreadyMintedError(str(int.from_bytes(mint.token)))
    check_deadline(mint.deadline or 0, present(session))


def _owe(session: Session, mint: Mint, signature: bytes, gas: int) -> Transaction:
    try:
        return owe(
            session,
            chain_ref=mint.chain_ref,
            role=SignerRole.SENDER,
            key=f"{KEY}{mint.id}",
            to=registry_address(),
            data=AssetRegistry.mint_with_permission(permission_of(mint), signature),
            gas=gas,
        )
    except NoSignerError:
        raise MintingClosedError from None
