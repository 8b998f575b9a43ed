"""What events say belongs into a feed: what the people posted and passed on whom its reader follows by the events."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.orm import Session

from webapp.database import connection_of
from webapp.events.models import Event, EventType
from webapp.extensions import table_of
from webapp.feed.candidates import Candidate, Window
from webapp.posts.folding import FOLLOWS, REPOSTS, as_id, last_of

_E = table_of(Event)
# The moment of a post is that of its making, whatever was edited since.
_MADE = ((EventType.POST_CREATED, EventType.POST_KNOWN), (EventType.POST_DELETED,))
PEOPLE_AT_ONCE = 500


def said(session: Session, viewer: UUID, window: Window) -> list[Candidate]:
    """Return a feed's newest candidates by the events alone; the window has no bounds but its limit."""
    people = [viewer, *_followed(session, viewer)]
    found: list[Candidate] = []
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        found += _done_by(session, people[start : start + PEOPLE_AT_ONCE], window.limit)
    return sorted(found, reverse=True)[: window.limit]


def _followed(session: Session, viewer: UUID) -> list[UUID]:
    dialect = connection_of(session).dialect.name
    last = last_of(FOLLOWS, _E.c.account_id == viewer)
    query = select(as_id(dialect, last.c.subject).label("id")).subquery()
    deletion = _E.alias("deletion")
    gone = select(deletion.c.id).where(
        deletion.c.account_id == query.c.id, deletion.c.type == str(EventType.ACCOUNT_DELETED)
    )
    return list(session.scalars(select(query.c.id).where(~gone.exists())))


def _done_by(session: Session, people: list[UUID], most: int) -> list[Candidate]:
    dialect = connection_of(session).dialect.name
    theirs = _E.c.account_id.in_(people)
    parts = [_newest(dialect, theirs, kinds, most) for kinds in (_MADE, REPOSTS)]
    every = union_all(*(select(part.subquery()) for part in parts))
    return [Candidate(*row) for row in session.execute(every)]


def _newest(
    dialect: str, theirs: ColumnElement[bool], kinds: tuple[tuple[EventType, ...], ...], most: int
) -> Select[tuple[object, ...]]:
    last = last_of((kinds[0], kinds[1]), theirs)
    post_id = as_id(dialect, last.c.subject)
    query = select(last.c.created_at, post_id.label("post_id"), last.c.account_id)
    return query.order_by(last.c.created_at.desc(), post_id.desc()).limit(most)
