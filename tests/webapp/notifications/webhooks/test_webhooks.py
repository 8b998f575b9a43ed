"""Webhooks: signed, tried again, given up visibly, and never shown to others."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import func, select, text, update

from tests.support.answers import at_once, refused
from tests.support.wallet import PASSWORD, Person
from tests.webapp.notifications.conftest import World, post
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.notifications.models import Notification
from webapp.notifications.webhooks import sending
from webapp.notifications.webhooks.models import Webhook, WebhookDelivery
from webapp.notifications.webhooks.service import MOST_WEBHOOKS, owed
from webapp.outgoing import Answer, OutgoingError
from workers import webhooks as worker

People = tuple[Person, Person, Person]
URL = "https://app.example/hook"


class Peer:
    """Somebody's app: keeps what it is sent and answers as it is told."""

    def __init__(self) -> None:
        self.status: int | None = 200
        self.got: list[tuple[str, bytes, dict[str, str]]] = []

    def ask(self, method: str, url: str, policy: Any, **sent: Any) -> Answer:
        assert method == "POST"
        self.got.append((url, sent["body"], sent["headers"]))
        if self.status is None:
            raise OutgoingError("It took more than 10 seconds.")
        return Answer(self.status, {}, b"")


@pytest.fixture
def peer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Peer:
    found = Peer()
    monkeypatch.setattr(worker, "send_due", lambda: sending.send_due(found.ask))
    return found


def work(app: Flask) -> int:
    tried = 0
    with app.app_context():
        while more := worker.send_webhooks():
            tried += more
    return tried


def due_now(app: Flask) -> None:
    with app.app_context(), writing() as session:
        late = update(WebhookDelivery).where(WebhookDelivery.next_attempt_at.is_not(None))
        session.execute(late.values(next_attempt_at=utc_now()))


