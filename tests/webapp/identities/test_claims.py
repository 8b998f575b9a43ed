"""Handles, e-mail addresses and people; asking, showing, withdrawing, declining, and who may see what."""

import base64
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.support.domains import Mailbox
from tests.support.statements import cost, counting
from tests.support.wallet import Person
from tests.support.wallets import link
from tests.webapp.identities.conftest import ask, configure, due, grant, one
from webapp.accounts.wallets import owners
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.identities import issuers, tending, unlinked
from webapp.identities.mail import MailError
from webapp.identities.models import ClaimEvent, ClaimEvidence, IdentityClaim
from webapp.identities.owing import owe_all
from webapp.outbox.models import SignerAccount, SignerRole, Transaction
from workers.anchoring import sweep
from workers.delivery import deliver
from workers.identities import tend_claims
from workers.upkeep import tidy

Tend = Callable[[], None]


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


def test_an_address_is_proved_by_the_code_that_was_sent_there(
    app: Flask, alice: Person, mailbox: Mailbox, tend: Tend
) -> None:
    claim = ask(alice, "email", "Ada@Example.org", shown=False)
    tend()
    message = mailbox.messages[0]
    assert (message["To"], message["From"]) == ("Ada@example.org", "troth@example.org")
    code = mailbox.code()
    wrong = f"{(int(code) + 1) % 10**8:08}"
    path = f"/claims/{claim['id']}/code"
    answer = alice.call("POST", path, {"code": wrong})
    assert (answer.status_code, answer.json["code"]) == (422, "wrong_code")
    assert "4 tries" in answer.json["detail"]
    with app.app_context():
        row = db.session.scalars(select(IdentityClaim)).one()
        stored = (row.sealed or b"", row.code_hash or b"")
        assert all(code.encode() not in one and b"example" not in one for one in stored)
        db.session.remove()
    assert alice.call("POST", path, {"code": code}).json["state"] == "checked"
    assert alice.call("POST", path, {"code": code}).json["code"] == "claim_state"
    tend()
    assert one(alice, claim)["state"] == "final"
    badge = alice.call("GET", f"/users/{alice.account}").json["badges"][0]
    assert (badge["kind"], badge["value"], badge["basis"]) == ("email", None, "code")
    shown = alice.call("PATCH", f"/claims/{claim['id']}", {"shown": True}).json
    assert shown["shown"] is True
    badge = alice.call("GET", f"/users/{alice.account}").json["badges"][0]
    assert badge["value"] == "Ada@example.org"


def test_codes_are_bounded_in_tries_time_and_number(
    app: Flask, alice: Person, bob: Person, mailbox: Mailbox, tend: Tend
) -> None:
    claim = ask(alice, "email", "ada@example.org")
    tend()
    code, path = mailbox.code(), f"/claims/{claim['id']}/code"
    for _ in range(5):
        alice.call("POST", path, {"code": "00000000" if code != "00000000" else "1" * 8})
    answer = alice.call("POST", path, {"code": code})
    assert (answer.json["code"], "used up" in answer.json["detail"]) == ("wrong_code", True)
    assert alice.call("POST", f"/claims/{claim['id']}/retry").json["code"] == "too_many_claims"
    due(app, claim, tried_at=None)
    assert alice.call("POST", f"/claims/{claim['id']}/retry").status_code == 200
    tend()
    assert len(mailbox.messages) == 2
    code = mailbox.code()
    due(app, claim, code_expires_at=utc_now() - timedelta(seconds=1))
    assert alice.call("POST", path, {"code": code}).json["code"] == "wrong_code"
    due(app, claim, tried_at=None)
    assert alice.call("POST", f"/claims/{claim['id']}/retry").status_code == 200
    # Three to one address within an hour, whoever asks for them.
    answer = bob.call("POST", "/claims", {"kind": "email", "value": "ada@example.org"})
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_claims")
    assert int(answer.headers["Retry-After"]) > 0
    ask(bob, "email", "bob@example.org")


def test_mail_that_is_not_taken_is_sent_again_with_another_code(
    app: Flask, alice: Person, mailbox: Mailbox, tend: Tend
) -> None:
    mailbox.refuse = True
    claim = ask(alice, "email", "ada@example.org")
    tend()
    assert "did not take it" in one(alice, claim)["reason"]
    mailbox.refuse = False
    due(app, claim, next_check_at=utc_now())
    tend()
    assert (one(alice, claim)["reason"], len(mailbox.messages)) == (None, 1)
    path = f"/claims/{claim['id']}/code"
    assert alice.call("POST", path, {"code": mailbox.code()}).status_code == 200


