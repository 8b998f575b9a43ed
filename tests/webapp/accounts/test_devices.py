"""Devices: allowed by a signed Delegation, ended by a signed Revocation."""

import time
from collections.abc import Callable

import pytest
from eth_account import Account
from flask import Flask
from sqlalchemy import update

from chain.devnode.node import DevNode
from chain.proofs.records import ZERO_ADDRESS, Kind
from tests.support.answers import nothing_written, refused
from tests.support.wallet import Person
from webapp.database import writing
from webapp.log.models import Delegation
from webapp.outbox.models import Block
from workers.anchoring import sweep

DAY = 86_400


def head_time(app: Flask) -> int:
    with app.app_context(), writing() as session:
        return max(block.time for block in session.query(Block))


def expire_devices(app: Flask) -> None:
    with app.app_context(), writing() as session:
        session.execute(update(Delegation).values(expires_at=int(time.time()) - 1))


def device(person: Person) -> str:
    return str(person.device.address).lower()


def test_an_allowed_device_publishes_edits_and_deletes(
    alice: Person, anchor: Callable[[], None]
) -> None:
    answer = alice.allow_device()
    assert answer.status_code == 201
    allowed = answer.json
    assert set(allowed) == {
        "address",
        "author",
        "expires_at",
        "created_at",
        "revoked_at",
        "anchoring",
    }
    assert (allowed["address"], allowed["author"]) == (device(alice), alice.address)
    assert allowed["revoked_at"] is None
    assert allowed["anchoring"]["state"] == "saved"
    posted = alice.publish(key=alice.device)
    assert (posted.status_code, posted.json["author"]) == (201, alice.address)
    edited = alice.publish(alice.edit_record(posted.json), key=alice.device)
    assert edited.status_code == 201
    assert alice.delete(edited.json, key=alice.device).status_code == 200
    anchor()
    assert alice.call("GET", f"/posts/{posted.json['id']}").json["anchoring"]["state"] == "final"


