"""Who may see a file: its owner; everybody, if it is an avatar; whoever may see something that shows it.

What can show files stands to the right of this feature, and says by a condition who sees them there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.relations import conditions
from webapp.extensions import table_of
from webapp.media.errors import MediaNotFoundError
from webapp.media.models import MediaFile

MEDIA = table_of(MediaFile)
Shows = Callable[[ColumnElement[UUID], UUID | None], ColumnElement[bool]]
_SHOWN_BY: list[Shows] = []


@dataclass(frozen=True)
class SeenFile:
    """A file that somebody may see; ``public`` if everybody may."""

    media: MediaFile
    public: bool


def shows_media(condition: Shows) -> Shows:
    """Register a condition on a media id and a viewer: something that the viewer may see shows the file."""
    _SHOWN_BY.append(condition)
    return condition


def visible_file(session: Session, media_id: UUID, viewer: UUID | None) -> SeenFile:
    """Return a file that somebody may see; raises MediaNotFoundError."""
    avatar = exists(
        select(Account.id).where(
            Account.avatar_id == MEDIA.c.id, Account.id == MEDIA.c.account_id, conditions.active()
        )
    )
    public = or_(avatar, *(shown(MEDIA.c.id, None) for shown in _SHOWN_BY))
    # Signed out, who may see it and whether it is public are the same question.
    seen = (
        false()
        if viewer is None
        else or_(MEDIA.c.account_id == viewer, *(one(MEDIA.c.id, viewer) for one in _SHOWN_BY))
    )
    query = select(MediaFile, public.label("public"), seen.label("seen"))
    found = session.execute(query.where(MEDIA.c.id == media_id)).one_or_none()
    if found is None or not (found.public or found.seen):
        raise MediaNotFoundError(str(media_id))
    return SeenFile(found[0], bool(found.public))
