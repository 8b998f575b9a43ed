"""A wallet or an account that goes takes with it what was vouched for it."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.wallet import Person
from tests.support.wallets import link
from tests.webapp.identities.conftest import Tend, ask, due, one
from webapp.accounts.wallets import owners
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.identities import unlinked
from webapp.identities.models import ClaimEvidence, IdentityClaim
from webapp.outbox.models import Transaction
from workers.delivery import deliver
from workers.upkeep import tidy


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
