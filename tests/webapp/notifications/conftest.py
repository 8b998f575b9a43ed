"""What others did, written as the features that do it will, and delivered to the consumer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, update

from tests.support.wallet import PASSWORD, Person
from webapp.accounts.models import Account
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, writing
from webapp.events.models import EventType
from webapp.notifications.consumer import apply
from webapp.posts.models import Like, Post, PostMention, Repost

_ids = count(1)


@dataclass(frozen=True)
class Happening:
    """An event, as delivery hands it over."""

    id: int
    type: str
    account_id: UUID | None
    subject: str


def happening(kind: EventType, who: str | None, subject: str) -> Happening:
    return Happening(next(_ids), str(kind), UUID(who) if who else None, subject)


class World:
    """Writes rows as other features do, and delivers their events."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def deliver(self, *events: Happening) -> None:
        with self.app.app_context(), writing() as session:
            apply(session, events)

    def write(self, table: Any, **values: Any) -> None:
        with self.app.app_context(), writing() as session:
            insert_or_ignore(session, table, **values)

    def remove(self, table: Any, **values: Any) -> None:
        with self.app.app_context(), writing() as session:
            session.execute(delete(table).filter_by(**values))

    def change(self, table: Any, row_id: str, **values: Any) -> None:
        with self.app.app_context(), writing() as session:
            session.execute(update(table).where(table.id == UUID(row_id)).values(**values))

    def followed(self, who: Person, whom: Person) -> Happening:
        pair = {"follower_id": UUID(who.account), "followee_id": UUID(whom.account)}
        self.write(Follow, **pair, created_at=utc_now())
        return happening(EventType.FOLLOWED, who.account, whom.account)

    def liked(self, who: Person, post: dict[str, Any]) -> Happening:
        return self._reacted(Like, EventType.POST_LIKED, who, post)

    def reposted(self, who: Person, post: dict[str, Any]) -> Happening:
        return self._reacted(Repost, EventType.POST_REPOSTED, who, post)

    def _reacted(self, table: Any, kind: EventType, who: Person, post: dict[str, Any]) -> Happening:
        pair = {"account_id": UUID(who.account), "post_id": UUID(post["id"])}
        self.write(table, **pair, created_at=utc_now())
        return happening(kind, who.account, post["id"])

    def wrote(
        self,
        post: dict[str, Any],
        mentions: Sequence[Person] = (),
        kind: EventType = EventType.POST_CREATED,
    ) -> Happening:
        for person in mentions:
            pair = {"post_id": UUID(post["id"]), "account_id": UUID(person.account)}
            self.write(PostMention, **pair)
        return happening(kind, post["account"], post["id"])

    def block(self, who: Person, whom: Person) -> None:
        pair = {"blocker_id": UUID(who.account), "blocked_id": UUID(whom.account)}
        self.write(Block, **pair, created_at=utc_now())

    def mute(self, who: Person, whom: Person) -> None:
        pair = {"muter_id": UUID(who.account), "muted_id": UUID(whom.account)}
        self.write(Mute, **pair, created_at=utc_now())

    def suspend(self, who: Person) -> None:
        self.change(Account, who.account, suspended_at=utc_now())

    def change_back(self, who: Person) -> None:
        self.change(Account, who.account, suspended_at=None)

    def hide(self, post: dict[str, Any]) -> None:
        self.change(Post, post["id"], hidden_at=utc_now())


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


@pytest.fixture
def people(app: Flask) -> tuple[Person, Person, Person]:
    """Give three people without wallets: cheap, and drafts need no signing."""
    names = ("anna", "ben", "cleo")
    anna, ben, cleo = (Person(app.test_client()).register(name) for name in names)
    return anna, ben, cleo


def elsewhere(person: Person) -> Person:
    """Return the same person, signed in once more: in a session of their own."""
    handle = person.call("GET", "/me").json["profile"]["handle"]
    answer = person.call("POST", "/auth/password", {"handle": handle, "password": PASSWORD})
    return replace(person).take(answer)


def post(person: Person, text: str = "hello", **more: Any) -> dict[str, Any]:
    """Publish a draft and return the post."""
    answer = person.call("POST", "/posts", {"text": text, **more})
    assert answer.status_code == 201, answer.text
    published: dict[str, Any] = answer.json
    return published


def told(person: Person, query: str = "") -> list[dict[str, Any]]:
    """Return the items of somebody's first page."""
    answer = person.call("GET", f"/notifications{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def unread(person: Person) -> int:
    answer = person.call("GET", "/notifications/unread")
    assert answer.status_code == 200, answer.text
    number: int = answer.json["unread"]
    return number