def test_a_worker_that_dies_while_it_sends_lets_another_send(
    app: Flask, alice: Person, mailbox: Mailbox, tend: Tend, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = ask(alice, "email", "ada@example.org")

    class KilledError(BaseException):
        pass

    def killed(*_: Any) -> None:
        raise KilledError

    with app.app_context():
        [row] = tending._due(tending.ClaimKind.EMAIL, 1)
        row_id = row.id
        db.session.rollback()
        with pytest.raises(KilledError):
            tending._send_code(row_id, killed)
        db.session.remove()
    due(app, claim, next_check_at=utc_now())
    tend()
    assert len(mailbox.messages) == 1
    path = f"/claims/{claim['id']}/code"
    assert alice.call("POST", path, {"code": mailbox.code()}).status_code == 200


def test_a_server_without_mail_or_issuer_says_so(app: Flask, alice: Person) -> None:
    answer = alice.call("POST", "/claims", {"kind": "email", "value": "a@example.org"})
    assert (answer.status_code, answer.json["code"]) == (503, "mail_unavailable")
    with app.app_context():
        with writing() as session:
            session.execute(
                update(SignerAccount).values(role=SignerRole.FORMER_ISSUER).filter_by(role="issuer")
            )
        db.session.remove()
    answer = alice.call("POST", "/claims", {"kind": "domain", "value": "example.org"})
    assert (answer.status_code, answer.json["code"]) == (503, "claims_unavailable")
    assert "TROTH_ISSUER_KEY" in answer.json["detail"]
    assert answer.headers["Retry-After"]
    assert alice.call("GET", "/issuers").json["items"] == []


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


def test_a_person_is_reviewed_by_somebody_else_with_reasons_in_the_trail(
    app: Flask, alice: Person, bob: Person, tend: Tend
) -> None:
    grant(app, bob, "moderator")
    pdf = base64.b64encode(b"%PDF-1.4 passport").decode()
    files = [{"mime": "application/pdf", "data": pdf}]
    body = {"evidence": "See my passport.", "files": files}
    assert alice.call("POST", "/claims", {"kind": "person", "value": "Ada"}).status_code == 422
    claim = ask(alice, "person", "Ada  Lovelace", **body)
    own = ask(bob, "person", "Bob", evidence="It is me.")
    queue = bob.call("GET", "/moderation/claims").json["items"]
    assert [one["id"] for one in queue] == [claim["id"]]
    assert alice.call("GET", "/moderation/claims").status_code == 403
    path = f"/moderation/claims/{claim['id']}"
    seen = bob.call("GET", path).json
    assert (seen["value"], seen["evidence"][0]["text"]) == ("Ada Lovelace", "See my passport.")
    file = bob.call("GET", f"{path}/evidence/{seen['evidence'][1]['id']}")
    assert (file.data, file.headers["Content-Disposition"]) == (b"%PDF-1.4 passport", "attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    with app.app_context():
        rows = db.session.scalars(select(ClaimEvidence)).all()
        assert all(b"passport" not in one.sealed for one in rows)
        db.session.remove()
    decision = {"decision": "grant", "reason": "The passport is hers."}
    mine = bob.call("POST", f"/moderation/claims/{own['id']}/decision", decision)
    assert (mine.status_code, mine.json["code"]) == (403, "cannot_moderate_yourself")
    assert bob.call("GET", f"/moderation/claims/{own['id']}").status_code == 403
    assert bob.call("POST", f"{path}/decision", decision).json["act"] == "vouch"
    assert bob.call("POST", f"{path}/decision", decision).json["code"] == "claim_state"
    tend()
    assert (one(alice, claim)["state"], one(alice, claim)["basis"]) == ("final", "review")
    rows = bob.call("GET", "/moderation/audit").json["items"]
    assert '"act":"vouch"' in rows[-1]["document"]
    assert claim["id"] in rows[-1]["document"]
    back = {"decision": "take_back", "reason": "It was forged."}
    assert bob.call("POST", f"{path}/decision", back).status_code == 200
    tend()
    ended = one(alice, claim)
    assert (ended["state"], ended["reason"]) == ("revoked", "It was forged.")
    assert [one["act"] for one in alice.call("GET", "/me/moderation").json["items"]] == [
        "take_back",
        "vouch",
    ]


def test_moderators_take_back_every_kind_and_read_one(
    app: Flask, carol: Person, bob: Person, tend: Tend
) -> None:
    grant(app, bob, "moderator")
    claim = ask(carol, "handle")
    tend()
    path = f"/moderation/claims/{claim['id']}"
    assert bob.call("GET", path).status_code == 404  # its value is none of theirs
    refuse = {"decision": "refuse", "reason": "It imitates."}
    assert bob.call("POST", f"{path}/decision", refuse).status_code == 404
    back = {"decision": "take_back", "reason": "It imitates."}
    assert bob.call("POST", f"{path}/decision", back).json["act"] == "take_back"
    tend()
    assert one(carol, claim)["state"] == "revoked"


def test_a_review_may_refuse(app: Flask, alice: Person, bob: Person, tend: Tend) -> None:
    grant(app, bob, "moderator")
    claim = ask(alice, "person", "Ada", evidence="Trust me.")
    body = {"decision": "refuse", "reason": "That shows nothing."}
    assert bob.call("POST", f"/moderation/claims/{claim['id']}/decision", body).status_code == 200
    refused = one(alice, claim)
    assert (refused["state"], refused["reason"]) == ("refused", "That shows nothing.")
    assert refused["evidence"] == []  # it was given for one decision alone
    tend()
    assert one(alice, claim)["state"] == "refused"
    ask(alice, "person", "Ada", evidence="See https://ada.example.org/me")


def test_what_is_never_proved_is_refused(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    claim = ask(alice, "email", "ada@example.org")
    due(app, claim, requested_at=utc_now() - timedelta(days=3, minutes=1))
    with app.app_context():
        tend_claims()
    refused = one(alice, claim)
    assert refused["state"] == "refused"
    assert "3 days" in refused["reason"]


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


@pytest.mark.parametrize("signed", [False, True])
def test_an_unlinked_wallet_is_vouched_for_no_more(
    app: Flask, carol: Person, tend: Tend, signed: bool
) -> None:
    assert link(carol).status_code == 201
    if signed:  # of one that signed nothing no trace is kept once it is unlinked
        assert carol.publish().status_code == 201
    claim = ask(carol, "domain", "example.org", subject=carol.address)
    due(app, claim, checked_at=utc_now(), next_check_at=None)
    tend()
    assert one(carol, claim)["state"] == "final"
    assert carol.call("DELETE", f"/wallets/{carol.address}").status_code == 204
    with app.app_context():
        deliver()
    tend()
    ended = one(carol, claim)
    assert (ended["state"], "does not belong" in ended["reason"]) == ("revoked", True)
    assert ended["revocation"]["state"] == "final"


@pytest.mark.parametrize("signed", [False, True])
def test_a_claim_that_was_left_standing_when_its_wallet_was_unlinked_is_found_and_revoked(
    app: Flask,
    alice: Person,
    carol: Person,
    tend: Tend,
    monkeypatch: pytest.MonkeyPatch,
    signed: bool,
) -> None:
    monkeypatch.setattr(unlinked, "ROWS", 1)
    hers = ask(carol, "handle")
    assert link(carol).status_code == 201
    if signed:
        assert carol.publish().status_code == 201
    theirs = ask(alice, "domain", "example.org")
    left = [ask(carol, "domain", name, subject=carol.address) for name in ("a.org", "b.org")]
    for claim in (*left, theirs):
        due(app, claim, checked_at=utc_now(), next_check_at=None)
    tend()
    with app.app_context():
        with writing() as session:  # with no event, as if it was missed
            owners.release(session, carol.address)
        tidy()
    tend()
    for claim in left:
        ended = one(carol, claim)
        assert (ended["state"], ended["revocation"]["state"]) == ("revoked", "final")
        assert "does not belong" in ended["reason"]
    assert [one(alice, theirs)["state"], one(carol, hers)["state"]] == ["final", "final"]
    with app.app_context():
        assert unlinked.end_unlinked() == 0


def test_whoever_has_the_address_now_asks_for_a_claim_of_their_own(
    app: Flask, carol: Person, tend: Tend
) -> None:
    assert link(carol).status_code == 201
    hers = ask(carol, "domain", "example.org", subject=carol.address)
    due(app, hers, checked_at=utc_now(), next_check_at=None)
    tend()
    assert carol.call("DELETE", f"/wallets/{carol.address}").status_code == 204
    dora = Person(app.test_client(), wallet=carol.wallet).register("dora")
    assert link(dora).status_code == 201
    # Before anybody came to end what carol asked for.
    own = ask(dora, "domain", "example.org", subject=carol.address)
    assert own["id"] != hers["id"]
    assert one(dora, own)["state"] == "requested"
    tend()
    assert one(carol, hers)["state"] == "revoked"
    assert ask(dora, "domain", "example.org", 200, subject=carol.address)["id"] == own["id"]


def test_deleting_an_account_erases_values_and_revokes(
    app: Flask, carol: Person, tend: Tend
) -> None:
    claim = ask(carol, "handle")
    ask(carol, "person", "Carol", evidence="My passport.")
    tend()
    assert carol.call("DELETE", "/me", {"password": "a long password"}).status_code == 204
    with app.app_context():
        rows = db.session.scalars(select(IdentityClaim)).all()
        assert [(one.sealed, one.key_id, one.end) for one in rows] == [(None, None, "erased")] * 2
        assert db.session.scalar(select(func.count(ClaimEvidence.id))) == 0
        db.session.remove()
    tend()
    with app.app_context():
        row = db.session.scalars(select(IdentityClaim).filter_by(kind="handle")).one()
        assert row.revocation_id is not None
        state = db.session.get_one(Transaction, row.revocation_id).state
        assert state == "final"
        assert str(row.id) == claim["id"]


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


def test_mail_errors_name_no_address() -> None:
    assert "@" not in str(MailError("The mail server did not take it (SMTPDataError)"))


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
