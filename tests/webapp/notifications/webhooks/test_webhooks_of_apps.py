"""Webhooks of apps: for those who allow it, as far as it goes, and no longer."""

import json
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.answers import refused
from tests.support.oauth import Application, register_app, using
from tests.support.wallet import PASSWORD, Person
from tests.webapp.notifications.conftest import World, post
from tests.webapp.notifications.webhooks.test_webhooks import Peer, make, peer, sent_to, work
from webapp.accounts.oauth import consents
from webapp.extensions import db
from webapp.notifications.webhooks import sending, service
from webapp.notifications.webhooks.models import Webhook, WebhookDelivery
from workers.delivery import deliver

__all__ = ["peer"]
People = tuple[Person, Person, Person]
TOLD = "read notifications:read webhooks:write"


@pytest.fixture
def robot(people: People) -> Application:
    """Give an app of Cleo's."""
    return register_app(people[2])


def acting(robot: Application, person: Person, scope: str = TOLD) -> Person:
    return using(person, robot.tokens(person, scope=scope)["access_token"])


def kinds_sent(peer: Peer) -> list[str]:
    return [json.loads(body)["type"].removeprefix("notification.") for _, body, _ in peer.got]


def counted(app: Flask) -> tuple[int, int]:
    with app.app_context():
        session = db.session()
        return tuple(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Webhook, WebhookDelivery)
        )  # type: ignore[return-value]


def test_an_app_is_sent_what_its_person_is_told_signed_by_a_secret_of_its_own(
    app: Flask, world: World, people: People, peer: Peer, robot: Application
) -> None:
    anna, ben, _ = people
    own = make(anna)
    client = acting(robot, anna)
    made = make(client, url="https://robot.example/hook")
    assert (own["client_id"], made["client_id"]) == (None, robot.client_id)
    assert own["secret"] != made["secret"]
    assert set(made["kinds"]) == set(own["kinds"]) - {"message"}
    world.deliver(world.followed(ben, anna))
    assert work(app) == 2
    [(_, body, headers)] = [one for one in peer.got if one[0] == "https://robot.example/hook"]
    said = json.loads(body)
    assert (said["account"], said["data"]["kind"]) == (anna.account, "follow")
    assert headers["webhook-signature"].startswith("v1,")
    assert client.call("POST", f"/webhooks/{made['id']}/test").status_code == 202
    assert work(app) == 1
    assert kinds_sent(peer)[-1] == "test"
    assert [one["kind"] for one in sent_to(client, made)] == ["test", "follow"]
    # The person sees all, the app its own.
    listed = [one["id"] for one in anna.call("GET", "/webhooks").json["items"]]
    assert listed == [own["id"], made["id"]]
    assert [one["id"] for one in client.call("GET", "/webhooks").json["items"]] == [made["id"]]
    for method, path, status in (
        ("GET", "deliveries", 404),
        ("POST", "test", 404),
        ("DELETE", "", 204),
    ):
        answer = client.call(method, f"/webhooks/{own['id']}/{path}".rstrip("/"))
        assert answer.status_code == status
    assert len(anna.call("GET", "/webhooks").json["items"]) == 2
    assert anna.call("DELETE", f"/webhooks/{made['id']}").status_code == 204
    assert client.call("GET", "/webhooks").json["items"] == []


def test_an_app_is_sent_nothing_while_its_owner_is_suspended(
    app: Flask, world: World, people: People, peer: Peer, robot: Application
) -> None:
    anna, ben, cleo = people
    own, made = make(anna), make(acting(robot, anna), url="https://robot.example/hook")
    world.deliver(world.followed(ben, anna))
    with app.app_context():
        sending.hand_over()
    world.suspend(cleo)
    world.deliver(world.liked(ben, post(anna)))
    work(app)
    assert {url for url, _, _ in peer.got} == {own["url"]}
    assert counted(app) == (2, 3), "nothing new is owed to it either"
    world.change_back(cleo)
    peer.got.clear()
    work(app)
    assert {url for url, _, _ in peer.got} == {made["url"]}
    assert sorted(kinds_sent(peer)) == ["follow", "like"]


