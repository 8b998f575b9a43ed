"""A record that comes again is what it was, however late: a client that lost its answer may ask for days."""

from collections.abc import Callable

import pytest
from flask import Flask

from chain.devnode.node import DevNode
from chain.proofs.records import Kind
from tests.support.answers import nothing_written, refused
from tests.support.wallet import Person
from workers.anchoring import sweep

DAY = 86_400


@pytest.fixture
def a_day_later(app: Flask, node: DevNode) -> Callable[[], None]:
    """Give a function that lets a day pass on the chain, and lets the server see it."""

    def go_on() -> None:
        node.request("evm_increaseTime", [DAY + 1])
        node.request("evm_mine", [])
        with app.app_context():
            sweep()

    return go_on


def test_the_same_post_a_day_later_is_the_same_post(
    app: Flask, alice: Person, a_day_later: Callable[[], None]
) -> None:
    record, unknown = alice.post_record(), alice.post_record()
    post = alice.publish(record).json
    a_day_later()
    with nothing_written(app):
        again = alice.publish(record)
        refused(alice.publish(unknown), 422, "not_before_too_old")
    assert (again.status_code, again.json["id"]) == (200, post["id"])
    assert again.json["content"] == post["content"]


def test_the_same_delegation_a_day_later_is_the_same_device(
    app: Flask, alice: Person, a_day_later: Callable[[], None]
) -> None:
    body = alice.sign(Kind.DELEGATION, alice.delegation_record())
    device = alice.call("POST", "/devices", body).json
    a_day_later()
    with nothing_written(app):
        again = alice.call("POST", "/devices", body)
    assert again.status_code == 200
    assert again.json["address"] == device["address"]


def test_the_same_deletion_a_day_later_is_the_same_tombstone(
    app: Flask, alice: Person, a_day_later: Callable[[], None]
) -> None:
    post = alice.publish().json
    body = alice.sign(Kind.DELETION, alice.deletion_record(post))
    tombstone = alice.call("DELETE", f"/posts/{post['id']}", body).json
    a_day_later()
    with nothing_written(app):
        again = alice.call("DELETE", f"/posts/{post['id']}", body)
    assert again.status_code == 200
    assert again.json["deleted_at"] == tombstone["deleted_at"]
    assert again.json["text"] is None


def test_the_same_revocation_a_day_later_is_the_same_end(
    app: Flask, alice: Person, a_day_later: Callable[[], None]
) -> None:
    alice.allow_device()
    path = f"/devices/{str(alice.device.address).lower()}"
    body = alice.sign(Kind.REVOCATION, alice.revocation_record())
    ended = alice.call("DELETE", path, body).json
    a_day_later()
    with nothing_written(app):
        again = alice.call("DELETE", path, body)
    assert (again.status_code, again.json["revoked_at"]) == (200, ended["revoked_at"])
