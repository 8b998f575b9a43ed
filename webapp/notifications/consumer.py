"""What events mean to those whom they concern, as notifications.

May meet an event again, and one of a lower id after one of a higher: what is told is decided by the rows
as they are now, and told once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, column, select, values
from sqlalchemy.orm import Session

from webapp.events.models import EventType
from webapp.events.service import Consumer, OwedEvent
from webapp.extensions import table_of
from webapp.notifications.batches import recount_batches, tell_of_batch
from webapp.notifications.conditions import wanted
from webapp.notifications.erasing import erase_notifications
from webapp.notifications.models import Kind
from webapp.notifications.telling import News, notify_all
from webapp.notifications.webhooks.apps import end_of_account, end_of_app
from webapp.posts.models import Post, PostMention

_POSTS, _MENTIONS = table_of(Post), table_of(PostMention).c
_REACTIONS = {EventType.POST_LIKED: Kind.LIKE, EventType.POST_REPOSTED: Kind.REPOST}
_WRITTEN = (EventType.POST_CREATED, EventType.POST_EDITED)
_CLAIMS = {EventType.CLAIM_ISSUED: Kind.VERIFIED, EventType.CLAIM_REVOKED: Kind.REVOKED}
TOLD = (EventType.FOLLOWED, *_REACTIONS, *_WRITTEN, *_CLAIMS, EventType.BATCH_FINAL)


@dataclass(frozen=True)
class Facts:
    """Posts by id, with their authors and those whom they answer, quote and mention.

    ``deaf`` holds who is answered or quoted by a post, and does not want to hear of that.
    """

    posts: dict[UUID, Any]
    mentions: dict[UUID, list[UUID]]
    deaf: frozenset[tuple[UUID, UUID]] = frozenset()


def apply(session: Session, events: Sequence[OwedEvent]) -> None:
    """Tell whoever is concerned of events, in the open transaction."""
    for event in events:
        if event.type == EventType.ACCOUNT_DELETED:
            # Once more: what was being told while the account was erased is committed by now.
            erase_notifications(session, UUID(event.subject))
        elif event.type == EventType.APP_REVOKED and event.account_id is not None:
            end_of_account(session, event.account_id, event.created_at)
        elif event.type == EventType.APP_DELETED:
            end_of_app(session, UUID(event.subject))
    facts = facts_of(session, events)
    notify_all(session, [news for event in events for news in news_of(event, facts)])
    for event in events:
        if event.type == EventType.BATCH_FINAL:
            tell_of_batch(session, int(event.subject))
        elif event.type == EventType.POST_DELETED:
            recount_batches(session, UUID(event.subject))


def facts_of(session: Session, events: Sequence[OwedEvent]) -> Facts:
    """Return what has to be known of the posts that events speak of, as they are now."""
    about_posts = (*_REACTIONS, *_WRITTEN)
    ids = {UUID(event.subject) for event in events if event.type in about_posts}
    written = {UUID(event.subject) for event in events if event.type in _WRITTEN}
    if not ids:
        return Facts({}, {})
    parent, quoted = _POSTS.alias("parent"), _POSTS.alias("quoted")
    source = _POSTS.outerjoin(parent, parent.c.id == _POSTS.c.parent_id).outerjoin(
        quoted, quoted.c.id == _POSTS.c.quoted_id
    )
    query = select(
        *(_POSTS.c[name] for name in ("id", "account_id", "parent_id", "quoted_id")),
        parent.c.account_id.label("answered"),
        quoted.c.account_id.label("quoted"),
    ).select_from(source)
    posts = {row.id: row for row in session.execute(query.where(_POSTS.c.id.in_(ids)))}
    mentions: dict[UUID, list[UUID]] = {}
    named = select(_MENTIONS.post_id, _MENTIONS.account_id).where(_MENTIONS.post_id.in_(written))
    for post_id, account_id in session.execute(named.order_by(_MENTIONS.account_id)):
        mentions.setdefault(post_id, []).append(account_id)
    concerned = [
        (post.id, account_id, post.account_id, kind)
        for post in posts.values()
        for account_id, kind in ((post.answered, Kind.COMMENT), (post.quoted, Kind.QUOTE))
        if account_id in mentions.get(post.id, [])
    ]
    return Facts(posts, mentions, _deaf(session, concerned))


def _deaf(
    session: Session, concerned: Sequence[tuple[UUID, UUID, UUID, Kind]]
) -> frozenset[tuple[UUID, UUID]]:
    """Return which (post, person) of (post, person, actor, kind) are unwanted by the person's preferences."""
    if not concerned:
        return frozenset()
    names = (("post_id", Uuid), ("account_id", Uuid), ("actor_id", Uuid), ("kind", String))
    given = values(*(column(name, kind) for name, kind in names), name="concerned_values")
    rows = [(post, person, actor, str(kind)) for post, person, actor, kind in concerned]
    row = given.data(rows).cte("concerned").c
    query = select(row.post_id, row.account_id).where(~wanted(row))
    return frozenset((post, person) for post, person in session.execute(query))


def news_of(event: OwedEvent, facts: Facts) -> Iterator[News]:
    """Give whom an event is to be told, each once; the end of a batch is told by ``batches``."""
    actor, source = event.account_id, str(event.id)
    if actor is None:
        return
    if event.type in _CLAIMS:
        # Nobody's doing: the event is of the person whom the claim is about.
        yield News(actor, _CLAIMS[EventType(event.type)], source, subject=event.subject)
        return
    if event.type == EventType.FOLLOWED:
        yield News(UUID(event.subject), Kind.FOLLOW, source, actor, topic="")
        return
    kind = _REACTIONS.get(EventType(event.type))
    if kind is None and event.type not in _WRITTEN:
        return
    post = facts.posts.get(UUID(event.subject))
    if post is None:
        return
    if kind is not None:
        yield News(post.account_id, kind, source, actor, post_id=post.id, topic=str(post.id))
        return
    yield from _written(post, source, actor, facts)


def _written(post: Any, source: str, actor: UUID, facts: Facts) -> Iterator[News]:
    told: set[UUID | None] = {post.answered}
    if post.answered is not None:
        topic = str(post.parent_id)
        who = (post.answered, Kind.COMMENT, source, actor)
        yield News(*who, post_id=post.parent_id, about_id=post.id, topic=topic)
    if post.quoted is not None and post.quoted not in told:
        told.add(post.quoted)
        topic = str(post.quoted_id)
        who = (post.quoted, Kind.QUOTE, source, actor)
        yield News(*who, post_id=post.quoted_id, about_id=post.id, topic=topic)
    for account_id in facts.mentions.get(post.id, []):
        # Whoever is told of the answer or quote sees the mention in it.
        if account_id not in told or (post.id, account_id) in facts.deaf:
            who = (account_id, Kind.MENTION, source, actor)
            yield News(*who, post_id=post.id, topic=str(post.id))


NOTIFICATIONS = Consumer("notifications", apply)
