"""Recent messages in Redis: nothing readable there, never stale, and not missed when it is away."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import event

from tests.support.answers import closed_port, refused
from tests.support.services import missing
from tests.support.wallet import Person
from tests.webapp.conftest import MakeApp
from webapp import keyring
from webapp.accounts.relations.models import Block
from webapp.accounts.service import register
from webapp.extensions import db
from webapp.messages import recent, rotation

from .conftest import Relate, group_of, texts, write

pytestmark = [
    pytest.mark.redis,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def store() -> Iterator[Redis]:
    """Give a Redis; what a test keeps there has random names and is gone within a minute."""
    url = os.environ.get("TROTH_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    client = Redis.from_url(url, socket_connect_timeout=1)
    try:
        client.ping()
    except RedisError:
        missing("Redis", "TROTH_TEST_REDIS_URL")
    yield client
    client.close()


@pytest.fixture
def app(make_app: MakeApp, store: Redis) -> Flask:
    """Give an application with that Redis."""
    keywords = store.connection_pool.connection_kwargs
    host, port, number = (keywords[name] for name in ("host", "port", "db"))
    return make_app(redis_url=f"redis://{host}:{port}/{number}")


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Give the statements on messages that the database is asked inside."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "FROM messages" in statement:
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_the_second_reader_is_served_from_redis_where_nothing_is_readable(
    app: Flask, store: Redis, alice: Person, carol: Person
) -> None:
    place = write(alice, "MARZIPAN-4711", to=carol)["conversation"]
    name = f"troth:recent:{place}"
    with statements(app) as asked:
        assert texts(carol, place) == ["MARZIPAN-4711"]
        assert len(asked) == 1
        assert texts(alice, place) == ["MARZIPAN-4711"]
        assert len(asked) == 1
    kept = store.get(name)
    assert isinstance(kept, bytes)
    assert b"MARZIPAN" not in kept
    assert b"created" not in kept
    assert 0 < store.ttl(name) <= recent.KEPT_SECONDS


def test_a_deleted_message_is_gone_at_once_whatever_redis_holds(
    app: Flask, store: Redis, alice: Person, carol: Person
) -> None:
    first = write(alice, "a slip", to=carol)
    place, name = first["conversation"], f"troth:recent:{first['conversation']}"
    assert texts(carol, place) == ["a slip"]
    before = store.get(name)
    alice.call("DELETE", f"/messages/{place}/{first['id']}")
    assert store.get(name) is None
    assert isinstance(before, bytes)
    store.set(name, before, ex=60)  # as if Redis had never heard of it
    assert texts(carol, place) == [None]
    write(alice, "better", conversation=place)
    assert texts(carol, place) == ["better", None]
    store.set(name, b"rubbish", ex=60)
    assert texts(carol, place) == ["better", None]


def test_members_and_blocks_are_asked_of_the_database_every_time(
    app: Flask, alice: Person, bob: Person, carol: Person, relate: Relate
) -> None:
    place = group_of(alice, bob, carol)
    write(alice, "one", conversation=place)
    write(bob, "two", conversation=place)
    for person in (alice, bob, carol):
        assert texts(person, place, "?limit=1") == ["two"]
    relate(Block, carol, bob)
    assert texts(carol, place) == ["one"]
    alice.call("DELETE", f"/conversations/{place}/members/{bob.account}")
    refused(bob.call("GET", f"/messages/{place}"), 404, "conversation_not_found")


def test_a_long_conversation_goes_on_from_the_database(
    app: Flask, alice: Person, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "KEPT", 2)
    place = write(alice, "0", to=carol)["conversation"]
    for number in range(1, 4):
        write(alice, str(number), conversation=place)
    for _ in range(2):
        page = carol.call("GET", f"/messages/{place}?limit=1").json
        assert [one["text"] for one in page["items"]] == ["3"]
        assert texts(carol, place, f"?limit=9&cursor={page['next']}") == ["2", "1", "0"]
        assert texts(carol, place) == ["3", "2", "1", "0"]


def test_without_redis_the_database_answers(make_app: MakeApp) -> None:
    away = make_app(redis_url=f"redis://127.0.0.1:{closed_port()}/0")
    # Signing in is closed meanwhile: sessions from before go on.
    ada, ben = (_signed_in(away, handle) for handle in ("ada", "ben"))
    first = write(ada, "still here", to=ben)
    for _ in range(2):
        assert texts(ben, first["conversation"]) == ["still here"]
    ada.call("DELETE", f"/messages/{first['conversation']}/{first['id']}")
    assert texts(ben, first["conversation"]) == [None]


def _signed_in(app: Flask, handle: str) -> Person:
    with app.test_request_context():
        tokens = register(handle, "a long password")
    return Person(app.test_client(), token=tokens.access_token, account=str(tokens.account))


def test_what_a_key_encrypted_that_is_dropped_by_now_is_read_from_the_database(
    app: Flask, store: Redis, make_app: MakeApp, tmp_path: Path
) -> None:
    """Redis may hold for a minute what was encrypted anew in the database meanwhile."""
    keyring.make_keyring(type("Here", (), {"message_keys": "", "data_dir": tmp_path}))  # type: ignore[arg-type]
    app = make_app(redis_url=app.config["TROTH"].redis_url, message_keys="")
    ada, ben = (Person(app.test_client()).register(name) for name in ("ada", "ben"))
    place = write(ada, "hello", to=ben)["conversation"]
    with app.app_context():
        old = set(rotation.rows_by_key())
        keyring.add_key(app.config["TROTH"])
    assert texts(ben, place) == ["hello"]
    assert store.get(f"troth:recent:{place}") is not None
    with app.app_context():
        assert rotation.reencrypt_all() == 1
        keyring.drop_keys(app.config["TROTH"], old)
    assert texts(ben, place) == ["hello"]
