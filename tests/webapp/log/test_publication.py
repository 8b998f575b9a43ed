"""The public log: all that rebuilds every leaf and root, and no text."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from chain.proofs.domain import Domain, digest
from chain.proofs.entries import Entry
from chain.proofs.keccak import keccak256
from chain.proofs.records import Kind, check_message, content
from chain.proofs.signatures import recover
from chain.proofs.tree import build_tree
from tests.support.answers import refused
from tests.support.wallet import V1, Person
from webapp.extensions import db
from webapp.log import publication
from webapp.log.service import current_log
from workers.anchoring import seal

Anchor = Callable[[], None]


def items(person: Person, path: str) -> list[dict[str, Any]]:
    answer = person.call("GET", path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def test_entries_rebuild_every_root_and_signatures_verify_from_content_alone(
    visitor: Person, alice: Person, carol: Person, anchor: Anchor
) -> None:
    alice.allow_device()
    post = alice.publish(alice.post_record("a secret text"), key=alice.device).json
    carol.call("POST", "/posts", {"text": "another text"})
    anchor()
    alice.delete(post)
    alice.revoke_device()
    anchor()
    entries = items(visitor, "/log/entries")
    batches = items(visitor, "/log/batches")
    assert [one["entry"]["position"] for one in entries] == list(range(5))
    for batch in batches:
        inside = entries[batch["first"] : batch["first"] + batch["count"]]
        leaves = [Entry.from_json(one["entry"]).leaf() for one in inside]
        assert "0x" + build_tree(leaves).root.hex() == batch["root"]
    where = visitor.log()["domain"]
    domain = Domain(where["chainId"], where["verifyingContract"])
    signers = {alice.address, str(alice.device.address).lower()}
    for one in entries:
        entry = Entry.from_json(one["entry"])
        if one["signature"] is None:
            assert (one["account"], entry.signature) == (carol.account, bytes(32))
        else:
            signature = bytes.fromhex(one["signature"][2:])
            assert keccak256(signature) == entry.signature
            assert recover(digest(domain, entry.content), signature) in signers
            assert one["account"] is None
    assert [batch["count"] for batch in batches] == [3, 2]


def test_messages_of_kinds_2_to_4_are_given_and_no_text(
    visitor: Person, alice: Person, anchor: Anchor
) -> None:
    alice.allow_device()
    post = alice.publish(alice.post_record("a secret text")).json
    alice.delete(post)
    alice.revoke_device()
    anchor()
    for one in items(visitor, "/log/entries"):
        entry = Entry.from_json(one["entry"])
        if entry.kind is Kind.POST:
            assert one["message"] is None
        else:
            assert content(entry.kind, check_message(entry.kind, one["message"])) == entry.content
    assert "secret" not in visitor.call("GET", "/log/entries").text


def test_only_sealed_entries_are_given(
    app: Flask, visitor: Person, alice: Person, anchor: Anchor
) -> None:
    alice.publish()
    anchor()
    alice.publish()
    assert [one["entry"]["position"] for one in items(visitor, "/log/entries")] == [0]
    with app.app_context():
        seal(current_log(db.session()).id)
    assert [one["entry"]["position"] for one in items(visitor, "/log/entries")] == [0, 1]
    first, second = items(visitor, "/log/batches")
    assert (first["state"], second["state"]) == ("final", "sealed")
    assert first["anchor"] is not None
    assert second["anchor"] is None


def test_pages_join_without_gap_and_link_to_the_next(
    visitor: Person, alice: Person, anchor: Anchor
) -> None:
    for _ in range(5):
        alice.publish()
        anchor()
    for name, number in (("entries", lambda one: one["entry"]["position"]), ("batches", sequence)):
        seen: list[int] = []
        first: int | None = 0
        while first is not None:
            answer = visitor.call("GET", f"/log/{name}?first={first}&limit=2")
            seen += [number(one) for one in answer.json["items"]]
            first = answer.json["next"]
            linked = f'<{V1}/log/{name}?first={first}&limit=2>; rel="next"'
            assert answer.headers.get("Link") == (None if first is None else linked)
        assert seen == [0, 1, 2, 3, 4]
        assert visitor.call("GET", f"/log/{name}?first=5").json == {"items": [], "next": None}


def sequence(batch: dict[str, Any]) -> int:
    found: int = batch["sequence"]
    return found


def test_a_page_is_bounded_in_bytes_and_still_joins(
    visitor: Person, alice: Person, anchor: Anchor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        alice.publish()
    anchor()
    monkeypatch.setattr(publication, "MAX_PAGE_BYTES", 1_500)
    answer = visitor.call("GET", "/log/entries").json
    assert 1 <= len(answer["items"]) < 4
    assert answer["next"] == len(answer["items"])
    monkeypatch.setattr(publication, "MAX_PAGE_BYTES", 1)
    assert len(items(visitor, "/log/entries?first=2")) == 1


def test_one_batch_names_its_positions(visitor: Person, alice: Person, anchor: Anchor) -> None:
    alice.publish()
    anchor()
    alice.publish()
    alice.publish()
    anchor()
    found = visitor.call("GET", "/log/batches/1").json
    listed = items(visitor, "/log/batches")[1]
    assert found == {**listed, "positions": {"first": 1, "last": 2}}
    refused(visitor.call("GET", "/log/batches/2"), 404, "batch_unknown")


def test_a_full_page_of_a_named_log_may_be_kept_for_ever_and_others_are_asked_again(
    visitor: Person, alice: Person, anchor: Anchor
) -> None:
    alice.publish()
    alice.publish()
    anchor()
    anchorer = visitor.log()["anchorer"]
    shouted = "0x" + anchorer[2:].upper()
    full = visitor.call("GET", f"/log/entries?limit=1&anchorer={shouted}")
    assert full.headers["Cache-Control"] == "public, max-age=300"
    for path in ("entries", "entries?limit=1", "batches", "batches/0"):
        answer = visitor.call("GET", f"/log/{path}")
        assert answer.headers["Cache-Control"] == "public, no-cache"
        again = visitor.call(
            "GET", f"/log/{path}", headers={"If-None-Match": answer.headers["ETag"]}
        )
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "query",
    ["first=-1", "first=x", "limit=0", "limit=1001", f"first={2**63}", "anchorer=0x12"],
)
def test_a_query_out_of_bounds_is_refused(visitor: Person, query: str) -> None:
    refused(visitor.call("GET", f"/log/entries?{query}"), 400, "malformed")
    refused(visitor.call("GET", f"/log/batches?{query}"), 400, "malformed")


def test_a_log_that_is_not_kept_here_is_not_found(visitor: Person) -> None:
    other = "0x" + "ab" * 20
    refused(visitor.call("GET", f"/log/entries?anchorer={other}"), 404, "log_unknown")
    refused(visitor.call("GET", f"/log/batches?anchorer={other}"), 404, "log_unknown")
    refused(visitor.call("GET", f"/log/batches/0?anchorer={other}"), 404, "log_unknown")


def test_the_document_describes_the_log(visitor: Person) -> None:
    document = json.loads(visitor.call("GET", "/openapi.json").data)
    for path in ("/log/entries", "/log/batches", "/log/batches/{sequence}"):
        assert "200" in document["paths"][V1 + path]["get"]["responses"]
