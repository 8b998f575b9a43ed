"""Whose a wallet is.

A wallet that signed records here stays with its account, also when it is unlinked: its posts are that
account's. Only when the account was deleted may somebody begin anew with it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked
from webapp.extensions import table_of
from webapp.log.models import Author, AuthorTenure, Delegation, Entry
from webapp.log.tenures import begin_tenure, end_tenure

_AUTHORS, _A = table_of(Author).c, table_of(Account).c


@dataclass(frozen=True)
class Owner:
    """An account with a wallet; ``linked`` is false once it was unlinked."""

    account_id: UUID
    linked: bool


def lock_owner(session: Session, address: str) -> Owner | None:
    """Lock a wallet and return whose it is; None for a wallet that anybody may take.

    Needs an open write transaction.
    """
    mine = select(_AUTHORS.account_id, _AUTHORS.released_at).where(_AUTHORS.address == address)
    row = session.execute(locked(session, mine)).one_or_none()
    if row is None:
        return None
    living = select(_A.id).where(_A.id == row.account_id, _A.deleted_at.is_(None))
    if session.scalar(living) is None:
        return None
    return Owner(row.account_id, row.released_at is None)


def take(session: Session, address: str, account_id: UUID) -> bool:
    """Give a wallet that nobody owns to an account; False where somebody was faster."""
    row = {"account_id": account_id, "signs": True, "created_at": utc_now()}
    if insert_or_ignore(session, Author, address=address, **row):
        begin_tenure(session, address, account_id)
        return True
    dead = exists().where(_A.id == _AUTHORS.account_id, _A.deleted_at.is_not(None))
    of_a_deleted = update(table_of(Author)).where(_AUTHORS.address == address, dead)
    taken = session.execute(of_a_deleted.values(**row, released_at=None))
    if not taken.rowcount:  # type: ignore[attr-defined]
        return False
    begin_tenure(session, address, account_id)
    return True


def take_again(session: Session, address: str, account_id: UUID) -> None:
    """Let a wallet that its account unlinked speak for it again."""
    session.execute(update(Author).where(Author.address == address).values(released_at=None))
    begin_tenure(session, address, account_id)


def release(session: Session, address: str) -> None:
    """Let a wallet speak for its account no more; one that signed nothing is free.

    That it was the account's until now stays known, for answers as of a moment.
    """
    end_tenure(session, address)
    entries = exists().where(Entry.author == Author.address)
    devices = exists().where(Delegation.author == Author.address)
    mine = Author.address == address
    forgotten = session.execute(delete(Author).where(mine, ~entries, ~devices))
    if not forgotten.rowcount:  # type: ignore[attr-defined]
        session.execute(update(Author).where(mine).values(released_at=utc_now()))


@dataclass(frozen=True)
class Linked:
    """A wallet of an account, and since when: a wallet that is linked again is new."""

    address: str
    created_at: datetime


def linked_wallets(session: Session, account_id: UUID) -> list[Linked]:
    """Return the wallets of an account with when they were linked, the oldest first."""
    since = {
        row.address: row.since
        for row in session.execute(
            select(AuthorTenure.address, AuthorTenure.since).where(
                AuthorTenure.account_id == account_id, AuthorTenure.until.is_(None)
            )
        )
    }
    found = [
        Linked(one.address, since.get(one.address, one.created_at))
        for one in wallets_of(session, account_id)
    ]
    return sorted(found, key=lambda one: (one.created_at, one.address))


def wallets_of(session: Session, account_id: UUID) -> list[Author]:
    """Return the wallets of an account, the oldest first."""
    mine = select(Author).filter_by(account_id=account_id, signs=True, released_at=None)
    return list(session.scalars(mine.order_by(Author.created_at, Author.address)))
