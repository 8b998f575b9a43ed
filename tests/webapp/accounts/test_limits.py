"""Limits on everything else: who pays how much for what, what answers tell, and a store that is away."""

import os
import re
import secrets
from collections.abc import Callable

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError

from tests.support.answers import closed_port, nothing_written, refused
from tests.support.databases import only_sqlite
from tests.support.services import missing
from tests.support.tokens import with_claims
from tests.support.wallet import V1, Person
from webapp.accounts import counters
from webapp.accounts.counters import Addition, Counters, ProcessCounters, RedisCounters
from webapp.accounts.limits import COSTS, cost_of, network_of

MakeApp = Callable[..., Flask]
SOME = "00000000-0000-7000-8000-000000000000"


def person(app: Flask, handle: str) -> Person:
    return Person(app.test_client()).register(handle)


def posts(who: Person, count: int) -> list[int]:
    return [who.call("POST", "/posts", {"text": str(n)}).status_code for n in range(count)]


def read(app: Flask, address: str, token: str = "") -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    where = {"REMOTE_ADDR": address}
    answer = app.test_client().get(f"{V1}/posts/{SOME}", headers=headers, environ_overrides=where)
    return answer.status_code


@only_sqlite
def test_one_account_pays_wherever_it_comes_from_and_others_do_not(make_app: MakeApp) -> None:
    app = make_app(limit_write="3/minute", limit_read="2/minute")
    dora, emil = person(app, "dora"), person(app, "emil")
    assert posts(dora, 3) == [201] * 3
    with nothing_written(app):
        answer = dora.call("POST", "/posts", {"text": "too much"})
        refused(answer, 429, "slow_down")
    wait = int(answer.headers["Retry-After"])
    assert 1 <= wait <= 60
    assert answer.headers["RateLimit-Policy"] == '"write";q=3;w=60'
    assert answer.headers["RateLimit"] == f'"write";r=0;t={wait}'
    again = with_claims(app, dora, jti="another token of the same account")
    assert posts(again, 1) == [429]
    assert posts(emil, 1) == [201]
    assert [read(app, f"203.0.113.{n}", dora.token) for n in range(3)] == [404, 404, 429]
    assert read(app, "203.0.113.1") == 404


@only_sqlite
def test_answers_tell_what_is_left(make_app: MakeApp) -> None:
    app = make_app(limit_write="10/minute;15/hour", cors_origins="https://ui.example")
    dora = person(app, "dora")
    told = []
    for path in ("/posts", "/devices"):
        body = {"text": "hello"} if path == "/posts" else {}
        answer = dora.call("POST", path, body, headers={"Origin": "https://ui.example"})
        assert answer.headers["RateLimit-Policy"] == '"write";q=10;w=60'
        exposed = answer.headers["Access-Control-Expose-Headers"]
        assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed.split(", "))
        told.append(re.match(r'"write";r=(\d+);t=\d+', answer.headers["RateLimit"]))
    assert [found and found[1] for found in told] == ["9", "4"]  # a device costs five


@only_sqlite
@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/search/posts?q=a", '"read";r=35;'),
        ("GET", "/search/people?q=a", '"read";r=35;'),
        ("GET", "/search/tags?q=a", '"read";r=35;'),
        ("POST", "/media", '"write";r=30;'),
        ("POST", "/me/exports", '"write";r=10;'),
    ],
)
def test_what_is_much_work_takes_more(make_app: MakeApp, method: str, path: str, told: str) -> None:
    dora = person(make_app(limit_write="40/minute", limit_read="40/minute"), "dora")
    assert dora.call(method, path).headers["RateLimit"].startswith(told)


@only_sqlite
def test_signed_out_the_address_pays_and_of_ipv6_the_64(make_app: MakeApp) -> None:
    app = make_app(limit_read="2/minute")
    assert [read(app, "203.0.113.1") for _ in range(3)] == [404, 404, 429]
    assert read(app, "203.0.113.2") == 404
    assert [read(app, f"2001:db8:0:1::{n}") for n in range(1, 4)] == [404, 404, 429]
    assert read(app, "2001:db8:0:2::1") == 404


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "nobody"),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert network_of(address) == network


