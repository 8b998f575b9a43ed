"""The list of device keys: whose, in which state, and when they were last used."""

import time
from typing import Any

import pytest
from eth_account import Account
from flask import Flask
from sqlalchemy import update

from tests.support.answers import refused
from tests.support.statements import counting
from tests.support.wallet import Person
from tests.support.wallets import link
from webapp.database import writing
from webapp.extensions import db
from webapp.log.models import Delegation, Entry


def listed(person: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = person.call("GET", "/devices").json["items"]
    return items


def states(person: Person) -> list[str]:
    return [item["state"] for item in listed(person)]


def test_a_device_is_listed_as_it_was_allowed(alice: Person) -> None:
    assert listed(alice) == []
    allowed = alice.allow_device().json
    assert listed(alice) == [{**allowed, "state": "active", "last_used_at": None}]


def test_the_last_use_is_the_newest_record_that_the_device_signed(
    app: Flask, alice: Person
) -> None:
    alice.allow_device()
    alice.publish()
    assert listed(alice)[0]["last_used_at"] is None
    post = alice.publish(key=alice.device).json
    first = listed(alice)[0]["last_used_at"]
    assert first == post["anchoring"]["saved_at"]
    alice.publish()
    assert listed(alice)[0]["last_used_at"] == first
    assert alice.delete(post, key=alice.device).status_code == 200
    with app.app_context(), writing() as session:
        signed = session.query(Entry).filter(Entry.delegation_id.is_not(None))
        newest = max(entry.accepted_at for entry in signed)
    last = listed(alice)[0]["last_used_at"]
    assert last > first
    assert last.startswith(newest.strftime("%Y-%m-%dT%H:%M:%S.%f"))


def test_expired_and_revoked_devices_are_listed_as_such(app: Flask, alice: Person) -> None:
    for _ in range(3):
        alice.device = Account.create()
        alice.allow_device()
    alice.revoke_device()
    second = listed(alice)[1]["address"]
    with app.app_context(), writing() as session:
        one = update(Delegation).where(Delegation.delegate == second)
        session.execute(one.values(expires_at=int(time.time()) - 1))
    assert states(alice) == ["revoked", "expired", "active"]
    assert [item["revoked_at"] is None for item in listed(alice)] == [False, True, True]


def test_devices_of_every_linked_wallet_are_listed_and_those_of_nobody_else(
    app: Flask, alice: Person, bob: Person
) -> None:
    first, other = alice.address, Account.create()
    alice.allow_device()
    alice.wallet = other
    assert link(alice).status_code == 201
    alice.allow_device()
    bob.allow_device()
    assert [item["author"] for item in listed(alice)] == [alice.address, first]
    assert [item["author"] for item in listed(bob)] == [bob.address]
    assert alice.call("DELETE", f"/wallets/{alice.address}").status_code == 204
    assert [item["author"] for item in listed(alice)] == [first]
    refused(Person(app.test_client()).call("GET", "/devices"), 401, "no_session")


def test_the_list_is_read_in_pages(alice: Person) -> None:
    for _ in range(5):
        alice.device = Account.create()
        alice.allow_device()
    whole = listed(alice)
    times = [item["created_at"] for item in whole]
    assert times == sorted(times, reverse=True)
    first = alice.call("GET", "/devices?limit=2")
    cursor = first.json["next"]
    assert cursor in first.headers["Link"]
    second = alice.call("GET", f"/devices?limit=3&cursor={cursor}").json
    assert first.json["items"] + second["items"] == whole
    assert second["next"] is None
    assert alice.call("GET", f"/devices?since={cursor}").json["items"] == whole[:1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_last_use_is_found_by_its_index(app: Flask, alice: Person) -> None:
    alice.allow_device()
    with counting(app) as statements:
        listed(alice)
    query = next(one for one in statements if "FROM delegations" in one)
    with app.app_context(), db.engine.connect() as connection:
        unknown = (None,) * query.count("?")
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", unknown).all()
    assert "ix_entries_delegation" in repr(plan)