def test_the_same_delegation_again_is_the_same_device(app: Flask, alice: Person) -> None:
    body = alice.sign(Kind.DELEGATION, alice.delegation_record())
    first = alice.call("POST", "/devices", body)
    with nothing_written(app):
        second = alice.call("POST", "/devices", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json


def test_terms_that_break_the_protocol_are_refused(app: Flask, alice: Person) -> None:
    head, now = head_time(app), int(time.time())
    terms = {
        "expired": {"expiresAt": now - 1},
        "expired in 1970": {"expiresAt": 0},
        "more than 90 days": {"expiresAt": head + 90 * DAY + 1},
        "for ever": {"expiresAt": 2**53 - 1},
        "the author itself": {"delegate": alice.address},
        "the zero address": {"delegate": ZERO_ADDRESS},
        "another scope": {"scope": "messages"},
        "no scope": {"scope": ""},
        "a scope in capitals": {"scope": "Post"},
    }
    with nothing_written(app):
        for what, changes in terms.items():
            answer = alice.allow_device(**changes)
            assert (answer.status_code, answer.json.get("code")) == (422, "delegation_refused"), (
                what
            )


def test_a_delegation_of_exactly_90_days_is_accepted(app: Flask, alice: Person) -> None:
    assert alice.allow_device(expiresAt=head_time(app) + 90 * DAY).status_code == 201


def test_only_the_author_signs_delegations(app: Flask, alice: Person, bob: Person) -> None:
    record = alice.delegation_record()
    with nothing_written(app):
        for key in (bob.wallet, alice.device, Account.create()):
            body = alice.sign(Kind.DELEGATION, record, key)
            refused(alice.call("POST", "/devices", body), 422, "signature_invalid")


def test_a_device_cannot_allow_or_revoke_devices(app: Flask, alice: Person) -> None:
    alice.allow_device()
    other = str(Account.create().address).lower()
    with nothing_written(app):
        body = alice.sign(Kind.DELEGATION, alice.delegation_record(delegate=other), alice.device)
        refused(alice.call("POST", "/devices", body), 422, "not_delegable")
        body = alice.sign(Kind.REVOCATION, alice.revocation_record(), alice.device)
        refused(alice.call("DELETE", f"/devices/{device(alice)}", body), 422, "not_delegable")
    assert alice.publish(key=alice.device).status_code == 201


def test_nobody_allows_a_device_for_somebody_else(app: Flask, alice: Person, bob: Person) -> None:
    body = alice.sign(Kind.DELEGATION, alice.delegation_record())
    with nothing_written(app):
        refused(bob.call("POST", "/devices", body), 403, "not_your_author")


def test_a_device_signs_only_for_those_who_allowed_it(
    app: Flask, alice: Person, bob: Person
) -> None:
    alice.allow_device()
    with nothing_written(app):
        refused(bob.publish(bob.post_record(), key=alice.device), 422, "signature_invalid")


def test_one_device_may_serve_two_authors(alice: Person, bob: Person) -> None:
    bob.device = alice.device
    assert alice.allow_device().status_code == 201
    assert bob.allow_device().status_code == 201
    assert bob.publish(key=alice.device).json["author"] == bob.address
    bob.revoke_device()
    assert alice.publish(key=alice.device).status_code == 201
    refused(bob.publish(key=bob.device), 422, "delegate_revoked")


def test_a_revoked_device_publishes_no_more(
    app: Flask, alice: Person, anchor: Callable[[], None]
) -> None:
    alice.allow_device()
    kept = alice.publish(key=alice.device).json
    answer = alice.revoke_device()
    assert (answer.status_code, answer.json["address"]) == (200, device(alice))
    assert answer.json["revoked_at"] is not None
    with nothing_written(app):
        refused(alice.publish(key=alice.device), 422, "delegate_revoked")
        refused(alice.delete(kept, key=alice.device), 422, "delegate_revoked")
    anchor()
    assert alice.call("GET", f"/posts/{kept['id']}").json["anchoring"]["state"] == "final"


def test_an_expired_device_publishes_no_more(app: Flask, alice: Person) -> None:
    alice.allow_device()
    expire_devices(app)
    with nothing_written(app):
        refused(alice.publish(key=alice.device), 422, "delegate_expired")


def test_a_device_that_expired_by_the_chains_clock_publishes_no_more(
    app: Flask, node: DevNode, alice: Person
) -> None:
    kept = alice.publish().json
    alice.allow_device(expiresAt=head_time(app) + DAY)
    assert alice.publish(key=alice.device).status_code == 201
    node.request("evm_increaseTime", [DAY + 60])
    node.request("evm_mine", [])
    with app.app_context():
        sweep()
    assert head_time(app) > time.time() + DAY - 60
    with nothing_written(app):
        refused(alice.publish(key=alice.device), 422, "delegate_expired")
        refused(alice.delete(kept, key=alice.device), 422, "delegate_expired")
    assert alice.publish().status_code == 201


def test_a_device_goes_on_with_its_later_delegation_when_one_expires(
    app: Flask, alice: Person
) -> None:
    alice.allow_device()
    expire_devices(app)
    assert alice.allow_device(expiresAt=int(time.time()) + 7 * DAY).status_code == 201
    assert alice.publish(key=alice.device).status_code == 201


def test_a_device_can_be_allowed_again_after_its_revocation(app: Flask, alice: Person) -> None:
    first = alice.sign(Kind.DELEGATION, alice.delegation_record())
    alice.call("POST", "/devices", first)
    revocation = alice.sign(Kind.REVOCATION, alice.revocation_record())
    alice.call("DELETE", f"/devices/{device(alice)}", revocation)
    with nothing_written(app):
        assert alice.call("POST", "/devices", first).json["revoked_at"] is not None
        refused(alice.publish(key=alice.device), 422, "delegate_revoked")
    assert alice.allow_device().json["revoked_at"] is None
    assert alice.publish(key=alice.device).status_code == 201
    with nothing_written(app):
        alice.call("DELETE", f"/devices/{device(alice)}", revocation)
    assert alice.publish(key=alice.device).status_code == 201


def test_a_revocation_ends_every_delegation_of_the_device(alice: Person) -> None:
    alice.allow_device()
    alice.allow_device()
    alice.revoke_device()
    refused(alice.publish(key=alice.device), 422, "delegate_revoked")


def test_a_path_and_a_revocation_that_differ_are_refused(app: Flask, alice: Person) -> None:
    alice.allow_device()
    body = alice.sign(Kind.REVOCATION, alice.revocation_record())
    other = str(Account.create().address).lower()
    with nothing_written(app):
        refused(alice.call("DELETE", f"/devices/{other}", body), 422, "device_mismatch")
    assert alice.call("DELETE", f"/devices/{alice.device.address}", body).status_code == 200


def test_an_unknown_device_is_not_found(app: Flask, alice: Person, bob: Person) -> None:
    bob.device = alice.device
    bob.allow_device()
    with nothing_written(app):
        refused(alice.revoke_device(), 404, "device_not_found")


def test_only_the_author_revokes(app: Flask, alice: Person, bob: Person) -> None:
    alice.allow_device()
    path = f"/devices/{device(alice)}"
    with nothing_written(app):
        forged = alice.sign(Kind.REVOCATION, alice.revocation_record(), bob.wallet)
        refused(alice.call("DELETE", path, forged), 422, "signature_invalid")
        good = alice.sign(Kind.REVOCATION, alice.revocation_record())
        refused(bob.call("DELETE", path, good), 403, "not_your_author")


@pytest.mark.parametrize(
    "change",
    [
        {"expiresAt": True},
        {"expiresAt": 2**53},
        {"expiresAt": "1"},
        {"delegate": "0x12"},
        {"scope": 1},
        {"more": 1},
        {"id": "0x00"},
    ],
    ids=str,
)
def test_a_delegation_of_another_shape_is_malformed(
    app: Flask, alice: Person, change: dict[str, object]
) -> None:
    body = alice.sign(Kind.DELEGATION, alice.delegation_record())
    body["message"] |= change
    with nothing_written(app):
        refused(alice.call("POST", "/devices", body), 400, "malformed")
