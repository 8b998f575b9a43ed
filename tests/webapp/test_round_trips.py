"""Several statements in one round trip: in order, in one transaction, and refused as one."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import bindparam, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from tests.support.wallet import Person
from webapp.accounts.models import SignInNonce
from webapp.columns import utc_now
from webapp.database import send_ahead, violates, writing
from webapp.events.models import Event
from webapp.extensions import db, table_of
from webapp.outbox.models import Chain, Claim
from webapp.round_trips import NextId, fetch_together, insert_one_each, insert_rows, update_by_id

MOMENT = datetime(2026, 11, 30, 12, 0, 0, 123456, tzinfo=UTC)
NONCES = table_of(SignInNonce)
HELD = select(func.count()).select_from(NONCES).where(NONCES.c.nonce == bindparam("nonce"))
MAKE = (
    insert(NONCES)
    .values(nonce=bindparam("nonce"), expires_at=func.current_timestamp(), purpose="sign_in")
    .returning(NONCES.c.nonce)
)


def nonce(name: str) -> dict[str, Any]:
    row = {"nonce": name, "expires_at": utc_now(), "spent_at": None}
    return {**row, "purpose": "sign_in", "account_id": None}


def claim(job: str) -> dict[str, Any]:
    return {"job": job, "holder": "me", "until": utc_now()}


def names(app: Flask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(SignInNonce.nonce)))


def test_each_query_sees_what_the_one_before_did(app: Flask) -> None:
    with app.app_context(), writing() as session:
        asked = fetch_together(
            session, (HELD, {"nonce": "a"}), (MAKE, {"nonce": "a"}), (HELD, {"nonce": "a"})
        )
        assert [rows[0][0] for rows in asked] == [0, "a", 1]
    assert names(app) == {"a"}


def test_rows_of_several_tables_commit_together(app: Flask) -> None:
    with app.app_context(), writing() as session:
        send_ahead(session)
        insert_one_each(session, (SignInNonce, nonce("a")), (Claim, claim("job")))
    with app.app_context():
        assert db.session.scalar(select(Claim.holder)) == "me"
    assert names(app) == {"a"}


def test_a_refused_row_takes_the_others_with_it_and_is_named(app: Flask) -> None:
    with app.app_context(), writing() as session:
        session.add(SignInNonce(**nonce("a")))
    with app.app_context():
        with pytest.raises(IntegrityError) as caught, writing() as session:  # noqa: PT012
            send_ahead(session)
            insert_one_each(session, (Claim, claim("job")), (SignInNonce, nonce("a")))
        assert violates(caught.value, SignInNonce, "nonce")
        assert not violates(caught.value, Claim, "job")
        assert db.session.scalar(select(func.count()).select_from(Claim)) == 0


def test_what_fails_after_sending_ahead_rolls_back_and_leaves_the_connection_usable(
    app: Flask,
) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), writing() as session:  # noqa: PT012
            send_ahead(session)
            insert_one_each(session, (SignInNonce, nonce("a")))
            raise ZeroDivisionError
        with writing() as session:
            send_ahead(session)
            insert_one_each(session, (SignInNonce, nonce("b")))
    assert names(app) == {"b"}


def test_an_inner_block_that_sent_ahead_is_done_when_it_ends(app: Flask) -> None:
    with app.app_context(), writing() as session:
        with writing():
            send_ahead(session)
            insert_one_each(session, (SignInNonce, nonce("a")))
        changed = session.execute(
            update(SignInNonce).where(SignInNonce.nonce == "a").values(spent_at=utc_now())
        )
        assert changed.rowcount == 1


def test_the_next_id_is_the_one_that_the_next_row_gets(app: Flask) -> None:
    row = {"chain_id": 1, "genesis": bytes(32), "first_block": 0, "state": "syncing"}
    with app.app_context(), writing() as session:
        ids = [session.scalar(select(NextId(Chain).label("id"))) for _ in range(2)]
        insert_one_each(session, (Chain, {"id": ids[-1], **row}))
        after = session.scalar(select(NextId(Chain) + literal(0)))
        assert after == ids[-1] + 1


def test_many_rows_change_at_once_each_by_its_id(app: Flask) -> None:
    with app.app_context(), writing() as session:
        for number in (1, 2, 3):
            insert_one_each(session, (Chain, chain(number)))
        changed = [
            {"id": number, "head": 10**12 + number, "genesis": bytes([number - 100] * 32)}
            for number in (101, 103)
        ]
        update_by_id(session, Chain, changed)
        update_by_id(session, Chain, [])
    with app.app_context():
        found = {
            row.id: (row.head, row.genesis[:1])
            for row in db.session.scalars(select(Chain))
            if row.id > 100
        }
    assert found == {
        101: (10**12 + 101, b"\x01"),
        102: (None, b"\x00"),
        103: (10**12 + 103, b"\x03"),
    }


def chain(number: int) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "chain_id": number,
        "genesis": bytes(32),
        "first_block": 0,
        "state": "syncing",
    }


def test_what_the_driver_refuses_is_told_in_the_toolkits_own_errors(app: Flask) -> None:
    with app.app_context(), writing() as session:
        insert_one_each(session, (Chain, chain(1)))
        insert_one_each(session, (Chain, chain(2)))
    with app.app_context(), pytest.raises(IntegrityError), writing() as session:
        update_by_id(session, Chain, [{"id": 101, "chain_id": 2}])


def event(subject: str, account_id: UUID | None, **data: object) -> dict[str, Any]:
    row = {"type": "post.created", "account_id": account_id, "subject": subject}
    return {**row, "data": data, "created_at": MOMENT}


def test_rows_of_all_types_are_inserted_at_once(app: Flask) -> None:
    person = Person(app.test_client())
    person.sign_in()
    account = UUID(person.account)
    rows = [event("one", account, text="\u00e9 \"'\\ {1,2} NULL"), event("two", None, n=[1, None])]
    with app.app_context(), writing() as session:
        insert_rows(session, Event, rows)
        insert_rows(session, Event, [event("three", None)])  # a column of nulls alone
        insert_rows(session, Event, [])
    query = select(Event).where(Event.subject.in_(["one", "two", "three"])).order_by(Event.id)
    with app.app_context():
        found = [
            (one.subject, one.account_id, one.data, one.created_at, one.delivered)
            for one in db.session.scalars(query)
        ]
    assert found == [
        ("one", account, {"text": "\u00e9 \"'\\ {1,2} NULL"}, MOMENT, False),
        ("two", None, {"n": [1, None]}, MOMENT, False),
        ("three", None, {}, MOMENT, False),
    ]


def test_one_refused_row_refuses_all_of_them(app: Flask) -> None:
    rows = [event("good", None), event("bad", uuid4())]
    with pytest.raises(IntegrityError), app.app_context(), writing() as session:
        insert_rows(session, Event, rows)
    with app.app_context():
        assert db.session.scalar(select(Event.id).where(Event.subject == "good")) is None
