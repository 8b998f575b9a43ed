"""What waits for moderators: reports by their subject, and appeals; what is open first.

However long a page is, it takes the same few queries.
"""

import base64
import binascii
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields
from sqlalchemy import Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.tokens import Caller
from webapp.assets.moderating import AssetFacts, asset_facts
from webapp.extensions import table_of
from webapp.messages.reporting import MessageFacts, message_facts
from webapp.moderation.models import Action, Appeal, Report
from webapp.moderation.service import UNTOLD
from webapp.moderation.subjects import ASSET, MESSAGE, POST, check_moderator
from webapp.pagination import Cursor, newest_first
from webapp.posts.models import Post

OPEN, CLOSED = "open", "closed"
SHOWN_REPORTS = 20
_R, _A, _P = table_of(Report), table_of(Account), table_of(Post)
_X, _O = table_of(Action), table_of(Appeal)


@dataclass(frozen=True)
class QueueCursor:
    """A place in a queue: whether the item was open, then as everywhere its moment and id."""

    open: bool
    place: Cursor

    def __str__(self) -> str:
        mark = b"o" if self.open else b"c"
        packed = base64.urlsafe_b64decode(str(self.place))
        return base64.urlsafe_b64encode(mark + packed).decode()

    @classmethod
    def parse(cls, text: str) -> "QueueCursor":
        """Read a cursor that this server gave; raises ValueError for any other text."""
        packed = base64.b64decode(text, altchars=b"-_", validate=True)
        if packed[:1] not in (b"o", b"c"):
            raise ValueError("not a cursor")
        place = Cursor.parse(base64.urlsafe_b64encode(packed[1:]).decode())
        return cls(packed[:1] == b"o", place)


class QueueCursorField(fields.String):
    """A queue's cursor in a query string."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return QueueCursor.parse(str(text))
        except (ValueError, binascii.Error):
            raise ValidationError("This is no cursor of this queue.") from None


@dataclass(frozen=True)
class ReportedItem:
    """Everything reported about one subject; who reported it is never told."""

    type: str
    subject: UUID
    account_id: UUID
    open: int
    total: int
    first_at: datetime
    last_at: datetime
    profile: ProfileCard
    suspended_at: datetime | None
    post: dict[str, Any] | None
    message: MessageFacts | None
    asset: AssetFacts | None
    reasons: dict[str, int] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cursor(self) -> QueueCursor:
        """Where the item stands in the queue."""
        return QueueCursor(self.open > 0, Cursor(self.first_at, self.subject))


@dataclass(frozen=True)
class AppealItem:
    """An appeal with what it is against; ``own`` says that the reader did that."""

    appeal: Appeal
    action: Action
    own: bool

    @property
    def cursor(self) -> QueueCursor:
        """Where the item stands in the queue."""
        place = Cursor(self.appeal.created_at, self.appeal.id)
        return QueueCursor(self.appeal.decided_at is None, place)


def reported_items(session: Session, caller: Caller, page: dict[str, Any]) -> list[ReportedItem]:
    """Return what was reported, newest first, one more than the limit; not what is about the reader.

    Raises ModeratorsOnlyError.
    """
    check_moderator(caller)
    rows = session.execute(_groups(caller.account_id, page)).all()
    subjects = [(row.subject_type, row.subject_id) for row in rows]
    posts = _posts(session, [row.subject_id for row in rows if row.subject_type == POST])
    # Not what it says: that is read one at a time, and on purpose.
    messages = message_facts(
        session, [row.subject_id for row in rows if row.subject_type == MESSAGE]
    )
    assets = asset_facts(session, [row.subject_id for row in rows if row.subject_type == ASSET])
    reasons, reports = _reasons(session, subjects), _newest(session, subjects)
    return [
        ReportedItem(
            type=row.subject_type,
            subject=row.subject_id,
            account_id=row.account_id,
            open=row.open,
            total=row.total,
            first_at=row.first_at,
            last_at=row.last_at,
            profile=card_of(row.account_id, row.handle, row.name, row.avatar_id),
            suspended_at=row.suspended_at,
            post=posts.get(row.subject_id) if row.subject_type == POST else None,
            message=messages.get(row.subject_id) if row.subject_type == MESSAGE else None,
            asset=assets.get(row.subject_id) if row.subject_type == ASSET else None,
            reasons=reasons[row.subject_type, row.subject_id],
            reports=reports[row.subject_type, row.subject_id],
        )
        for row in rows
    ]


def _groups(reader: UUID, page: dict[str, Any]) -> Select[Any]:
    open_count = func.sum(case((_R.c.closed_at.is_(None), 1), else_=0))
    is_open = case((open_count > 0, 1), else_=0)
    first = func.min(_R.c.created_at)
    shown = (_A.c.handle, _A.c.name, _A.c.avatar_id, _A.c.suspended_at)
    keys = (_R.c.subject_type, _R.c.subject_id, _R.c.account_id)
    query = (
        select(
            *keys,
            *shown,
            open_count.label("open"),
            func.count().label("total"),
            first.label("first_at"),
            func.max(_R.c.created_at).label("last_at"),
        )
        .join(_A, _A.c.id == _R.c.account_id)
        .where(_R.c.account_id != reader)
        .group_by(*keys, *shown)
        .order_by(is_open.desc(), first.desc(), _R.c.subject_id.desc())
        .limit(page["limit"] + 1)
    )
    for name, column in (("type", _R.c.subject_type), ("account", _R.c.account_id)):
        if name in page:
            query = query.where(column == page[name])
    if "reason" in page:
        query = query.having(func.sum(case((_R.c.reason == page["reason"], 1), else_=0)) > 0)
    if "state" in page:
        query = query.having(open_count > 0 if page["state"] == OPEN else open_count == 0)
    cursor: QueueCursor | None = page.get("cursor")
    if cursor is not None:
        mark, place = int(cursor.open), cursor.place
        older = or_(first < place.moment, and_(first == place.moment, _R.c.subject_id < place.id))
        query = query.having(or_(is_open < mark, and_(is_open == mark, older)))
    return query


def _posts(session: Session, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what moderators see of posts, whatever readers may see."""
    names = ("text", "media", "audience", "created_at", "deleted_at", "hidden_at")
    query = select(_P.c.id, *(_P.c[name] for name in names)).where(_P.c.id.in_(ids))
    return {row.id: {name: getattr(row, name) for name in names} for row in session.execute(query)}


