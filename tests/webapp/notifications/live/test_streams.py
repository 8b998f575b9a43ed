"""Streams: what comes, from where on, how they end, and that Redis may be away."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask_jwt_extended import decode_token
from redis import Redis
from redis.exceptions import RedisError

from tests.support.answers import closed_port, refused
from tests.support.oauth import register_app, using
from tests.support.services import missing
from tests.support.wallet import Person
from tests.webapp.notifications.conftest import World, elsewhere, post
from webapp.notifications.live import hub as hubs
from webapp.notifications.live import stream as streams
from webapp.notifications.live.hub import HUB, Hub, Stream
from webapp.notifications.live.routes import hub_of
from webapp.wakeups import Waker, channel_of
from workers.delivery import deliver

People = tuple[Person, Person, Person]
PATIENCE = 60.0


class Reader:
    """Somebody who reads their stream piece by piece."""

    def __init__(self, app: Flask, person: Person, last_id: int | None = None) -> None:
        with app.app_context():
            session_id = UUID(decode_token(person.token)["sid"])
        self.hub: Hub = hub_of(app)
        self.stream: Stream = self.hub.open(UUID(person.account), session_id)
        self.lines: Iterator[str] = streams.lines(app, self.stream, last_id, PATIENCE)

    def until(self, name: str) -> list[str]:
        """Return the events up to and with the first of a name; comments left out."""
        found: list[str] = []
        deadline = time.monotonic() + PATIENCE
        for text in self.lines:
            found += [one for one in text.split("\n\n") if "event: " in one]
            if any(f"event: {name}\n" in one for one in found):
                return found
            assert time.monotonic() < deadline, found
        raise AssertionError(f"the stream ended without {name}: {found}")


@pytest.fixture
def reader(app: Flask) -> Iterator[Callable[..., Reader]]:
    opened: list[Reader] = []

    def read(person: Person, last_id: int | None = None) -> Reader:
        opened.append(Reader(app, person, last_id))
        return opened[-1]

    yield read
    for one in opened:
        one.hub.close(one.stream)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.2)
    monkeypatch.setattr(hubs, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(hubs, "LOOK_SECONDS_WITHOUT_REDIS", 0.1)


def numbers(events: list[str]) -> list[str]:
    heads = [one.split("\n") for one in events]
    return [lines[0] for lines in heads if "event: notification" in lines]


def test_a_stream_tells_what_comes_in_order_and_resumes_where_it_broke(
    app: Flask, world: World, people: People, reader: Callable[..., Reader]
) -> None:
    anna, ben, cleo = people
    first = post(anna)
    world.deliver(world.liked(ben, first))
    stream = reader(anna)
    (unread,) = stream.until("unread")
    assert '"unread":1' in unread
    world.deliver(world.liked(cleo, first), world.followed(cleo, anna))
    events = stream.until("notification")
    assert numbers(events) == ["id: 2", "id: 3"]
    assert '"kind":"like"' in events[0]
    assert cleo.account in events[0]
    assert "hello" not in "".join(events)  # ids, no text
    # Others hear nothing of it.
    assert numbers(reader(cleo).until("unread")) == []
    # From where it broke.
    assert numbers(reader(anna, 1).until("unread")) == ["id: 2", "id: 3"]
    assert numbers(reader(anna, 3).until("unread")) == []


def test_a_stream_tells_of_something_new_in_the_feed_and_of_nothing_old(
    app: Flask, world: World, people: People, reader: Callable[..., Reader]
) -> None:
    anna, ben, _ = people
    world.deliver(world.followed(anna, ben))
    # From now on her feed is kept.
    assert anna.call("GET", f"/feed/{anna.account}").status_code == 200
    stream = reader(anna)
    assert "event: feed" not in "".join(stream.until("unread"))
    post(ben)
    with app.app_context():
        deliver()
    stream.stream.woken.set()
    told = "".join(stream.until("feed"))
    assert '"newest_at":"' in told
    assert "hello" not in told
    stream.stream.woken.set()
    assert "event: feed" not in "".join(stream.until("unread"))


def test_what_cannot_be_caught_up_is_said(
    world: World,
    people: People,
    reader: Callable[..., Reader],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anna, ben, _ = people
    monkeypatch.setattr(streams, "MOST_CAUGHT_UP", 2)
    world.deliver(*(world.liked(ben, post(anna)) for _ in range(3)))
    gap, _ = reader(anna, 0).until("unread")
    assert gap.startswith("id: 3\nevent: gap")
    assert "More than 2" in gap
    assert "not known" in reader(anna, 99).until("gap")[0]
    assert numbers(reader(anna, 1).until("unread")) == ["id: 2", "id: 3"]


def test_an_apps_stream_ends_when_its_owner_is_suspended(
    world: World, people: People, reader: Callable[..., Reader]
) -> None:
    anna, _, cleo = people
    tokens = register_app(cleo).tokens(anna, scope="read notifications:read")
    stream = reader(using(anna, tokens["access_token"]))
    stream.until("unread")
    world.suspend(cleo)
    assert '"reason":"session_ended"' in stream.until("end")[-1]


@pytest.mark.parametrize("how", ["logout", "suspended"])
def test_a_stream_ends_with_its_session(
    world: World, people: People, reader: Callable[..., Reader], how: str
) -> None:
    anna = people[0]
    stream = reader(anna)
    stream.until("unread")
    if how == "logout":
        assert anna.call("POST", "/auth/logout").status_code == 204
    else:
        world.suspend(anna)
    why = {"logout": "session_ended", "suspended": "suspended"}[how]
    assert f'"reason":"{why}"' in stream.until("end")[-1]


def test_a_stream_ends_after_its_time(app: Flask, people: People) -> None:
    one = Reader(app, people[0])
    told = "".join(streams.lines(app, one.stream, None, 0.5))
    assert told.endswith('event: end\ndata: {"reason":"time"}\n\n')
    assert ": still here" in told
    one.hub.close(one.stream)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_listens_for_nobody(
    world: World, people: People, reader: Callable[..., Reader]
) -> None:
    """The last stream takes the listener along, and the next one has another."""
    anna, ben, _ = people
    one = reader(anna)
    one.until("unread")
    first = one.hub._thread
    one.hub.close(one.stream)
    assert first is not None
    first.join(timeout=30)
    assert not first.is_alive()
    again = reader(anna)
    again.until("unread")
    world.deliver(world.followed(ben, anna))
    assert numbers(again.until("notification")) == ["id: 1"]
    assert again.hub._thread is not first


def test_one_more_stream_replaces_the_oldest_of_its_session_and_of_no_other(
    people: People, reader: Callable[..., Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = people[0]
    monkeypatch.setattr(hubs, "MOST_PER_ACCOUNT", 2)
    monkeypatch.setattr(hubs, "MOST_ENDING", 2)
    other = elsewhere(anna)
    first, theirs = reader(anna), reader(other)
    second = reader(anna)
    told = "".join(first.lines)
    assert told.endswith('retry: 60000\n\nevent: end\ndata: {"reason":"replaced"}\n\n')
    third = reader(anna)
    assert '"reason":"replaced"' in "".join(second.until("end"))
    # Neither of them gave its place back yet.
    refused(anna.call("GET", "/events"), 429, "too_many_streams")
    for one in (first, second):
        one.hub.close(one.stream)
    refused(elsewhere(anna).call("GET", "/events"), 429, "too_many_streams")
    assert not third.stream.is_over()
    assert not theirs.stream.is_over()
    reader(other)
    assert '"reason":"replaced"' in "".join(theirs.until("end"))


def test_streams_are_bounded_for_one_and_for_all(
    app: Flask, people: People, reader: Callable[..., Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben, _ = people
    monkeypatch.setattr(hubs, "MOST_PER_ACCOUNT", 2)
    held = [reader(anna), reader(anna)]
    refused(elsewhere(anna).call("GET", "/events"), 429, "too_many_streams")
    monkeypatch.setattr(held[0].hub, "_most", 2)
    answer = ben.call("GET", "/events")
    refused(answer, 503, "streams_full")
    assert answer.headers["Retry-After"] == "30"
    held[0].hub.close(held[0].stream)
    reader(ben)


def test_over_http_it_is_a_stream_for_the_signed_in(
    app: Flask, people: People, visitor: Person
) -> None:
    anna = people[0]
    refused(visitor.call("GET", "/events"), 401, "no_session")
    refused(anna.call("GET", "/events", headers={"Last-Event-ID": "x"}), 400, "malformed")
    answer = anna.http.get("/api/v1/events", headers=anna.headers, buffered=False)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/event-stream")
    assert answer.headers["Cache-Control"] == "no-store"
    pieces: Any = iter(answer.response)
    assert next(pieces) in ("retry: 3000\n\n", b"retry: 3000\n\n")
    assert len(app.extensions[HUB].streams()) == 1
    answer.close()
    assert app.extensions[HUB].streams() == []


@pytest.mark.parametrize("redis", [pytest.param("up", marks=pytest.mark.redis), "away"])
def test_redis_wakes_streams_and_without_it_they_look_themselves(
    app: Flask,
    world: World,
    people: People,
    reader: Callable[..., Reader],
    redis: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"redis://127.0.0.1:{closed_port()}/0"
    if redis == "up":
        url = os.environ.get("TROTH_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
        try:
            with Redis.from_url(url, socket_connect_timeout=3) as client:
                client.ping()
        except RedisError:
            missing("Redis", "TROTH_TEST_REDIS_URL")
        # Only wake-ups can tell.
        monkeypatch.setattr(Hub, "look", lambda _: None)
    app.extensions[HUB] = Hub(app, url, 10)
    app.extensions["troth_waker"] = Waker(url, channel_of(app.config["JWT_SECRET_KEY"]))
    anna, ben, _ = people
    stream = reader(anna)
    stream.until("unread")
    deadline = time.monotonic() + PATIENCE
    while redis == "up" and stream.hub._pubsub is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    world.deliver(world.followed(ben, anna))
    assert numbers(stream.until("notification")) == ["id: 1"]
