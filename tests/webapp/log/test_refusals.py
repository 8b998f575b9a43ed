"""Records that the log refuses: each with its status and code, and nothing written."""

import json
from collections.abc import Callable

import pytest
from eth_account import Account
from flask import Flask

from chain.devnode.node import DevNode
from chain.proofs.records import ZERO_HASH, Kind
from tests.support.answers import nothing_written, refused
from tests.support.databases import only_sqlite
from tests.support.sent_records import raw, signed
from tests.support.wallet import Person, hex_id

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DAY = 86_400


# --- who signed what -------------------------------------------------------------------------


@only_sqlite
def test_a_signature_by_somebody_else_is_refused(app: Flask, alice: Person, bob: Person) -> None:
    with nothing_written(app):
        for key in (bob.wallet, alice.device, Account.create()):
            problem = refused(alice.publish(key=key), 422, "signature_invalid")
            assert str(key.address).lower() in problem["detail"]


@only_sqlite
def test_a_record_signed_for_another_domain_is_refused(app: Flask, alice: Person) -> None:
    with nothing_written(app):
        for domain in ({"chainId": 1}, {"verifyingContract": "0x" + "11" * 20}):
            body = alice.sign(Kind.POST, alice.post_record(), **domain)
            refused(alice.call("POST", "/posts", body), 422, "signature_invalid")


@only_sqlite
def test_a_signature_does_not_fit_a_changed_record(app: Flask, alice: Person) -> None:
    changes = {
        "text": "changed",
        "audience": "followers",
        "replyTo": "0x" + "11" * 32,
        "salt": "0x" + "22" * 32,
    }
    with nothing_written(app):
        for name, value in changes.items():
            body = signed(alice)
            body["message"][name] = value
            refused(alice.call("POST", "/posts", body), 422, "signature_invalid")


@only_sqlite
def test_a_record_of_another_authors_cannot_be_sent_by_me(
    app: Flask, alice: Person, bob: Person
) -> None:
    with nothing_written(app):
        refused(bob.call("POST", "/posts", signed(alice)), 403, "not_your_author")


@only_sqlite
def test_a_record_of_a_wallet_that_never_signed_in_is_refused(app: Flask, carol: Person) -> None:
    with nothing_written(app):
        refused(carol.publish(), 403, "not_your_author")


@only_sqlite
def test_a_high_s_signature_is_refused(app: Flask, alice: Person) -> None:
    body = signed(alice)
    good = bytes.fromhex(body["signature"][2:])
    s = CURVE_ORDER - int.from_bytes(good[32:64], "big")
    other = good[:32] + s.to_bytes(32, "big") + bytes([55 - good[64]])
    with nothing_written(app):
        answer = alice.call("POST", "/posts", body | {"signature": "0x" + other.hex()})
        refused(answer, 422, "signature_malleable")
    assert alice.call("POST", "/posts", body).status_code == 201


@only_sqlite
def test_other_forms_of_a_good_signature_are_refused(app: Flask, alice: Person) -> None:
    body = signed(alice)
    good = bytes.fromhex(body["signature"][2:])
    forms = {
        "v 0 or 1": good[:64] + bytes([good[64] - 27]),
        "compact (EIP-2098)": good[:32]
        + (int.from_bytes(good[32:64], "big") | (good[64] - 27) << 255).to_bytes(32, "big"),
        "a byte more": good + b"\0",
        "a byte less": good[:64],
        "none": b"",
        "the longest that is read": good + bytes(8_192 - 65),
    }
    with nothing_written(app):
        for what, form in forms.items():
            answer = alice.call("POST", "/posts", body | {"signature": "0x" + form.hex()})
            assert (answer.status_code, answer.json["code"]) == (422, "signature_invalid"), what


@only_sqlite
def test_a_signature_over_8192_bytes_is_refused(app: Flask, alice: Person) -> None:
    body = signed(alice) | {"signature": "0x" + "11" * 8_193}
    with nothing_written(app):
        refused(alice.call("POST", "/posts", body), 422, "signature_too_long")
        body["signature"] += "1111"
        refused(alice.call("POST", "/posts", body), 400, "malformed")


@only_sqlite
def test_signatures_that_are_no_lower_case_hex_are_malformed(app: Flask, alice: Person) -> None:
    body = signed(alice)
    good = body["signature"]
    wrong = [
        "",
        "0x1",
        "1234",
        "0xzz",
        "0X" + good[2:],
        "0x" + good[2:].upper(),
        good + " ",
        1,
        None,
        "0x" + "\N{ARABIC-INDIC DIGIT ONE}" * 2,
        [good],
    ]
    with nothing_written(app):
        for signature in wrong:
            answer = alice.call("POST", "/posts", body | {"signature": signature})
            assert (answer.status_code, answer.json["code"]) == (400, "malformed"), signature


# --- notBefore -------------------------------------------------------------------------------


@only_sqlite
def test_a_not_before_block_that_is_not_canonical_is_refused(app: Flask, alice: Person) -> None:
    offered = alice.log()["notBefore"]
    blocks = [
        offered | {"hash": "0x" + "11" * 32},
        offered | {"hash": ZERO_HASH},
        {"number": offered["number"] + 1, "hash": "0x" + "11" * 32},
        {"number": 2**53 - 1, "hash": offered["hash"]},
    ]
    with nothing_written(app):
        for block in blocks:
            refused(
                alice.publish(alice.post_record(notBefore=block)), 422, "not_before_not_canonical"
            )