def _same(subjects: Sequence[tuple[str, UUID]]) -> Any:
    return tuple_(_R.c.subject_type, _R.c.subject_id).in_(subjects)


def _reasons(
    session: Session, subjects: Sequence[tuple[str, UUID]]
) -> dict[tuple[str, UUID], dict[str, int]]:
    keys = (_R.c.subject_type, _R.c.subject_id, _R.c.reason)
    query = select(*keys, func.count()).where(_same(subjects)).group_by(*keys)
    found: dict[tuple[str, UUID], dict[str, int]] = defaultdict(dict)
    for kind, subject, reason, count in session.execute(query):
        found[kind, subject][reason] = count
    return found


def _newest(
    session: Session, subjects: Sequence[tuple[str, UUID]]
) -> dict[tuple[str, UUID], list[dict[str, Any]]]:
    """Return the newest reports of each subject: its open ones before those that were dealt with."""
    order = (_R.c.closed_at.is_not(None), _R.c.created_at.desc(), _R.c.id.desc())
    same = (_R.c.subject_type, _R.c.subject_id)
    place = func.row_number().over(partition_by=same, order_by=order).label("place")
    names = ("id", "subject_type", "subject_id", "reason", "text", "created_at", "closed_at")
    ranked = select(*(_R.c[name] for name in names), place).where(_same(subjects)).subquery()
    query = select(ranked).where(ranked.c.place <= SHOWN_REPORTS).order_by(ranked.c.place)
    found: dict[tuple[str, UUID], list[dict[str, Any]]] = defaultdict(list)
    for row in session.execute(query).mappings():
        found[row["subject_type"], row["subject_id"]].append(dict(row))
    return found


def appeal_items(session: Session, caller: Caller, page: dict[str, Any]) -> list[AppealItem]:
    """Return appeals, newest first, one more than the limit; not the reader's own.

    Raises ModeratorsOnlyError.
    """
    check_moderator(caller)
    is_open = case((_O.c.decided_at.is_(None), 1), else_=0)
    query = select(Appeal, Action).join(Action, Action.id == Appeal.action_id)
    query = query.where(Appeal.account_id != caller.account_id)
    if "state" in page:
        query = query.where(is_open == int(page["state"] == OPEN))
    cursor: QueueCursor | None = page.get("cursor")
    if cursor is not None:
        mark, place = int(cursor.open), cursor.place
        same_time = and_(_O.c.created_at == place.moment, _O.c.id < place.id)
        older = or_(_O.c.created_at < place.moment, same_time)
        query = query.where(or_(is_open < mark, and_(is_open == mark, older)))
    query = query.order_by(is_open.desc(), _O.c.created_at.desc(), _O.c.id.desc())
    rows = session.execute(query.limit(page["limit"] + 1))
    me = caller.account_id
    return [AppealItem(appeal, action, action.moderator_id == me) for appeal, action in rows]


def actions_on(
    session: Session, account_id: UUID, page: dict[str, Any]
) -> list[tuple[Action, Appeal | None]]:
    """Return what was done to an account, newest first, with the newest appeal against each.

    Dismissed reports and read messages are left out: that somebody reported is nobody's to know. One more
    than the limit.
    """
    later = table_of(Appeal).alias("later")
    newest = (
        select(later.c.id)
        .where(later.c.action_id == _X.c.id)
        .order_by(later.c.created_at.desc(), later.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query: Any = (
        select(Action, Appeal)
        .outerjoin(Appeal, Appeal.id == newest)
        .where(_X.c.account_id == account_id, _X.c.act.not_in(UNTOLD))
    )
    paged = newest_first(_X.c.created_at, _X.c.id, query, page)
    return [(action, appeal) for action, appeal in session.execute(paged)]