def make(person: Person, **more: Any) -> dict[str, Any]:
    answer = person.call("POST", "/webhooks", {"url": URL, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def sent_to(person: Person, made: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = person.call("GET", f"/webhooks/{made['id']}/deliveries").json[
        "items"
    ]
    return items


def test_what_one_is_told_is_sent_signed_with_a_secret_shown_once(
    app: Flask, world: World, people: People, peer: Peer
) -> None:
    anna, ben, _ = people
    first = post(anna, "private thoughts")
    world.deliver(world.liked(ben, first))  # before there was a webhook
    made = make(anna, kinds=["follow"])
    assert "secret" not in anna.call("GET", "/webhooks").json["items"][0]
    world.deliver(world.followed(ben, anna), world.reposted(ben, first))
    assert (work(app), work(app)) == (1, 0)
    ((url, body, headers),) = peer.got
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    assert (url, headers["webhook-signature"]) == (URL, f"v1,{mac}")
    message = json.loads(body)
    assert (message["type"], message["data"]["profile"]["id"]) == (
        "notification.follow",
        ben.account,
    )
    assert b"private" not in body
    (item,) = sent_to(anna, made)
    assert (item["status"], item["attempts"], item["next_attempt_at"]) == (200, 1, None)


def test_what_fails_is_tried_again_later_and_disabled_after_days(
    app: Flask, world: World, people: People, peer: Peer
) -> None:
    anna, ben, cleo = people
    made, peer.status = make(anna), None
    world.deliver(world.followed(ben, anna))
    assert (work(app), work(app)) == (1, 0)
    peer.status = 302
    due_now(app)
    assert work(app) == 1
    (item,) = sent_to(anna, made)
    assert (item["attempts"], item["status"], item["problem"]) == (2, 302, "It answered 302.")
    assert item["next_attempt_at"] is not None
    assert len({headers["webhook-id"] for _, _, headers in peer.got}) == 1
    with app.app_context(), writing() as session:
        session.execute(update(Webhook).values(failing_since=utc_now() - sending.DISABLED_AFTER))
    due_now(app)
    work(app)
    (shown,) = anna.call("GET", "/webhooks").json["items"]
    assert "Nothing got through for 5 days" in shown["disabled_reason"]
    world.deliver(world.followed(cleo, anna))
    due_now(app)
    assert work(app) == 0
    peer.status = 200
    assert anna.call("POST", f"/webhooks/{made['id']}/test").status_code == 202
    due_now(app)
    assert work(app) == 3  # the test, what waited, and what came meanwhile
    (shown,) = anna.call("GET", "/webhooks").json["items"]
    assert (shown["disabled_at"], shown["failing_since"]) == (None, None)


def test_only_ones_own_webhooks_are_there(people: People) -> None:
    anna, ben, _ = people
    made = make(anna)
    path = f"/webhooks/{made['id']}"
    assert ben.call("GET", "/webhooks").json["items"] == []
    refused(ben.call("GET", f"{path}/deliveries"), 404, "webhook_not_found")
    refused(ben.call("POST", f"{path}/test"), 404, "webhook_not_found")
    assert ben.call("DELETE", path).status_code == 204
    assert len(anna.call("GET", "/webhooks").json["items"]) == 1
    assert [anna.call("DELETE", path).status_code for _ in range(2)] == [204, 204]
    for _ in range(MOST_WEBHOOKS):
        make(anna)
    refused(anna.call("POST", "/webhooks", {"url": URL}), 409, "too_many_webhooks")
    for bad in (
        {"url": "http://app.example/"},
        {"url": "https://a@app.example/"},
        {"url": URL, "kinds": []},
        {"url": URL, "kinds": ["gossip"]},
        {"kinds": ["like"]},
    ):
        refused(anna.call("POST", "/webhooks", bad), 400, "malformed")


def test_waits_grow_and_are_bounded() -> None:
    waits = [sending.backoff(attempts) for attempts in range(1, 100)]
    assert waits[0] <= timedelta(seconds=5)
    assert max(waits) <= sending.LONGEST_WAIT
    assert min(waits[20:]) >= sending.LONGEST_WAIT / 2


def test_hosts_take_turns_however_long_their_queues_are(
    app: Flask, world: World, people: People, peer: Peer
) -> None:
    """One person's backlog must not keep everybody else waiting, even if each message of it succeeds."""
    anna, ben, cleo = people
    greedy = make(anna, url="https://greedy.example/1")
    with app.app_context(), writing() as session:
        for _ in range(300):
            session.add(
                owed(
                    session.get_one(Webhook, UUID(greedy["id"])),
                    "like",
                    {"n": 1},
                    utc_now() - timedelta(hours=1),
                )
            )
    make(ben, url="https://modest.example/")
    world.deliver(world.followed(cleo, ben))
    with app.app_context():
        assert [worker.send_webhooks() for _ in range(2)] == [2, 1]
    assert [url for url, _, _ in peer.got] == [
        "https://greedy.example/1",
        "https://modest.example/",
        "https://greedy.example/1",
    ]


def test_whoever_was_asked_longest_ago_is_next(app: Flask, people: People, peer: Peer) -> None:
    anna, ben, _ = people
    made = [
        make(one, url=f"https://{name}.example/")
        for one, names in ((anna, "abcde"), (ben, "fghij"))
        for name in names
    ]
    with app.app_context(), writing() as session:
        for one in made:
            session.add_all(
                owed(session.get_one(Webhook, UUID(one["id"])), "like", {}, utc_now())
                for _ in range(2)
            )
    with app.app_context():
        worker.send_webhooks()
        first = {url for url, _, _ in peer.got}
        worker.send_webhooks()
    second = [url for url, _, _ in peer.got[len(first) :]]
    assert (len(first), len(second)) == (sending.AT_ONCE, sending.AT_ONCE)
    assert {one["url"] for one in made} - first <= set(second)


def test_nothing_is_sent_for_a_suspended_account_until_it_is_restored(
    app: Flask, world: World, people: People, peer: Peer
) -> None:
    anna, ben, _ = people
    make(anna)
    world.deliver(world.followed(ben, anna))
    with app.app_context():
        sending.hand_over()
    world.suspend(anna)
    assert (work(app), peer.got) == (0, [])
    world.change_back(anna)
    assert work(app) == 1


def test_a_secret_that_cannot_be_read_any_more_stops_only_its_own_webhook(
    app: Flask, world: World, people: People, peer: Peer
) -> None:
    """Who changes this server's own secret makes all that was encrypted with it unreadable."""
    anna, ben, cleo = people
    lost = make(anna, url="https://lost.example/")
    with app.app_context(), writing() as session:
        other = Fernet(Fernet.generate_key()).encrypt(b"x" * 32).decode()
        session.execute(update(Webhook).values(secret=other))
    make(ben, url="https://fresh.example/")
    world.deliver(world.followed(cleo, anna), world.followed(cleo, ben))
    assert work(app) == 1
    assert [url for url, _, _ in peer.got] == ["https://fresh.example/"]
    (shown,) = anna.call("GET", "/webhooks").json["items"]
    assert (shown["id"], "make it again" in shown["disabled_reason"]) == (lost["id"], True)


def test_a_test_message_that_waits_is_not_owed_twice(
    app: Flask, people: People, peer: Peer
) -> None:
    anna, made = people[0], make(people[0])
    path = f"/webhooks/{made['id']}/test"
    http = [anna.again(app.test_client()) for _ in range(4)]
    sent = at_once(*(lambda one=one: one.call("POST", path) for one in http))
    assert {one.status_code for one in sent} == {202}
    assert len({one.json["id"] for one in sent}) == 1
    key = {"Idempotency-Key": "test-1"}
    again = [anna.call("POST", path, headers=key) for _ in range(2)]
    assert [one.headers.get("Idempotency-Replayed") for one in again] == [None, "true"]
    assert work(app) == 1
    assert anna.call("POST", path).json["id"] != sent[0].json["id"]


def test_deleting_an_account_takes_its_webhooks_and_all_messages_that_name_it(
    app: Flask, world: World, people: People, peer: Peer
) -> None:
    anna, ben, cleo = people
    for one in people:
        make(one, url=f"https://app.example/{one.account}")
    world.deliver(*(world.followed(one, other) for one, other in permutations(people, 2)))
    assert work(app) == 6
    assert ben.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204
    with app.app_context():
        left = db.session.scalars(select(WebhookDelivery)).all()
        assert len(left) == 2
        assert ben.account not in str([one.body for one in left])
        urls = set(db.session.scalars(select(Webhook.url)))
        assert urls == {f"https://app.example/{one.account}" for one in (anna, cleo)}
        names = select(func.count()).select_from(Notification)
        assert db.session.scalar(names.where(Notification.actor_id == UUID(ben.account))) == 0


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.postgres
def test_what_names_somebody_is_found_by_an_index(app: Flask) -> None:
    plans = {
        "ix_notifications_actor": "EXPLAIN SELECT 1 FROM notifications WHERE actor_id = :who",
        "ix_webhook_deliveries_actor": "EXPLAIN SELECT 1 FROM webhook_deliveries WHERE actor_id = :who",
    }
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        for index, query in plans.items():
            plan = connection.scalars(text(query), {"who": uuid4()}).all()
            assert index in str(plan)
        connection.execute(text("RESET enable_seqscan"))
