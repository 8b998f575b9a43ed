"""People who follow each other, by rows and events as the services write them."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import delete, update

from tests.support.wallet import Person
from tests.webapp.supervisor.conftest import wait_until
from webapp.accounts.models import AccountCounts
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.database import insert_or_ignore, writing
from webapp.events.models import Event, EventType
from webapp.events.service import record_event
from webapp.extensions import Base
from webapp.feed import cache as caching
from webapp.feed.cache import FeedCache
from webapp.posts.models import Post, Repost
from webapp.supervisor import embedded_redis
from workers.delivery import deliver

START = datetime(2026, 1, 1, tzinfo=UTC)
PAIRS: dict[type[Base], tuple[EventType, EventType]] = {
    Follow: (EventType.FOLLOWED, EventType.UNFOLLOWED),
    Block: (EventType.BLOCKED, EventType.UNBLOCKED),
    Mute: (EventType.MUTED, EventType.UNMUTED),
    Repost: (EventType.POST_REPOSTED, EventType.POST_UNREPOSTED),
}
COLUMNS = {
    Follow: ("follower_id", "followee_id"),
    Block: ("blocker_id", "blocked_id"),
    Mute: ("muter_id", "muted_id"),
    Repost: ("account_id", "post_id"),
}


@dataclass
class Town:
    """An application in whose context people act; time goes on by a second with every act."""

    app: Flask
    clock: datetime = START

    def person(self, name: str) -> Person:
        return Person(self.app.test_client()).register(name)

    def tick(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock

    def do(self, table: type[Base], one: str | UUID, other: str | UUID) -> None:
        """Follow, block, mute or repost, with its event."""
        with writing() as session:
            pair = dict(zip(COLUMNS[table], (UUID(str(one)), UUID(str(other))), strict=True))
            if insert_or_ignore(session, table, **pair, created_at=self.tick()):
                kind = PAIRS[table][0]
                record_event(session, kind, UUID(str(one)), str(other), at=self.clock)
                if table is Follow:
                    self._count(session, other, 1)

    def undo(self, table: type[Base], one: str | UUID, other: str | UUID) -> None:
        first, second = COLUMNS[table]
        with writing() as session:
            mine = (
                getattr(table, first) == UUID(str(one)),
                getattr(table, second) == UUID(str(other)),
            )
            if session.execute(delete(table).where(*mine)).rowcount:
                record_event(session, PAIRS[table][1], UUID(str(one)), str(other))
                if table is Follow:
                    self._count(session, other, -1)

    @staticmethod
    def _count(session: Any, account: str | UUID, change: int) -> None:
        changed = AccountCounts.followers + change
        mine = update(AccountCounts).where(AccountCounts.account_id == UUID(str(account)))
        session.execute(mine.values(followers=changed))

    def post(self, person: Person, **changes: Any) -> str:
        """Publish through the API; the post's time is the town's."""
        answer = person.call("POST", "/posts", {"text": "x", **changes})
        assert answer.status_code == 201, answer.text
        made = str(answer.json["id"])
        self.change(made, created_at=self.tick())
        with writing() as session:
            mine = (Event.subject == made, Event.type == EventType.POST_CREATED)
            session.execute(update(Event).where(*mine).values(created_at=self.clock))
        return made

    @staticmethod
    def change(post_id: str, **values: Any) -> None:
        with writing() as session:
            session.execute(update(Post).where(Post.id == UUID(post_id)).values(**values))

    @staticmethod
    def deliver() -> None:
        deliver()


@pytest.fixture
def town(app: Flask) -> Iterator[Town]:
    with app.app_context():
        yield Town(app)


def read(person: Person, query: str = "") -> dict[str, Any]:
    answer = person.call("GET", f"/feed/{person.account}{query}")
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json
    return page


def ids(person: Person, query: str = "") -> list[str]:
    return [item["id"] for item in read(person, query)["items"]]


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    one = embedded_redis(tmp_path_factory.mktemp("redis"))
    with subprocess.Popen(one.child.argv, cwd=one.child.cwd, stdout=subprocess.DEVNULL) as process:
        try:
            assert one.child.ready is not None
            wait_until(one.child.ready, "Redis answers")
            yield one.redis_url
        finally:
            process.terminate()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer for Redis than a request does: on a busy machine a tenth of a second is soon over."""
    monkeypatch.setattr(caching, "WAIT_SECONDS", 3.0)


def use(town: Town, url: str) -> FeedCache:
    object.__setattr__(town.app.config["TROTH"], "redis_url", url)
    made: FeedCache = town.app.extensions.setdefault("troth_feed_cache", FeedCache(url))
    return made


@pytest.fixture
def cache(town: Town, redis_url: str) -> FeedCache:
    with Redis.from_url(redis_url) as client:
        client.flushall()
    return use(town, redis_url)
