"""How many mints this server pays for: a bounded number a day, counted over deleted accounts too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, text, update

from tests.support.answers import refused
from tests.support.minting import (
    begun,
    permit,
)
from tests.support.wallet import Person
from webapp.assets.models import Mint, MintPayment
from webapp.assets.tidying import tidy_mints
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.models import FOR_MINTS, Transaction

Anchor = Callable[[], None]


def test_the_server_pays_for_a_bounded_number_a_day(app: Flask, alice: Person, bob: Person) -> None:
    app.config["TROTH"] = replace(app.config["TROTH"], mints_per_account=2, mints_per_day=3)
    mints = [begun(alice, royalty=number) for number in range(3)]
    assert [permit(alice, one).status_code for one in mints] == [202, 202, 429]
    answer = permit(alice, mints[2])
    refused(answer, 429, "mint_quota")
    assert 86_000 < int(answer.headers["Retry-After"]) <= 86_401
    # What is taken back before it cost anything does not count.
    assert alice.call("DELETE", f"/mints/{mints[0]['id']}").status_code == 204
    assert permit(alice, mints[2]).status_code == 202
    theirs = [begun(bob, royalty=number) for number in range(2)]
    assert [permit(bob, one).status_code for one in theirs] == [202, 429]
    with app.app_context(), writing() as session:
        yesterday = utc_now() - timedelta(hours=25)
        signed = update(Mint).where(Mint.signed_at.is_not(None))
        session.execute(signed.values(signed_at=yesterday))
        session.execute(update(Transaction).values(sent_at=yesterday, state="final"))
    assert permit(bob, theirs[1]).status_code == 202
    app.config["TROTH"] = replace(app.config["TROTH"], mints_per_account=0)
    refused(permit(alice, begun(alice, royalty=9)), 503, "minting_closed")


def test_a_deleted_account_leaves_what_was_spent_in_the_count(app: Flask, anchor: Anchor) -> None:
    app.config["TROTH"] = replace(app.config["TROTH"], mints_per_account=1, mints_per_day=2)
    first, second, third = (Person(app.test_client()).sign_in() for _ in range(3))
    for one in (first, second):
        assert permit(one, begun(one)).status_code == 202
        anchor()
        challenge = one.call("POST", "/me/deletion/nonce").json
        assert one.call("DELETE", "/me", one.signed_siwe(one.siwe(**challenge))).status_code == 204
    with app.app_context():
        assert db.session.scalars(select(Mint.id)).all() == []
    answer = permit(third, begun(third))
    refused(answer, 429, "mint_quota")
    assert 86_000 < int(answer.headers["Retry-After"]) <= 86_401


def test_a_wallets_share_is_not_made_anew_with_another_account(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    app.config["TROTH"] = replace(app.config["TROTH"], mints_per_account=1)
    assert permit(alice, begun(alice)).status_code == 202
    anchor()
    challenge = alice.call("POST", "/me/deletion/nonce").json
    confirmed = alice.signed_siwe(alice.siwe(**challenge))
    assert alice.call("DELETE", "/me", confirmed).status_code == 204
    again = Person(app.test_client(), wallet=alice.wallet).sign_in()
    assert again.account != alice.account
    other = begun(again, name="another")
    answer = permit(again, other)
    refused(answer, 429, "mint_quota")
    assert "for one wallet" in answer.json["detail"]
    with app.app_context():
        with writing() as session:
            yesterday = utc_now() - timedelta(hours=25)
            session.execute(update(MintPayment).values(signed_at=yesterday))
        assert permit(again, other).status_code == 202
        tidy_mints()
        assert len(db.session.scalars(select(MintPayment.creator)).all()) == 1


def test_the_count_of_all_mints_reads_an_index(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text("SET enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
        for which in ("sent_at > '2026-01-01'", "sent_at IS NULL AND state IN ('queued', 'mined')"):
            query = f"{explain} SELECT count(*) FROM transactions WHERE {FOR_MINTS} AND {which}"  # noqa: S608
            plan = str(db.session.execute(text(query)).all())
            assert "ix_transactions_mints" in plan, plan
