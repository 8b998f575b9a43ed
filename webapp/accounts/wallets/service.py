"""Use-cases of wallets: link one to an account by its signature, unlink it."""

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.proofs.records import account_author
from webapp.accounts import siwe
from webapp.accounts.credentials.confirming import confirm_fresh
from webapp.accounts.credentials.standing import standing
from webapp.accounts.errors import MessageRefusedError, UserNotFoundError
from webapp.accounts.living import check_session
from webapp.accounts.models import Account
from webapp.accounts.tokens import end_sessions_of_wallet
from webapp.accounts.wallets import owners
from webapp.accounts.wallets.errors import (
    LastSignInError,
    TooManyWalletsError,
    WalletNotFoundError,
    WalletTakenError,
)
from webapp.chain_access import settings
from webapp.database import locked, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import db
from webapp.log.models import Author
from webapp.log.service import add_author, current_log

LINK = "link"
ADDRESS = re.compile(r"0x[0-9a-f]{40}\Z")
MOST_WALLETS = 20


@dataclass(frozen=True)
class Challenge:
    """What a wallet is asked to sign, within ten minutes: an EIP-4361 message with these two parts."""

    nonce: str
    statement: str


def link_challenge(account_id: UUID) -> Challenge:
    """Return what a wallet must sign to be linked to the account."""
    return Challenge(siwe.new_nonce(LINK, account_id), link_statement(account_id))


def link_statement(account_id: UUID) -> str:
    """Return the statement that links: it names the account, so that nobody links it to theirs unseen."""
    return f"Link this wallet to the Troth account {account_id}."


def proven_wallet(
    text: str, signature: str, purpose: str, account_id: UUID, statement: str
) -> tuple[str, str]:
    """Return the address that signed an EIP-4361 message with this statement, and its unspent nonce.

    Raises MalformedRequestError, NonceRefusedError, MessageRefusedError and SignInRefusedError.
    """
    message = siwe.parse_message(text)
    chain_id = current_log(db.session()).chain_id
    siwe.check_nonce(db.session(), message.nonce, purpose, account_id)
    if message.statement != statement:
        raise MessageRefusedError(f"The message must say: {statement}")
    return siwe.check_message(message, signature, settings(), chain_id), message.nonce


def link(
    account_id: UUID, session_id: UUID, text: str, signature: str, password: str | None
) -> tuple[Author, bool]:
    """Link the wallet that signed the message; return it, and whether that is new.

    Raises what ``proven_wallet`` does, PasswordWrongError, SignInAgainError, WalletTakenError and
    TooManyWalletsError.
    """
    confirm_fresh(account_id, session_id, password)
    statement = link_statement(account_id)
    address, nonce = proven_wallet(text, signature, LINK, account_id, statement)
    with writing() as session:
        owner = owners.lock_owner(session, address)
        _lock_account(session, account_id)
        check_session(session, session_id)
        siwe.spend_nonce(session, nonce, LINK, account_id)
        if owner is not None and owner.account_id != account_id:
            raise WalletTakenError(address)
        if owner is not None and owner.linked:
            return session.get_one(Author, address), False
        if len(owners.wallets_of(session, account_id)) >= MOST_WALLETS:
            raise TooManyWalletsError(MOST_WALLETS)
        if owner is not None:
            owners.take_again(session, address, account_id)
        elif not owners.take(session, address, account_id):
            raise WalletTakenError(address)
        record_event(session, EventType.WALLET_LINKED, account_id, address)
        session.flush()
        return session.get_one(Author, address, populate_existing=True), True


def unlink(account_id: UUID, session_id: UUID, address: str, password: str | None) -> None:
    """Unlink a wallet, and end the sessions that it opened but for the one that asks; what it signed stays as it is.

    Raises PasswordWrongError, SignInAgainError, WalletNotFoundError, LastSignInError and TooNewError.
    """
    confirm_fresh(account_id, session_id, password)
    lowered = address.lower()
    if not ADDRESS.match(lowered):  # also what PostgreSQL cannot be asked for
        raise WalletNotFoundError(address[:80])
    with writing() as session:
        owner = owners.lock_owner(session, lowered)
        account = _lock_account(session, account_id)
        check_session(session, session_id)
        mine = {wallet.address for wallet in owners.wallets_of(session, account_id)}
        if owner is None or lowered not in mine:
            raise WalletNotFoundError(address[:80])
        if mine == {lowered}:
            if account.handle is None or account.password_hash is None:
                raise LastSignInError(lowered)
            _let_post_unsigned(session, account_id)
        ways = standing(session, account_id)
        ways.check_unlinking(lowered, mine, by_password=password is not None)
        owners.release(session, lowered)
        end_sessions_of_wallet(session, account_id, lowered, session_id)
        record_event(session, EventType.WALLET_UNLINKED, account_id, lowered)


def _let_post_unsigned(session: Session, account_id: UUID) -> None:
    address = account_author(str(account_id))
    if session.get(Author, address) is None:
        add_author(session, address, account_id, signs=False)


def _lock_account(session: Session, account_id: UUID) -> Account:
    """Lock an account, so that its ways to sign in are changed one after another; after its authors."""
    mine = select(Account).filter_by(id=account_id, deleted_at=None)
    account = session.scalars(locked(session, mine)).one_or_none()
    if account is None:
        raise UserNotFoundError(str(account_id))
    return account
