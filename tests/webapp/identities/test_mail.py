"""Codes go to the one address that is claimed, however its writer plays with headers."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.domains import Mailbox
from tests.support.wallet import Person
from tests.webapp.identities.conftest import ask, due, one
from webapp.columns import utc_now
from webapp.extensions import db
from webapp.identities import bounds
from webapp.identities.mail import UnsendableError, send_code
from webapp.identities.models import ClaimMail, IdentityClaim
from webapp.identities.tending import send_codes


@pytest.mark.parametrize(
    "address", ["=?utf-8?q?me=40evil.com=2C?=ceo@example.org", "a@example.org, b@example.org"]
)
def test_a_code_goes_to_one_address_alone(app: Flask, mailbox: Mailbox, address: str) -> None:
    with app.app_context(), pytest.raises(UnsendableError):
        send_code(address, "12345678", 30, None)
    assert mailbox.messages == []


def test_a_message_that_no_header_can_hold_is_a_typed_error(app: Flask, mailbox: Mailbox) -> None:
    with app.app_context(), pytest.raises(UnsendableError):
        send_code("a@example.org\r\nBcc: b@example.org", "12345678", 30, None)
    assert mailbox.messages == []


def test_strangers_are_not_bombed_under_other_names_of_their_mailbox(
    app: Flask, alice: Person, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in ("Ada.L@example.org", "adal+1@example.org", "a.d.a.l@example.org"):
        ask(alice, "email", value)
    answer = alice.call("POST", "/claims", {"kind": "email", "value": "ADAL+2@example.org"})
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_claims")
    ask(alice, "email", "bob@mail.example.org")
    monkeypatch.setattr(bounds, "MAILS_TO_DOMAIN", 4)
    answer = alice.call("POST", "/claims", {"kind": "email", "value": "eve@mx.example.org"})
    assert (answer.status_code, "domain" in answer.json["detail"]) == (429, True)
    ask(alice, "email", "eve@example.net")


def test_every_attempt_counts_and_failures_wait_longer_each_time(
    app: Flask, alice: Person, mailbox: Mailbox
) -> None:
    mailbox.refuse = True
    claim = ask(alice, "email", "ada@example.org")
    waits = []
    for _ in range(4):
        due(app, claim, next_check_at=utc_now())
        with app.app_context():
            send_codes()
            row = db.session.get_one(IdentityClaim, UUID(claim["id"]))
            assert row.next_check_at is not None
            waits.append(round((row.next_check_at - utc_now()).total_seconds() / 60))
            db.session.remove()
    assert waits == [1, 2, 4, 60]
    assert "tried later" in one(alice, claim)["reason"]
    with app.app_context():
        assert db.session.scalar(select(func.count(ClaimMail.id))) == 3
        db.session.remove()


def test_what_a_server_refuses_for_good_is_not_sent_again(
    app: Flask, alice: Person, mailbox: Mailbox
) -> None:
    mailbox.refuse, mailbox.answer = True, "550 no such person"
    claim = ask(alice, "email", "ada@example.org")
    with app.app_context():
        send_codes()
    refused = one(alice, claim)
    assert (refused["state"], refused["next_check_at"]) == ("refused", None)
    assert "550" in refused["reason"]


def test_what_was_taken_is_not_sent_again_for_want_of_a_goodbye(
    app: Flask, alice: Person, mailbox: Mailbox
) -> None:
    mailbox.polite = False
    claim = ask(alice, "email", "ada@example.org")
    with app.app_context():
        assert send_codes() == 1
        assert send_codes() == 0
    assert len(mailbox.messages) == 1
    assert one(alice, claim)["reason"] is None
