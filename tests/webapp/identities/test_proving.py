"""Addresses are proved by codes: bounded, sent again, and refused when the proof never comes."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.support.domains import Mailbox
from tests.support.wallet import Person
from tests.webapp.identities.conftest import Tend, ask, due, one
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.identities import tending
from webapp.identities.mail import MailError
from webapp.identities.models import IdentityClaim
from webapp.outbox.models import SignerAccount, SignerRole
from workers.identities import tend_claims


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


def test_what_is_never_proved_is_refused(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    claim = ask(alice, "email", "ada@example.org")
    due(app, claim, requested_at=utc_now() - timedelta(days=3, minutes=1))
    with app.app_context():
        tend_claims()
    refused = one(alice, claim)
    assert refused["state"] == "refused"
    assert "3 days" in refused["reason"]


def test_mail_errors_name_no_address() -> None:
    assert "@" not in str(MailError("The mail server did not take it (SMTPDataError)"))
