"""Deleting an account with a real Redis beside it: no cache, counter or log line tells of it any more."""

import os
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError

from tests.support.answers import refused
from tests.support.services import missing
from tests.support.wallet import PASSWORD, Person
from workers.chores import do_chores
from workers.delivery import deliver

pytestmark = pytest.mark.redis
MakeApp = Callable[..., Flask]
# Answers of others, and what a feed's reader leaves behind.
READ = ("/feed/{me}", "/users/{other}", "/users/{other}/posts", "/notifications", "/conversations")


@pytest.fixture
def redis() -> Iterator["Redis[bytes]"]:
    url = os.environ.get("TROTH_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    with Redis.from_url(url, socket_connect_timeout=1) as client:
        try:
            client.ping()
        except RedisError:
            missing("Redis", "TROTH_TEST_REDIS_URL")
        yield client


def dump(redis: "Redis[bytes]") -> list[bytes]:
    """Return every key and every value there is, of whatever type."""
    read: dict[bytes, Callable[[bytes], Any]] = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"set": redis.smembers,
        b"zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
        b"stream": redis.xrange,
    }
    found: list[bytes] = []
    for key in redis.scan_iter(count=1_000):
        kind: Any = redis.type(key)
        if kind != b"none":  # it has expired since
            found.append(key + b" = " + repr(read[kind](key)).encode())
    return found


def read_all(reader: Person, other: Person, conversation: str) -> None:
    for path in (*READ, f"/messages/{conversation}"):
        answer = reader.call("GET", path.format(me=reader.account, other=other.account))
        assert answer.status_code == 200, answer.text


def test_redis_and_logs_hold_nothing_of_a_deleted_accounts_texts(
    make_app: MakeApp, redis: "Redis[bytes]", capfd: pytest.CaptureFixture[str]
) -> None:
    at = redis.connection_pool.connection_kwargs
    app = make_app(redis_url=f"redis://{at['host']}:{at['port']}/{at['db']}")
    mark = secrets.token_hex(8)
    handle, secret = f"carol_{mark}", f"quokka-{mark}"
    carol, bob = Person(app.test_client()).register(handle), Person(app.test_client())
    bob.register(f"bob_{secrets.token_hex(8)}")
    bob.call("POST", f"/users/{carol.account}/follow")
    key = {"Idempotency-Key": f"key-{mark}"}
    post = carol.call("POST", "/posts", {"text": f"{secret} #{mark}"}, headers=key).json
    carol.call("PATCH", "/me", {"name": secret, "bio": secret})
    written = carol.call("POST", "/messages", {"to": bob.account, "text": secret}).json
    refused(
        carol.call("POST", "/auth/password", {"handle": handle, "password": f"{secret} wrong"}),
        401,
        "sign_in_refused",
    )
    with app.app_context():
        deliver()
    for _ in range(2):  # the second is answered from what the first left
        read_all(bob, carol, written["conversation"])
    before = b"\n".join(dump(redis))
    assert bob.account.encode() in before or written["conversation"].encode() in before
    assert secret.encode() not in before  # not even while it is there
    assert carol.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204
    with app.app_context():
        do_chores()
    read_all(bob, bob, written["conversation"])
    kept = [
        one
        for one in dump(redis)
        if any(word in one for word in (secret.encode(), post["id"].encode()))
    ]
    assert kept == []
    # Counters of tries name the handle until they run out, and hold nothing else.
    named = [one for one in dump(redis) if handle.encode() in one]
    assert all(
        one.startswith(b"LIMITS:") and redis.ttl(one.partition(b" = ")[0]) > 0 for one in named
    )
    logged = "".join(capfd.readouterr())
    assert "request_id" in logged or logged == ""
    for word in (secret, PASSWORD, handle):
        assert word not in logged
