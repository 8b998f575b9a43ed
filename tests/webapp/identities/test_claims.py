"""Handles, e-mail addresses and people; asking, showing, withdrawing, declining, and who may see what."""

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.statements import cost, counting
from tests.support.wallet import Person
from tests.webapp.identities.conftest import Tend, ask, configure, one
from webapp.extensions import db
from webapp.identities import issuers
from webapp.identities.models import ClaimEvent, IdentityClaim
from webapp.identities.owing import owe_all
from webapp.outbox.models import Transaction
from workers.anchoring import sweep
from workers.delivery import deliver


def kinds(person: Person) -> list[str]:
    """Return the kinds of a person's notifications."""
    items = person.call("GET", "/notifications").json["items"]
    return [one["kind"] for one in items]


def test_a_handle_is_vouched_for_at_once_and_told_of_when_final(
    app: Flask, carol: Person, tend: Tend
) -> None:
    claim = ask(carol, "handle")
    assert (claim["state"], claim["basis"]) == ("checked", "here")
    assert claim["value"] == "carol@127.0.0.1:8000"
    tend()
    assert one(carol, claim)["state"] == "final"
    with app.app_context():
        deliver()
    assert kinds(carol) == ["verified"]
    badge = carol.call("GET", "/users/by-handle/carol").json["badges"][0]
    assert (badge["kind"], badge["value"]) == ("handle", claim["value"])
    assert carol.call("POST", "/posts", {"text": "hi"}).json["badges"] == [badge]


def test_the_same_claim_twice_at_once_is_one(app: Flask, carol: Person) -> None:
    answers: list[Any] = []
    people = [carol.again(app.test_client()) for _ in range(6)]

    def run(person: Person) -> None:
        answers.append(person.call("POST", "/claims", {"kind": "handle"}))

    threads = [threading.Thread(target=run, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status_code for one in answers) == [200] * 5 + [201]
    assert len({one.json["id"] for one in answers}) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count(IdentityClaim.id))) == 1


def test_two_workers_at_once_owe_a_claim_once(app: Flask, carol: Person, alice: Person) -> None:
    ask(carol, "handle")

    def run() -> None:
        with app.app_context():
            owe_all()
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        keys = db.session.scalars(
            select(Transaction.key).where(Transaction.key.startswith("claims:"))
        )
        assert len(list(keys)) == 1


def test_withdrawing_revokes_on_chain_and_the_same_may_be_asked_again(
    app: Flask, carol: Person, tend: Tend
) -> None:
    claim = ask(carol, "handle")
    tend()
    withdrawn = carol.call("DELETE", f"/claims/{claim['id']}").json
    assert withdrawn["state"] == "revoking"
    badge = carol.call("GET", f"/users/{carol.account}").json["badges"][0]
    # The value goes out of sight with it.
    assert (badge["state"], badge["value"]) == ("revoked", None)
    tend()
    ended = one(carol, claim)
    assert (ended["state"], ended["reason"]) == ("revoked", "Its subject asked for that")
    with app.app_context():
        deliver()
    assert kinds(carol) == ["revoked", "verified"]
    again = ask(carol, "handle")
    assert again["id"] != claim["id"]
    assert again["digest"] != claim["digest"]
    tend()
    states = [one["state"] for one in carol.call("GET", f"/users/{carol.account}").json["badges"]]
    assert states == ["valid", "revoked"]


def test_what_is_withdrawn_before_it_is_owed_never_reaches_the_chain(
    app: Flask, carol: Person, tend: Tend
) -> None:
    claim = ask(carol, "handle")
    assert carol.call("DELETE", f"/claims/{claim['id']}").json["state"] == "withdrawn"
    tend()
    assert one(carol, claim)["state"] == "withdrawn"
    assert carol.call("GET", f"/users/{carol.account}").json["badges"] == []


def test_what_was_declined_is_never_made_again(app: Flask, carol: Person, tend: Tend) -> None:
    claim = ask(carol, "handle")
    tend()
    assert carol.call("POST", f"/claims/{claim['id']}/decline").json["state"] == "declining"
    tend()
    assert one(carol, claim)["state"] == "declined"
    assert carol.call("GET", f"/users/{carol.account}").json["badges"] == []
    [said] = carol.call("GET", f"/users/{carol.account}/claims").json["items"]
    assert (said["state"], said["value"]) == ("declined", None)
    assert carol.call("POST", "/claims", {"kind": "handle"}).json["code"] == "claim_declined"
    carol.call("DELETE", f"/claims/{claim['id']}")
    assert carol.call("POST", "/claims", {"kind": "handle"}).status_code == 409


