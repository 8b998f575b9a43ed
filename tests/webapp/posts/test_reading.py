"""Reading posts: bundles of every version, and histories."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from chain.proofs.bundle import Bundle, parse_bundle
from chain.proofs.readers import Pins
from chain.proofs.records import Kind, content
from chain.proofs.verdicts import Report, exit_code
from chain.proofs.verify import verify
from chain.reader import NodeReader
from tests.support.answers import refused
from tests.support.wallet import Person
from webapp.extensions import db
from webapp.log.service import current_log
from workers.anchoring import seal

MEDIA_TYPE = "application/vnd.troth.bundle+json"
Anchor = Callable[[], None]


def bundle(person: Person, post: dict[str, Any], query: str = "") -> Bundle:
    answer = person.call("GET", f"/posts/{post['id']}/bundle{query}")
    assert (answer.status_code, answer.content_type) == (200, MEDIA_TYPE), answer.text
    return parse_bundle(answer.data)


def judge(app: Flask, person: Person, found: Bundle) -> Report:
    log = person.log()
    pins = Pins(
        chain_id=log["domain"]["chainId"],
        genesis=bytes.fromhex(log["genesis"][2:]),
        contract=log["domain"]["verifyingContract"],
        anchorer=log["anchorer"],
        depth=log["depth"],
    )
    return verify(found, pins, NodeReader(app.extensions["troth_chain"]))


def verdicts(report: Report) -> dict[str, str]:
    names = ("integrity", "author", "anchored", "not_after", "not_before")
    return {name: report.by_claim(name).verdict.value for name in names}


ALL_PASS = dict.fromkeys(("integrity", "author", "anchored", "not_after", "not_before"), "pass")


def test_a_post_that_is_not_sealed_has_no_bundle_yet(alice: Person) -> None:
    post = alice.publish().json
    answer = alice.call("GET", f"/posts/{post['id']}/bundle")
    refused(answer, 409, "not_sealed")
    assert int(answer.headers["Retry-After"]) > 0
    assert alice.call("GET", f"/posts/{post['id']}/history").json == {"items": []}


def test_an_anchored_bundle_passes_every_verdict_with_pins_from_elsewhere(
    app: Flask, alice: Person, visitor: Person, anchor: Anchor
) -> None:
    record = alice.post_record("prove me \N{GRINNING FACE}")
    body = alice.sign(Kind.POST, record)
    post = alice.call("POST", "/posts", body).json
    anchor()
    found = bundle(visitor, post)
    assert found.message == record
    assert found.signature is not None
    assert "0x" + found.signature.hex() == body["signature"]
    assert (found.account, found.delegation) == (None, None)
    assert found.entry.content == content(Kind.POST, record)
    assert found.anchor is not None
    report = judge(app, alice, found)
    assert verdicts(report) == ALL_PASS
    assert exit_code(report, offline=False) == 0


def test_a_bundle_fails_against_the_pins_of_another_log(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    post = alice.publish().json
    anchor()
    log = alice.log()
    pins = Pins(
        chain_id=log["domain"]["chainId"],
        genesis=bytes.fromhex(log["genesis"][2:]),
        contract=log["domain"]["verifyingContract"],
        anchorer="0x" + "11" * 20,
        depth=0,
    )
    report = verify(bundle(alice, post), pins, NodeReader(app.extensions["troth_chain"]))
    assert verdicts(report)["anchored"] == "fail"
    assert exit_code(report, offline=False) == 1


def test_every_version_has_a_bundle_of_its_own_and_the_newest_is_the_default(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    first = alice.publish(alice.post_record("first")).json
    anchor()
    second = alice.publish(alice.edit_record(first, "second")).json
    refused(alice.call("GET", f"/posts/{first['id']}/bundle"), 409, "not_sealed")
    assert bundle(alice, first, f"?content={first['content']}").message["text"] == "first"
    anchor()
    newest = bundle(alice, first)
    assert newest.message["text"] == "second"
    assert newest == bundle(alice, first, f"?content={second['content']}")
    older = bundle(alice, first, f"?content={first['content']}")
    assert newest.message["replaces"] == "0x" + older.entry.content.hex()
    assert (older.entry.sequence, newest.entry.sequence) == (0, 1)
    assert newest.entry.previous == older.entry.leaf()
    for one in (older, newest):
        assert verdicts(judge(app, alice, one)) == ALL_PASS


def test_contents_of_other_posts_are_no_version_of_this_one(alice: Person, anchor: Anchor) -> None:
    post, other = alice.publish().json, alice.publish().json
    anchor()
    for wanted in (other["content"], "0x" + "11" * 32):
        answer = alice.call("GET", f"/posts/{post['id']}/bundle?content={wanted}")
        refused(answer, 404, "content_unknown")
    for wanted in ("", "0x12", "0x" + "AB" * 32, post["content"][2:], post["content"] + "%0a"):
        answer = alice.call("GET", f"/posts/{post['id']}/bundle?content={wanted}")
        refused(answer, 400, "malformed")


def test_history_gives_the_bundles_of_all_versions_oldest_first(
    alice: Person, visitor: Person, anchor: Anchor
) -> None:
    post = alice.publish(alice.post_record("1")).json
    anchor()
    last = post
    for text in ("2", "3"):
        last = alice.publish(alice.edit_record(last, text)).json
    anchor()
    answer = visitor.call("GET", f"/posts/{post['id']}/history")
    assert answer.content_type == "application/json"
    items = answer.json["items"]
    assert [item["message"]["text"] for item in items] == ["1", "2", "3"]
    single = visitor.call("GET", f"/posts/{post['id']}/bundle").json
    assert items[-1] == single


def test_an_erased_post_keeps_its_commitments_without_any_text(
    app: Flask, alice: Person, visitor: Person, anchor: Anchor
) -> None:
    first = alice.publish(alice.post_record("a secret")).json
    second = alice.publish(alice.edit_record(first, "another secret")).json
    alice.delete(second)
    anchor()
    deletion = bundle(visitor, first)
    assert deletion.kind is Kind.DELETION
    assert deletion.message["replaces"] == second["content"]
    assert verdicts(judge(app, alice, deletion)) == ALL_PASS
    answer = visitor.call("GET", f"/posts/{first['id']}/history")
    assert b"secret" not in answer.data
    items = answer.json["items"]
    assert [item["type"] for item in items] == ["Post", "Post", "Deletion"]
    assert [item["message"] is None for item in items] == [True, True, False]
    erased = bundle(visitor, first, f"?content={first['content']}")
    assert erased.message is None
    report = judge(app, alice, erased)
    assert report.erased
    assert verdicts(report) | {"integrity": "?", "not_before": "?"} == ALL_PASS | {
        "integrity": "?",
        "not_before": "?",
    }


def test_a_bundle_without_a_wallet_names_the_account_and_no_signature(
    app: Flask, carol: Person, anchor: Anchor
) -> None:
    post = carol.call("POST", "/posts", {"text": "unsigned"}).json
    anchor()
    found = bundle(carol, post)
    assert (found.account, found.signature) == (carol.account, None)
    assert found.entry.signature == bytes(32)
    report = judge(app, carol, found)
    assert report.unsigned
    assert verdicts(report) == ALL_PASS | {"author": "unknown"}
    assert exit_code(report, offline=False) == 0


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in a later batch"])
def test_a_bundle_by_a_device_carries_its_delegation(
    app: Flask, alice: Person, anchor: Anchor, together: bool
) -> None:
    alice.allow_device()
    if not together:
        anchor()
    post = alice.publish(key=alice.device).json
    anchor()
    found = bundle(alice, post)
    assert found.delegation is not None
    assert found.delegation.message["delegate"] == str(alice.device.address).lower()
    assert found.delegation.anchor is not None
    assert found.delegation.entry.sequence < found.entry.sequence
    same = found.delegation.anchor == found.anchor
    assert same is together
    assert verdicts(judge(app, alice, found)) == ALL_PASS


def test_a_bundle_has_no_anchor_before_its_batch_is_final(app: Flask, alice: Person) -> None:
    post = alice.publish().json
    with app.app_context():
        log_id = current_log(db.session()).id
        db.session.rollback()
        seal(log_id)
    found = bundle(alice, post)
    assert found.anchor is None
    assert alice.call("GET", f"/posts/{post['id']}").json["anchoring"]["state"] == "sealed"
    report = judge(app, alice, found)
    assert verdicts(report)["anchored"] == "unknown"
    assert exit_code(report, offline=False) == 3
