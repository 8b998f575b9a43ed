"""The use-case of deleting an account: all of it in one commit.

Locks are taken in the order in which everybody else takes them: authors, counts, the account's row, posts.
"""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from webapp.accounts import siwe
from webapp.accounts.credentials.confirming import lock_confirmed
from webapp.accounts.credentials.errors import PasswordWrongError
from webapp.accounts.credentials.standing import standing
from webapp.accounts.deletion.erasers import erasers
from webapp.accounts.handles import retire
from webapp.accounts.models import Account
from webapp.accounts.passwords import password_matches
from webapp.accounts.relations.counting import lock_authors, lock_person
from webapp.accounts.wallets import owners
from webapp.accounts.wallets.errors import WalletNotFoundError
from webapp.accounts.wallets.service import Challenge, proven_wallet
from webapp.columns import utc_now
from webapp.database import go_first, is_deadlock, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import db, table_of
from webapp.full_text import purge
from webapp.log.models import Author
from webapp.log.tenures import forget_tenures

DELETE = "delete"
TRIES = 3
_A = table_of(Account).c


def deletion_challenge(account_id: UUID) -> Challenge:
    """Return what a wallet of the account must sign to delete it."""
    return Challenge(siwe.new_nonce(DELETE, account_id), deletion_statement(account_id))


def deletion_statement(account_id: UUID) -> str:
    """Return the statement that deletes."""
    return f"Delete the Troth account {account_id} and all that it published."


def delete_by_password(account_id: UUID, password: str) -> None:
    """Delete an account whose password is given; raises PasswordWrongError and TooNewError."""
    kept = db.session.scalar(select(_A.password_hash).where(_A.id == account_id))
    if kept is None or not password_matches(kept, password):
        raise PasswordWrongError
    _delete(account_id, kept, None)


def delete_by_wallet(account_id: UUID, text: str, signature: str) -> None:
    """Delete an account by the signature of one of its wallets.

    Raises what ``proven_wallet`` does, WalletNotFoundError and TooNewError.
    """
    statement = deletion_statement(account_id)
    address, nonce = proven_wallet(text, signature, DELETE, account_id, statement)
    _delete(account_id, None, (address, nonce))


def _delete(account_id: UUID, confirmed: str | None, wallet: tuple[str, str] | None) -> None:
    """Delete the account; a deadlock with somebody's like or comment makes it begin again."""
    for tried in range(1, TRIES + 1):
        try:
            with writing() as session:
                _erase(session, account_id, confirmed, wallet)
        except OperationalError as error:
            if tried == TRIES or not is_deadlock(error):
                raise
        else:
            return


def _erase(
    session: Session, account_id: UUID, confirmed: str | None, wallet: tuple[str, str] | None
) -> None:
    """Erase the account, if its password is still the confirmed one or the wallet is still its own."""
    lock_authors(session, account_id)
    if wallet is not None:
        address, nonce = wallet
        siwe.spend_nonce(session, nonce, DELETE, account_id)
        owner = owners.lock_owner(session, address)
        if owner is None or owner.account_id != account_id or not owner.linked:
            raise WalletNotFoundError(address)
    lock_person(session, account_id)
    if wallet is not None:
        confirmed = session.scalar(select(_A.password_hash).where(_A.id == account_id))
    go_first(session, account_id)
    account = lock_confirmed(session, account_id, confirmed)
    ways = standing(session, account_id)
    if wallet is None:
        ways.check_password()
    else:
        ways.check_wallet(wallet[0])
    for eraser in erasers():
        eraser.erase(session, account_id)
    if account.handle is not None:
        retire(session, account.handle)
    session.execute(
        update(Author).where(Author.account_id == account_id).values(released_at=utc_now())
    )
    forget_tenures(session, account_id)
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(
            handle=None,
            password_hash=None,
            password_since=None,
            role="member",
            name=None,
            bio=None,
            links=[],
            avatar_id=None,
            revision=Account.revision + 1,
            deleted_at=utc_now(),
        )
    )
    purge(session)  # last: only now posts and names are without their words
    record_event(session, EventType.ACCOUNT_DELETED, account_id, str(account_id))
