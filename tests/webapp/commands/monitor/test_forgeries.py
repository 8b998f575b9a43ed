"""Entries that a server seals and anchors properly, and that the rules forbid all the same."""

from typing import Any

import pytest
from eth_account import Account

from chain.proofs.records import Kind, content
from tests.webapp.commands.conftest import Run
from webapp.columns import utc_now
from webapp.extensions import db
from webapp.log.models import Entry

from .conftest import Watched

CLEAN, WRONG = 0, 1


def slip_in(log: Watched, kind: Kind, body: dict[str, Any], **changes: Any) -> None:
    """Put a signed record into the database past the rules, then seal and anchor it."""
    message = body["message"]
    row = {
        "log_id": 1,
        "author": message["author"],
        "record": bytes.fromhex(message["id"][2:]),
        "kind": int(kind),
        "content": content(kind, message),
        "signature": bytes.fromhex(body["signature"][2:]),
        "message": message,
        "accepted_at": utc_now(),
    }
    with log.app.app_context():
        db.session.add(Entry(**row | changes))
        db.session.commit()
    log.sweep()


def check(troth: Run, log: Watched, words: str) -> None:
    done = troth(*log.options)
    assert done.code == WRONG, done.out
    assert words in done.out


def test_a_version_after_its_deletion_is_named(troth: Run, own: Watched) -> None:
    alice = own.person().sign_in()
    post = alice.publish().json
    alice.delete(post)
    own.sweep()
    assert troth(*own.options).code == CLEAN
    slip_in(own, Kind.POST, alice.sign(Kind.POST, alice.edit_record(post)))
    check(troth, own, "after its Deletion")


def test_a_second_deletion_is_named(troth: Run, own: Watched) -> None:
    alice = own.person().sign_in()
    post = alice.publish().json
    alice.delete(post)
    own.sweep()
    slip_in(own, Kind.DELETION, alice.sign(Kind.DELETION, alice.deletion_record(post)))
    check(troth, own, "after its Deletion")


def test_a_deletion_of_what_is_not_current_is_named(troth: Run, own: Watched) -> None:
    alice = own.person().sign_in()
    post = alice.publish().json
    alice.publish(alice.edit_record(post))
    slip_in(own, Kind.DELETION, alice.sign(Kind.DELETION, alice.deletion_record(post)))
    check(troth, own, "deletes what is not the current version")


def test_a_deletion_of_nothing_is_named(troth: Run, own: Watched) -> None:
    alice = own.person().sign_in()
    record = alice.record(replaces="0x" + "00" * 32)
    slip_in(own, Kind.DELETION, alice.sign(Kind.DELETION, record))
    check(troth, own, "deletes what is not the current version")


def test_another_kind_under_the_same_id_is_named(troth: Run, own: Watched) -> None:
    alice = own.person().sign_in()
    post = alice.publish().json
    record = alice.delegation_record(id="0x" + post["id"].replace("-", ""))
    slip_in(own, Kind.DELEGATION, alice.sign(Kind.DELEGATION, record))
    check(troth, own, "turns a Post into a Delegation of the same id")


def test_a_signature_by_somebody_else_is_named(troth: Run, own: Watched) -> None:
    alice = own.person().sign_in()
    body = alice.sign(Kind.POST, alice.post_record(), key=Account.create())
    slip_in(own, Kind.POST, body)
    check(troth, own, "signed neither by its author")


def test_a_device_that_was_revoked_is_named(troth: Run, own: Watched) -> None:
    alice = own.person().sign_in()
    alice.allow_device()
    alice.publish(key=alice.device)
    alice.revoke_device()
    own.sweep()
    assert troth(*own.options).code == CLEAN
    slip_in(own, Kind.POST, alice.sign(Kind.POST, alice.post_record(), key=alice.device))
    check(troth, own, "after its revocation")


def test_a_device_that_extends_its_own_permission_is_named(troth: Run, own: Watched) -> None:
    alice = own.person().sign_in()
    alice.allow_device()
    body = alice.sign(Kind.DELEGATION, alice.delegation_record(), key=alice.device)
    slip_in(own, Kind.DELEGATION, body)
    check(troth, own, "signed a Delegation, which only the author itself can")


def test_a_delegation_beyond_90_days_is_named(troth: Run, own: Watched) -> None:
    alice = own.person().sign_in()
    record = alice.delegation_record()
    record["expiresAt"] += 100 * 86_400
    slip_in(own, Kind.DELEGATION, alice.sign(Kind.DELEGATION, record))
    check(troth, own, "longer than the 90 days")


def test_a_block_that_is_not_on_the_chain_is_counted_as_a_doubt(troth: Run, own: Watched) -> None:
    alice = own.person().sign_in()
    record = alice.delegation_record()
    record["notBefore"] = {"number": record["notBefore"]["number"], "hash": "0x" + "ab" * 32}
    slip_in(own, Kind.DELEGATION, alice.sign(Kind.DELEGATION, record))
    own.sweep()
    ended = troth(*own.options)
    assert (ended.code, "on the chain it is" in ended.out) == (CLEAN, True)
    assert "1 point in all could not be judged" in ended.out


def test_an_expired_device_is_a_doubt_for_a_post_and_named_for_a_deletion(
    troth: Run, own: Watched
) -> None:
    alice = own.person().sign_in()
    alice.allow_device()
    post = alice.publish().json
    own.node.request("evm_increaseTime", [2 * 86_400])
    own.node.request("evm_mine", [])
    own.sweep()
    slip_in(own, Kind.POST, alice.sign(Kind.POST, alice.post_record(), key=alice.device))
    done = troth(*own.options)
    assert done.code == CLEAN, done.out
    assert "not judged: Position 2 was anchored after the permission of the device" in done.out
    assert "1 point in all could not be judged" in done.out
    body = alice.sign(Kind.DELETION, alice.deletion_record(post), key=alice.device)
    slip_in(own, Kind.DELETION, body)
    check(troth, own, "was written after the permission of the device")


def test_an_unsigned_delegation_is_named(troth: Run, own: Watched) -> None:
    carol = own.person().register("carol")
    (author,) = carol.call("GET", f"/users/{carol.account}").json["authors"]
    record = carol.delegation_record(author=author["address"])
    slip_in(own, Kind.DELEGATION, carol.sign(Kind.DELEGATION, record), signature=None)
    check(troth, own, "is an unsigned Delegation")


@pytest.mark.parametrize("length", [0, 64, 66, 300])
def test_a_signature_of_another_length_is_named(troth: Run, own: Watched, length: int) -> None:
    alice = own.person().sign_in()
    body = alice.sign(Kind.POST, alice.post_record())
    slip_in(own, Kind.POST, body, signature=b"\x01" * length)
    check(troth, own, "signed neither by its author")