def test_addresses_of_others_and_bad_bodies_are_refused(alice: Person, bob: Person) -> None:
    other = {"kind": "domain", "value": "example.org", "subject": bob.address}
    assert alice.call("POST", "/claims", other).json["errors"][0]["field"] == "subject"
    for body in (
        {"kind": "domain"},
        {"kind": "domain", "value": "example.org", "evidence": "x"},
        {"kind": "handle", "value": "alice"},
        {"kind": "handle"},  # there is none
        {
            "kind": "person",
            "value": "A",
            "evidence": "x",
            "files": [{"mime": "text/plain", "data": "?"}],
        },
        {
            "kind": "person",
            "value": "A",
            "evidence": "x",
            "files": [{"mime": "text/plain", "data": "/w=="}],  # no UTF-8
        },
    ):
        assert alice.call("POST", "/claims", body).json["code"] == "claim_refused", body
    for body in ({"kind": "x", "value": "y"}, {}, {"kind": "domain", "value": 1}):
        assert alice.call("POST", "/claims", body).status_code == 400, body
    assert alice.call("GET", "/claims").json["items"] == []


def test_claims_are_listed_newest_first_and_bounded(app: Flask, alice: Person) -> None:
    made = [ask(alice, "domain", f"d{number}.example.org")["id"] for number in range(20)]
    answer = alice.call("POST", "/claims", {"kind": "domain", "value": "more.example.org"})
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_claims")
    page = alice.call("GET", "/claims?limit=15").json
    rest = alice.call("GET", f"/claims?limit=15&cursor={page['next']}").json
    assert [one["id"] for one in (*page["items"], *rest["items"])] == made[::-1]
    assert rest["next"] is None


def test_reading_a_page_of_posts_asks_for_all_badges_at_once(
    app: Flask, carol: Person, alice: Person, bob: Person, tend: Tend
) -> None:
    ask(carol, "handle")
    tend()
    for person in (alice, bob):
        person.publish(person.post_record("#town"))
    carol.call("POST", "/posts", {"text": "#town"})
    found = carol.call("GET", "/tags/town/posts").json["items"]
    assert [bool(one["badges"]) for one in found] == [True, False, False]
    path = "/tags/town/posts"
    assert cost(app, carol, f"{path}?limit=1") == cost(app, carol, path)


def test_publishing_reads_badges_only_where_somebody_spoke_of_the_author(
    app: Flask, alice: Person, bob: Person, tend: Tend
) -> None:
    assert alice.call("PATCH", "/me", {"handle": "alice"}).status_code == 200
    ask(alice, "handle")
    tend()
    for person, badges in ((alice, 1), (bob, 0)):
        body = person.post_record("hi")
        with counting(app) as statements:
            post = person.publish(body).json
        assert len(post["badges"]) == badges
        assert (
            len([one for one in statements if "FROM claim_events" in one and "rank" in one])
            == badges
        )


def test_issuers_are_named(app: Flask, alice: Person) -> None:
    stranger = "0x" + "5A" * 20
    configure(app, trusted_issuers=f"{stranger}=The Town Hall")
    found = alice.call("GET", "/issuers").json
    assert [(one["name"], one["own"]) for one in found["items"]] == [
        ("Troth", True),
        ("The Town Hall", False),
    ]
    assert found["items"][1]["address"] == stranger.lower()
    assert found["registry"].startswith("0x")
    with app.app_context():
        assert issuers.own_issuer(db.session()) == found["items"][0]["address"]
        sweep()


@pytest.mark.parametrize("window", ["checked", "owed", "sent", "revoking"])
def test_a_worker_killed_between_any_two_states_leaves_one_claim_on_the_chain(
    app: Flask, carol: Person, tend: Tend, monkeypatch: pytest.MonkeyPatch, window: str
) -> None:
    class KilledError(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> Any:
        raise KilledError

    claim = ask(carol, "handle")
    places = {
        "checked": "webapp.identities.owing.IdentityRegistry.issue_many",
        "owed": "webapp.identities.owing.log.info",
        "sent": "chain.client.ChainClient.send_raw",
        "revoking": "webapp.identities.owing.IdentityRegistry.revoke",
    }
    if window == "revoking":
        tend()
        carol.call("DELETE", f"/claims/{claim['id']}")
    with monkeypatch.context() as patched:
        patched.setattr(places[window], killed)
        with pytest.raises(KilledError):
            tend()
    with app.app_context():
        db.session.remove()
    tend()
    tend()
    wanted = "revoked" if window == "revoking" else "final"
    assert one(carol, claim)["state"] == wanted
    with app.app_context():
        owed = select(Transaction.state).where(Transaction.key.startswith("claims:"))
        count = 2 if window == "revoking" else 1
        assert list(db.session.scalars(owed)) == ["final"] * count
        statuses = select(ClaimEvent.status).order_by(ClaimEvent.block_number)
        assert list(db.session.scalars(statuses)) == [1, 3][:count]
