"""What deleting an account erases of stamps: what each is about, its digest and its salt."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from chain.proofs.records import Kind
from webapp.accounts.deletion.erasers import Eraser
from webapp.columns import utc_now
from webapp.log.models import Author, Entry
from webapp.stamps.models import Stamp


def erase_stamps(session: Session, account_id: UUID) -> None:
    """Erase all that an account stamped; hashes and signatures stay, and no Deletion is logged."""
    now, unsynced = utc_now(), {"synchronize_session": False}
    authors = select(Author.address).where(Author.account_id == account_id)
    session.execute(
        update(Entry)
        .where(Entry.author.in_(authors), Entry.kind == int(Kind.STAMP))
        .where(Entry.message.is_not(None))
        .values(message=None, erased_at=now),
        execution_options=unsynced,
    )
    session.execute(
        update(Stamp)
        .where(Stamp.account_id == account_id)
        .values(about=None, digest=None, deleted_at=func.coalesce(Stamp.deleted_at, now)),
        execution_options=unsynced,
    )


ERASERS = (Eraser("stamps", erase_stamps),)