@only_sqlite
def test_bad_tokens_and_open_routes_are_paid_by_the_address(make_app: MakeApp) -> None:
    app = make_app(limit_read="2/minute", limit_token="1/minute")
    assert [read(app, "203.0.113.1", "garbage") for _ in range(3)] == [401, 401, 429]
    client = app.test_client()
    assert [client.get(f"{V1}/users/{SOME}").status_code for _ in range(3)] == [404, 404, 429]
    assert [client.post(f"{V1}/oauth/token").status_code for _ in range(2)] == [400, 429]
    assert client.get("/health/live").headers.get("RateLimit") is None


@only_sqlite
def test_a_request_with_an_idempotency_key_is_counted_once(make_app: MakeApp) -> None:
    dora = person(make_app(limit_write="5/minute"), "dora")
    answer = dora.call("POST", "/posts", {"text": "x"}, headers={"Idempotency-Key": "once"})
    assert answer.headers["RateLimit"].startswith('"write";r=4;')


@only_sqlite
def test_every_route_has_a_cost_and_every_cost_a_route(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert not set(COSTS) - endpoints
    for endpoint in endpoints:
        cost = cost_of(endpoint, "POST")
        assert cost is None or cost.units > 0


@only_sqlite
def test_with_the_store_down_reading_and_writing_are_open_and_signing_in_is_closed(
    make_app: MakeApp,
) -> None:
    healthy = make_app()
    dora = person(healthy, "dora")
    app = make_app(redis_url=f"redis://127.0.0.1:{closed_port()}/0", limit_write="1/minute")
    dora = dora.again(app.test_client())
    assert posts(dora, 3) == [201] * 3
    answer = dora.call("GET", f"/users/{dora.account}/posts")
    assert (answer.status_code, answer.headers.get("RateLimit")) == (200, None)
    body = {"handle": "dora", "password": "a long password"}
    refused(dora.call("POST", "/auth/password", body), 503, "unavailable")


@pytest.fixture
def redis_url() -> str:
    url = os.environ.get("TROTH_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    with Redis.from_url(url, socket_connect_timeout=1) as client:
        try:
            client.ping()
        except RedisError:
            missing("Redis", "TROTH_TEST_REDIS_URL")
    return url


@pytest.fixture(params=["process", pytest.param("redis", marks=pytest.mark.redis)])
def store(request: pytest.FixtureRequest) -> Counters:
    if request.param == "process":
        return ProcessCounters()
    return RedisCounters(request.getfixturevalue("redis_url"))


def test_counters_add_up_each_for_itself(store: Counters) -> None:
    one, two = secrets.token_hex(8), secrets.token_hex(8)
    added = [Addition(one, 2, 60), Addition(two, 1, 3_600)]
    first, second = store.add(added), store.add(added)
    assert first is not None
    assert second is not None
    assert [count.value for count in first + second] == [2, 1, 4, 2]
    assert 0 < second[0].left <= 60 < second[1].left <= 3_600


def test_redis_is_asked_once_for_all_counters_of_a_request(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RedisCounters(redis_url)
    store.add([Addition(secrets.token_hex(8), 1, 60)])
    sent: list[object] = []
    real = Redis.execute_command

    def counted(self: Redis, *args: object, **options: object) -> object:
        sent.append(args[0])
        return real(self, *args, **options)

    monkeypatch.setattr(Redis, "execute_command", counted)
    store.add([Addition(secrets.token_hex(8), 1, 60) for _ in range(3)])
    assert sent == ["EVALSHA"]


def test_a_redis_that_is_down_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    store = RedisCounters(f"redis://127.0.0.1:{closed_port()}/0")
    assert store.add([Addition("x", 1, 60)]) is None

    def asked(*args: object) -> None:
        raise AssertionError("Redis was asked again at once")

    monkeypatch.setattr(store, "_script", asked)
    assert store.add([Addition("x", 1, 60)]) is None


def test_counters_of_the_process_forget_what_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "FEWEST_KEPT", 100)
    store = ProcessCounters()
    now = [0.0]
    monkeypatch.setattr("webapp.accounts.counters.time.monotonic", lambda: now[0])
    for number in range(500):
        now[0] += 1
        (count,) = store.add([Addition(str(number), 1, 10)])
        assert count.value == 1
    assert len(store._found) <= 200
    store.add([Addition("again", 1, 10)])
    now[0] += 9.5
    assert store.add([Addition("again", 1, 10)])[0].value == 2
    now[0] += 0.5
    assert store.add([Addition("again", 1, 10)])[0].value == 1
