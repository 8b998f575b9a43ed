"""Reading conversations and messages: two queries for a list, however long it is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.profiles import card_of
from webapp.accounts.relations import conditions
from webapp.accounts.relations.reading import face, flags, flags_of
from webapp.extensions import table_of
from webapp.messages import recent
from webapp.messages.errors import ConversationNotFoundError
from webapp.messages.membership import VIEWER, Circle, circle_of
from webapp.messages.models import Conversation, Kind, Member, Message
from webapp.messages.recent import Stored
from webapp.messages.views import ConversationView, MessageView, tag_of, text_of, title_of
from webapp.pagination import newest_first

MOST_UNREAD = 1_000
_A, _C, _T = table_of(Account), table_of(Conversation), table_of(Message)
_ME, _OTHER = table_of(Member).alias("me"), table_of(Member).alias("other")
_ALL = table_of(Member).alias("everybody")
_STORED = select(_T.c.id, _T.c.sender_id, _T.c.text, _T.c.key_id, _T.c.created_at, _T.c.deleted_at)
# A message of the viewer's conversation that they get to see.
_SEEN = and_(
    _T.c.conversation_id == _ME.c.conversation_id,
    _T.c.created_at >= _ME.c.since,
    or_(_C.c.kind == Kind.DIRECT, ~conditions.blocks(VIEWER, _T.c.sender_id)),
)
_LAST = (
    select(_T.c.id)
    .where(_SEEN)
    .order_by(_T.c.created_at.desc(), _T.c.id.desc())
    .limit(1)
    .correlate(_ME, _C)
    .scalar_subquery()
)
_UNREAD = (
    select(literal(1))
    .where(
        _SEEN,
        _T.c.created_at > _ME.c.read_at,
        _T.c.sender_id != VIEWER,
        _T.c.deleted_at.is_(None),
        or_(_C.c.kind == Kind.DIRECT, ~conditions.muted(VIEWER, _T.c.sender_id)),
    )
    .limit(MOST_UNREAD)
    .correlate(_ME, _C)
    .subquery()
)
_MEMBER_COUNT = (
    select(func.count())
    .where(_ALL.c.conversation_id == _C.c.id, _ALL.c.left_at.is_(None))
    .correlate(_C)
    .scalar_subquery()
)
_MINE: Select[Any] = (
    select(
        _C.c.id,
        _C.c.kind,
        _C.c.owner_id,
        _C.c.title,
        _C.c.title_key_id,
        _C.c.created_at,
        _C.c.active_at,
        _A.c.id.label("other_id"),
        *face(VIEWER),
        *flags(VIEWER),
        _LAST.label("last_id"),
        select(func.count()).select_from(_UNREAD).scalar_subquery().label("unread"),
        _MEMBER_COUNT.label("member_count"),
    )
    .select_from(
        _ME.join(_C, _C.c.id == _ME.c.conversation_id)
        .outerjoin(
            _OTHER,
            and_(
                _C.c.kind == Kind.DIRECT,
                _OTHER.c.conversation_id == _C.c.id,
                _OTHER.c.account_id != VIEWER,
            ),
        )
        .outerjoin(_A, and_(_A.c.id == _OTHER.c.account_id, _A.c.deleted_at.is_(None)))
    )
    .where(_ME.c.account_id == VIEWER, _ME.c.left_at.is_(None))
)
_SHOWN = _STORED.add_columns(
    _T.c.conversation_id,
    _A.c.id.label("card_id"),
    *face(VIEWER),
    *flags(VIEWER),
).select_from(_T.outerjoin(_A, and_(_A.c.id == _T.c.sender_id, _A.c.deleted_at.is_(None))))


def conversations_of(
    session: Session, viewer: UUID, page: dict[str, Any]
) -> list[ConversationView]:
    """Return somebody's conversations, newest activity first, one more than the page's limit."""
    query = newest_first(_C.c.active_at, _C.c.id, _MINE, page)
    return _views(session, session.execute(query, {"viewer": viewer}).all(), viewer)


def conversation_of(session: Session, viewer: UUID, conversation: UUID) -> ConversationView:
    """Return one conversation with its members; raises ConversationNotFoundError."""
    circle = circle_of(session, conversation, viewer)
    rows = session.execute(_MINE.where(_C.c.id == conversation), {"viewer": viewer}).all()
    if not rows:  # taken out between the two queries
        raise ConversationNotFoundError(str(conversation))
    (view,) = _views(session, rows, viewer)
    members = [one.card for one in circle.present if one.card is not None]
    return ConversationView(**{**vars(view), "members": members})


def messages_of(
    session: Session, viewer: UUID, conversation: UUID, page: dict[str, Any]
) -> list[MessageView]:
    """Return a conversation's messages, newest first, one more than the page's limit.

    Raises ConversationNotFoundError and UnreadableError.
    """
    circle = circle_of(session, conversation, viewer)
    newest = page.get("cursor") is None and page.get("since") is None
    found = _newest(session, circle, page["limit"] + 1) if newest else None
    if found is None:
        found = _stored(session, newest_first(_T.c.created_at, _T.c.id, _seen_by(circle), page))
    return [_shown(one, circle) for one in found]


def _newest(session: Session, circle: Circle, count: int) -> list[Stored] | None:
    """Return the newest messages from among those that are kept; None if the database has to be asked."""
    if not recent.available():
        return None
    kept = recent.load(circle.id, circle.stamp)
    if kept is None:
        query = _STORED.where(_T.c.conversation_id == circle.id)
        order = (_T.c.created_at.desc(), _T.c.id.desc())
        kept = _stored(session, query.order_by(*order).limit(recent.KEPT))
        recent.keep(circle.id, circle.stamp, kept)
    left_out = set(circle.left_out)
    seen = [
        one
        for one in kept
        if circle.me.since <= one.created_at <= circle.active_at and one.sender_id not in left_out
    ]
    return seen[:count] if len(seen) >= count or len(kept) < recent.KEPT else None


def _seen_by(circle: Circle) -> Select[Any]:
    return _STORED.where(
        _T.c.conversation_id == circle.id,
        _T.c.created_at >= circle.me.since,
        # What came after the look at the members is for those who are in it then.
        _T.c.created_at <= circle.active_at,
        _T.c.sender_id.not_in(circle.left_out),
    )


def _stored(session: Session, query: Select[Any]) -> list[Stored]:
    return [Stored(*row) for row in session.execute(query)]


def _shown(one: Stored, circle: Circle) -> MessageView:
    sender = circle.people.get(one.sender_id)
    return MessageView(
        id=one.id,
        conversation=circle.id,
        account=one.sender_id,
        profile=sender.card if sender else None,
        text=text_of(one.text, one.key_id, circle.id, one.id),
        created_at=one.created_at,
        deleted_at=one.deleted_at,
    )


def _views(session: Session, rows: Sequence[Row[Any]], viewer: UUID) -> list[ConversationView]:
    wanted = [row.last_id for row in rows if row.last_id is not None]
    shown = session.execute(_SHOWN.where(_T.c.id.in_(wanted)), {"viewer": viewer})
    last = {row.id: row for row in shown}
    return [_view(row, last.get(row.last_id)) for row in rows]


def _view(row: Row[Any], last: Row[Any] | None) -> ConversationView:
    return ConversationView(
        id=row.id,
        kind=row.kind,
        title=title_of(row.title, row.title_key_id, row.id),
        owner=row.owner_id,
        other=_card(row.other_id, row),
        member_count=row.member_count,
        created_at=row.created_at,
        active_at=row.active_at,
        unread=row.unread,
        tag=tag_of(row.title, row.owner_id),
        last_message=None if last is None else _last(last),
    )


def _last(row: Row[Any]) -> MessageView:
    return MessageView(
        id=row.id,
        conversation=row.conversation_id,
        account=row.sender_id,
        profile=_card(row.card_id, row),
        text=text_of(row.text, row.key_id, row.conversation_id, row.id),
        created_at=row.created_at,
        deleted_at=row.deleted_at,
    )


def _card(account_id: UUID | None, row: Row[Any]) -> Any:
    if account_id is None:
        return None
    return card_of(account_id, row.handle, row.name, row.avatar_id, flags_of(row))