@only_sqlite
def test_a_not_before_block_older_than_a_day_is_refused(
    app: Flask, alice: Person, node: DevNode, anchor: Callable[[], None]
) -> None:
    old = alice.log()["notBefore"]
    time = int(node.request("eth_getBlockByNumber", [hex(old["number"]), False])["timestamp"], 16)
    node.request("evm_mine", [{"timestamp": time + DAY}])
    anchor()
    assert alice.publish(alice.post_record(notBefore=old)).status_code == 201
    node.request("evm_mine", [{"timestamp": time + DAY + 1}])
    anchor()
    with nothing_written(app):
        refused(alice.publish(alice.post_record(notBefore=old)), 422, "not_before_too_old")


@only_sqlite
def test_a_not_before_block_older_than_the_log_is_refused(
    app: Flask, alice: Person, node: DevNode
) -> None:
    genesis = node.request("eth_getBlockByNumber", ["0x0", False])
    record = alice.post_record(notBefore={"number": 0, "hash": genesis["hash"]})
    with nothing_written(app):
        refused(alice.publish(record), 422, "not_before_too_old")


# --- salt ------------------------------------------------------------------------------------


@only_sqlite
def test_a_zero_salt_is_refused(app: Flask, alice: Person) -> None:
    with nothing_written(app):
        refused(alice.publish(alice.post_record(salt=ZERO_HASH)), 422, "salt_refused")


def test_a_salt_is_used_once_by_anybody(app: Flask, alice: Person, bob: Person) -> None:
    record = alice.post_record()
    post = alice.publish(record).json
    again = {"salt": record["salt"]}
    with nothing_written(app):
        refused(alice.publish(alice.post_record(**again)), 422, "salt_refused")
        refused(alice.publish(alice.edit_record(post, **again)), 422, "salt_refused")
        refused(bob.publish(bob.post_record(**again)), 422, "salt_refused")
    alice.delete(post)
    with nothing_written(app):
        refused(bob.publish(bob.post_record(**again)), 422, "salt_refused")


# --- text ------------------------------------------------------------------------------------


@pytest.mark.parametrize("character", ["x", "ä", "\N{GRINNING FACE}"])
def test_a_text_has_at_most_10000_code_points(
    app: Flask, alice: Person, carol: Person, character: str
) -> None:
    longest = character * 10_000
    assert alice.publish(alice.post_record(longest)).json["text"] == longest
    assert carol.call("POST", "/posts", {"text": longest}).status_code == 201
    with nothing_written(app):
        refused(alice.publish(alice.post_record(longest + "x")), 422, "text_refused")
        answer = carol.call("POST", "/posts", {"text": longest + "x"})
        refused(answer, 422, "text_refused")


def test_a_text_with_u_0000_is_refused(app: Flask, alice: Person, carol: Person) -> None:
    with nothing_written(app):
        refused(alice.publish(alice.post_record("a\0b")), 422, "text_refused")
        refused(carol.call("POST", "/posts", {"text": "a\0b"}), 422, "text_refused")


def test_an_escaped_lone_surrogate_is_malformed(app: Flask, alice: Person, carol: Person) -> None:
    body = json.dumps(signed(alice, text="MARK"))
    with nothing_written(app):
        for escape in (r"\ud800", r"\udc00", r"\udc00\ud800", r"\ud800x"):
            refused(raw(alice, body.replace("MARK", escape)), 400, "malformed")
            refused(raw(carol, f'{{"text":"{escape}"}}'), 400, "malformed")
    pair = raw(carol, r'{"text":"\ud83d\ude00"}')
    assert (pair.status_code, pair.json["text"]) == (201, "\N{GRINNING FACE}")


def test_texts_are_kept_as_they_came(alice: Person) -> None:
    for text in ("", "\u212b \u0041\u030a", "\u200d\ufeff\uffff", "line\r\nline\t", "\u0001"):
        post = alice.publish(alice.post_record(text)).json
        assert alice.call("GET", f"/posts/{post['id']}").json["text"] == text


@only_sqlite
def test_an_unknown_audience_is_refused(app: Flask, alice: Person, carol: Person) -> None:
    with nothing_written(app):
        for audience in ("", "Public", "everybody", "public\0"):
            refused(alice.publish(alice.post_record(audience=audience)), 422, "text_refused")
            body = {"text": "x", "audience": audience}
            refused(carol.call("POST", "/posts", body), 400, "malformed")


@only_sqlite
def test_media_that_nobody_uploaded_are_refused(app: Flask, alice: Person) -> None:
    media = [{"digest": "0x" + "11" * 32, "mime": "image/png", "alt": "a picture"}]
    with nothing_written(app):
        refused(alice.publish(alice.post_record(media=media)), 422, "media_unknown")


# --- kinds that share an id ------------------------------------------------------------------


@only_sqlite
def test_a_delegation_cannot_be_deleted(app: Flask, alice: Person) -> None:
    record = alice.delegation_record()
    body = alice.sign(Kind.DELEGATION, record)
    assert alice.call("POST", "/devices", body).status_code == 201
    found = {"id": record["id"][2:], "content": "0x" + "11" * 32}
    deletion = alice.sign(Kind.DELETION, alice.deletion_record(found))
    with nothing_written(app):
        refused(
            alice.call("DELETE", f"/posts/{as_uuid(record['id'])}", deletion), 404, "post_not_found"
        )


def test_a_post_cannot_take_a_delegations_id_nor_the_other_way_round(
    app: Flask, alice: Person
) -> None:
    record = alice.delegation_record()
    alice.call("POST", "/devices", alice.sign(Kind.DELEGATION, record))
    post = alice.publish().json
    with nothing_written(app):
        refused(alice.publish(alice.post_record(id=record["id"])), 409, "version_conflict")
        refused(alice.allow_device(id=hex_id(post)), 409, "version_conflict")


def as_uuid(record: str) -> str:
    digits = record[2:]
    return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])