def test_an_app_gets_no_further_than_its_scopes(
    app: Flask, people: People, peer: Peer, robot: Application
) -> None:
    anna, ben, cleo = people
    reader = acting(robot, anna, "read notifications:read")
    refused(
        reader.call("POST", "/webhooks", {"url": "https://x.example"}), 403, "insufficient_scope"
    )
    refused(reader.call("GET", "/webhooks"), 403, "insufficient_scope")
    other = register_app(cleo)
    blind = acting(other, anna, "read webhooks:write")
    refused(
        blind.call("POST", "/webhooks", {"url": "https://x.example"}), 403, "insufficient_scope"
    )
    client = acting(robot, anna)
    body = {"url": "https://x.example", "kinds": ["message", "follow"]}
    refused(client.call("POST", "/webhooks", body), 403, "insufficient_scope")
    make(client)
    make(client)
    refused(
        client.call("POST", "/webhooks", {"url": "https://x.example"}), 409, "too_many_webhooks"
    )
    reading = acting(robot, ben, f"{TOLD} messages:read")
    make(reading, kinds=["message"])
    for one, to in ((ben, anna), (anna, ben)):
        one.call("POST", "/messages", {"to": to.account, "text": "psst"})
    with app.app_context():
        deliver()
    work(app)
    assert kinds_sent(peer) == ["message"]
    assert json.loads(peer.got[0][1])["account"] == ben.account
    assert b"psst" not in peer.got[0][1]


@pytest.mark.parametrize("end", ["consent", "app", "owner"])
def test_nothing_is_sent_once_it_is_not_allowed_any_more(
    app: Flask, world: World, people: People, peer: Peer, robot: Application, end: str
) -> None:
    anna, ben, cleo = people
    client = acting(robot, anna)
    made = make(client)
    kept = make(ben)
    first = post(anna)
    world.deliver(world.liked(ben, first))
    with app.app_context():
        sending.hand_over()
    assert counted(app) == (2, 1)
    if end == "consent":
        (consent,) = anna.call("GET", "/oauth/consents").json["items"]
        anna.call("DELETE", f"/oauth/consents/{consent['id']}")
    elif end == "app":
        assert cleo.call("DELETE", f"/oauth/apps/{robot.client_id}").status_code == 204
    else:
        assert cleo.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204
    world.deliver(world.followed(ben, anna))
    assert work(app) == 0
    assert peer.got == []
    assert anna.call("GET", "/webhooks").json["items"] == []
    if end == "consent":  # given anew, it brings nothing back
        again = acting(robot, anna)
        assert again.call("GET", "/webhooks").json["items"] == []
        refused(again.call("POST", f"/webhooks/{made['id']}/test"), 404, "webhook_not_found")
        assert work(app) == 0
        fresh = make(again)
        assert [one["id"] for one in anna.call("GET", "/webhooks").json["items"]] == [fresh["id"]]
    with app.app_context():
        deliver()
        if end == "owner":
            sending.forget_old()
    assert counted(app)[0] == (2 if end == "consent" else 1)
    assert [one["id"] for one in ben.call("GET", "/webhooks").json["items"]] == [kept["id"]]


def test_a_consent_that_is_taken_back_while_a_webhook_is_made_leaves_none(
    app: Flask, people: People, robot: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = people[0]
    client = acting(robot, anna)
    real = service.parse_target

    def overtaken(*args: Any) -> Any:
        consent = UUID(
            anna.again(app.test_client()).call("GET", "/oauth/consents").json["items"][0]["id"]
        )
        consents.revoke(UUID(anna.account), consent)
        return real(*args)

    monkeypatch.setattr(service, "parse_target", overtaken)
    refused(client.call("POST", "/webhooks", {"url": "https://x.example"}), 401, "no_session")
    assert counted(app) == (0, 0)
