"""One account's claims, however odd, hold up nobody else's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from chain.contracts import ClaimStatus
from tests.support.domains import Domains, Mailbox
from tests.support.wallet import Person
from tests.webapp.identities.conftest import ask, configure, due, one
from webapp.accounts.models import Account
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.identities import owing, reading, tending
from webapp.identities.domains import unnamed
from webapp.identities.kinds import ClaimKind
from webapp.identities.models import ClaimEvent, IdentityClaim
from webapp.outbox.models import Transaction, TransactionState
from workers import identities

Tend = Callable[[], None]


def test_what_cannot_be_read_holds_up_nothing_else(
    app: Flask, alice: Person, carol: Person, domains: Domains, mailbox: Mailbox, tend: Tend
) -> None:
    stuck = [ask(alice, kind, value) for kind, value in (("domain", "example.org"),)]
    stuck.append(ask(alice, "email", "ada@example.org"))
    assert alice.call("PATCH", "/me", {"handle": "alice_w"}).status_code == 200
    handle = ask(alice, "handle")
    due(app, handle, next_check_at=utc_now())
    hers = ask(carol, "handle")
    # A ciphertext that was moved or changed is as unreadable as one whose key is gone.
    for claim in (*stuck, handle):
        due(app, claim, sealed=b"\0" * 60)
    tend()
    assert one(carol, hers)["state"] == "final"
    with app.app_context():
        rows = [
            IdentityClaim.next_check_at > utc_now(),
            IdentityClaim.problem == tending.UNREADABLE,
        ]
        found = db.session.scalars(select(IdentityClaim).where(*rows)).all()
        assert {row.kind for row in found} == {"domain", "email", "handle"}
        assert all(row.end is None for row in found)
        db.session.remove()


def test_a_step_that_breaks_lets_the_others_run_and_is_told_of(
    app: Flask, carol: Person, tend: Tend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> int:
        raise LookupError("a bug")

    claim = ask(carol, "handle")
    steps: tuple[Any, ...] = (broken, *identities.STEPS)
    monkeypatch.setattr(identities, "STEPS", steps)
    with app.app_context(), pytest.raises(LookupError, match="a bug"):
        identities.tend_claims()
    assert one(carol, claim)["state"] == "owed"


def test_a_round_looks_at_few_of_one_account(app: Flask, alice: Person, bob: Person) -> None:
    for number in range(6):
        claim = ask(alice, "domain", f"d{number}.example.org")
        due(app, claim, next_check_at=utc_now() - timedelta(hours=1))
    his = ask(bob, "domain", "bob.example.org")
    with app.app_context():
        found = tending._due(ClaimKind.DOMAIN, 16)
        assert len(found) == tending.MOST_OF_ONE + 1
        assert str(found[-1].id) == his["id"]
        db.session.remove()


def test_a_revocation_that_came_to_nothing_is_owed_again_a_few_times_then_by_hand(
    app: Flask, carol: Person, tend: Tend
) -> None:
    claim = ask(carol, "handle")
    tend()
    carol.call("DELETE", f"/claims/{claim['id']}")
    row_id, seen = UUID(claim["id"]), set()
    with app.app_context():
        for _ in range(owing.MOST_SENDS + 2):
            owing.owe_all()
            with writing() as session:
                row = session.get_one(IdentityClaim, row_id)
                seen.add(row.revocation_id)
                session.get_one(Transaction, row.revocation_id).state = TransactionState.DEAD
        db.session.remove()
    assert len(seen) == owing.MOST_SENDS
    halted = one(carol, claim)
    assert (halted["state"], "3 times" in halted["reason"]) == ("halted", True)
    assert halted["revocation"]["state"] == "halted"
    [badge] = carol.call("GET", f"/users/{carol.account}").json["badges"]
    assert badge["state"] == "revoked"  # whatever the chain says still
    assert carol.call("POST", f"/claims/{claim['id']}/retry").status_code == 200
    assert carol.call("POST", f"/claims/{claim['id']}/retry").status_code in (409, 429)
    with app.app_context():
        owing.owe_all()
        row = db.session.get_one(IdentityClaim, row_id)
        assert row.revocation_id not in {None, *seen}
        db.session.remove()
    assert one(carol, claim)["state"] == "revoking"
    tend()
    assert one(carol, claim)["revocation"]["state"] == "final"


def test_what_the_issuer_writes_is_bounded(
    app: Flask, carol: Person, alice: Person, tend: Tend
) -> None:
    configure(app, claims_per_day=1)
    claim = ask(carol, "handle")
    tend()
    assert alice.call("PATCH", "/me", {"handle": "alice_w"}).status_code == 200
    hers = ask(alice, "handle")
    tend()
    assert (one(carol, claim)["state"], one(alice, hers)["state"]) == ("final", "checked")
    # What was written is taken back, whatever that costs.
    carol.call("DELETE", f"/claims/{claim['id']}")
    configure(app, claims_per_day=100)
    tend()
    assert (one(carol, claim)["state"], one(alice, hers)["state"]) == ("revoked", "final")
    for _ in range(2):
        claim = ask(carol, "handle")
        with app.app_context():
            owing.owe_all()
        carol.call("DELETE", f"/claims/{claim['id']}")
    answer = carol.call("POST", "/claims", {"kind": "handle"})
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_claims")


def test_what_ended_on_chain_or_is_suspended_is_not_renewed(
    app: Flask, carol: Person, tend: Tend, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = ask(carol, "handle")
    soon = int((utc_now() + timedelta(days=2)).timestamp())
    with monkeypatch.context() as patched:
        patched.setattr(owing, "expiry_of", lambda *_: soon)
        tend()
    with app.app_context():
        place = owing.find_place(db.session())
        assert place is not None
        mine = update(Account).where(Account.id == UUID(carol.account))
        with writing() as session:
            session.execute(mine.values(suspended_at=utc_now()))
            ended = update(ClaimEvent).values(status=int(ClaimStatus.REVOKED))
            session.execute(ended)
        assert owing._owe_renewals(place) == 0
        with writing() as session:
            session.execute(mine.values(suspended_at=None))
        assert owing._owe_renewals(place) == 0
        with writing() as session:
            session.execute(mine.values(suspended_at=utc_now()))
            session.execute(update(ClaimEvent).values(status=int(ClaimStatus.VALID)))
        assert owing._owe_renewals(place) == 0
        with writing() as session:
            session.execute(mine.values(suspended_at=None))
        assert owing._owe_renewals(place) == 1
        row = db.session.get_one(IdentityClaim, UUID(claim["id"]))
        assert row.renewal_id is not None
        db.session.remove()


def test_a_look_s_problem_names_nobody() -> None:
    text = "The name www.Ada.example.org leads nowhere, nor does example.org."
    assert unnamed(text, "ada.example.org") == (
        "The name the domain leads nowhere, nor does the domain."
    )


def test_new_badges_do_not_push_what_was_revoked_out_of_sight() -> None:
    def vouched(number: int, state: str) -> reading.Vouched:
        names = {"subject": "", "issuer": "", "issuer_name": "", "schema": b"", "state": state}
        none = dict.fromkeys(("value", "basis", "expires_at", "ended_at", "reason"))
        return reading.Vouched(**names, **none, digest=bytes([number]), issued_at=utc_now())  # type: ignore[arg-type]

    valid = [vouched(number, "valid") for number in range(10)]
    ended = [vouched(number, "revoked") for number in range(10, 13)]
    shown = reading._beside([*valid, *ended, vouched(20, "declined")])
    assert shown == [*valid[:6], *ended[:2]]
    assert reading._beside(valid) == valid[:8]
