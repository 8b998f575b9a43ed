"""`troth audit`: a row that was changed behind the application's back is noticed and named."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from chain.client import ChainClient
from tests.support.answers import closed_port
from tests.support.wallet import Person
from tests.webapp.commands.conftest import Done, Run
from webapp.commands.audit import audit_database, audit_rows
from webapp.commands.audit.findings import Findings
from webapp.engines import write_options
from webapp.extensions import db

CLEAN, WRONG, UNUSABLE = 0, 1, 2


@pytest.fixture
def filled(app: Flask, alice: Person, carol: Person, anchor: Callable[[], None]) -> Flask:
    """Give a database with posts, an edit, a deletion, a revoked device, and an entry that waits."""
    alice.allow_device()
    post = alice.publish(alice.post_record("first"), key=alice.device).json
    alice.publish(alice.edit_record(post, "second"))
    gone = alice.publish(alice.post_record("soon gone")).json
    anchor()
    answer = alice.post_record("an answer", replyTo=post["content"])
    alice.publish(answer)
    alice.delete(gone)
    alice.revoke_device()
    carol.call("POST", "/posts", {"text": "unsigned"})
    anchor()
    carol.call("POST", "/posts", {"text": "waits"})
    return app


def found(app: Flask) -> Findings:
    with app.app_context():
        return audit_database()


def spoil(app: Flask, statement: str, **values: Any) -> None:
    with app.app_context():
        db.session.execute(text(statement), values)
        db.session.commit()


def test_untouched_rows_agree(filled: Flask) -> None:
    findings = found(filled)
    assert findings.first == {}
    assert findings.seen == {
        "entries": 9,
        "waiting entries": 1,
        "posts": 5,
        "devices": 1,
        "sealed entries": 8,
        "batches": 2,
        "anchors": 2,
    }


def test_an_empty_database_agrees(app: Flask) -> None:
    assert found(app).counts == {}


X32, X16 = bytes([7]) * 32, bytes([7]) * 16
# What is changed by SQL, and the kinds of mismatch that it must show.
CHANGES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("UPDATE entries SET kind = 9 WHERE kind = 1", {}, {"kind"}),
    ("UPDATE entries SET message = '[1]' WHERE message IS NOT NULL", {}, {"message"}),
    (
        "UPDATE entries SET content = :x WHERE id = (SELECT min(id) FROM entries WHERE kind = 1 AND message IS NOT NULL)",
        {"x": X32},
        {"content", "leaf"},
    ),
    (
        "UPDATE entries SET record = :x WHERE id = (SELECT max(id) FROM entries WHERE kind = 1 AND message IS NOT NULL)",
        {"x": X16},
        {"message", "post"},
    ),
    ("UPDATE entries SET message = NULL WHERE kind = 3", {}, {"erased", "device"}),
    (
        "UPDATE entries SET message = NULL WHERE id = (SELECT max(id) FROM entries WHERE kind = 1 AND message IS NOT NULL)",
        {},
        {"erased"},
    ),
    (
        (
            "UPDATE entries SET message = (SELECT message FROM entries WHERE kind = 3) "
            "WHERE kind = 1 AND message IS NULL"
        ),
        {},
        {"erased", "message"},
    ),
    (
        "UPDATE entries SET salt_digest = :x WHERE id = (SELECT max(id) FROM entries)",
        {"x": X32},
        {"salt"},
    ),
    ("UPDATE entries SET salt_digest = NULL WHERE kind = 1 AND message IS NULL", {}, {"salt"}),
    (
        "UPDATE entries SET audience = 'followers' WHERE id = (SELECT max(id) FROM entries)",
        {},
        {"message"},
    ),
    ("UPDATE entries SET signature = :x WHERE position = 1", {"x": X32}, {"leaf"}),
    (
        "UPDATE entries SET leaf = :x WHERE position = 1",
        {"x": X32},
        {"leaf", "chain", "proof", "root"},
    ),
    ("UPDATE entries SET proof = :x WHERE position = 1", {"x": X32}, {"proof"}),
    ("UPDATE entries SET previous = :x WHERE position = 1", {"x": X32}, {"leaf", "chain"}),
    ("UPDATE entries SET position = 70 WHERE position = 1", {}, {"leaf", "batch"}),
    ("UPDATE entries SET sequence = 70 WHERE position = 1", {}, {"leaf", "chain", "head"}),
    ("UPDATE entries SET position = 70 WHERE batch_id IS NULL", {}, {"batch"}),
    ("UPDATE author_heads SET next_sequence = 70", {}, {"head"}),
    ("UPDATE author_heads SET leaf = :x", {"x": X32}, {"head"}),
    (
        "UPDATE batches SET root = :x WHERE sequence = 1",
        {"x": X32},
        {"root", "proof", "anchor", "transaction"},
    ),
    (
        "UPDATE batches SET count = 3 WHERE sequence = 1",
        {},
        {"batch", "anchor", "transaction", "counter"},
    ),
    ("UPDATE batches SET first = 3 WHERE sequence = 1", {}, {"batch", "anchor", "counter"}),
    ("UPDATE logs SET next_position = 70", {}, {"counter"}),
    ("UPDATE logs SET next_sequence = 70", {}, {"counter"}),
    ("UPDATE anchors SET count = 70 WHERE sequence = 1", {}, {"anchor"}),
    ("UPDATE anchors SET block_hash = :x WHERE sequence = 1", {"x": X32}, {"anchor"}),
    ("UPDATE anchors SET block_time = 70 WHERE sequence = 1", {}, {"anchor"}),
    ("UPDATE anchors SET final_at = NULL WHERE sequence = 0", {}, {"anchor"}),
    ("DELETE FROM anchors WHERE sequence = 0", {}, {"anchor"}),
    ("UPDATE transactions SET data = :x", {"x": X32}, {"transaction"}),
    ("UPDATE posts SET text = 'forged' WHERE text = 'second'", {}, {"post"}),
    ("UPDATE posts SET text = 'back again' WHERE text IS NULL", {}, {"post"}),
    ("UPDATE posts SET deleted_at = NULL WHERE text IS NULL", {}, {"post"}),
    ("UPDATE posts SET deleted_at = created_at WHERE text = 'second'", {}, {"post"}),
    ("UPDATE posts SET audience = 'followers' WHERE text = 'second'", {}, {"post"}),
    ("UPDATE posts SET version = 70 WHERE text = 'second'", {}, {"post"}),
    ("UPDATE posts SET reply_to = NULL WHERE text = 'an answer'", {}, {"post"}),
    ("UPDATE posts SET quotes = :x WHERE text = 'an answer'", {"x": X32}, {"post"}),
    (
        (
            "UPDATE posts SET entry_id = (SELECT min(id) FROM entries WHERE kind = 1) "
            "WHERE text = 'second'"
        ),
        {},
        {"post"},
    ),
    ("DELETE FROM posts WHERE text = 'second'", {}, {"post"}),
    ("UPDATE delegations SET expires_at = 70", {}, {"device"}),
    ("UPDATE delegations SET delegate = 'somebody'", {}, {"device"}),
    ("UPDATE delegations SET revocation_id = NULL", {}, {"device"}),
    ("DELETE FROM delegations", {}, {"device"}),
]


def spoiled(statement: str, values: dict[str, Any]) -> Findings:
    """Audit with one change, and take it back."""
    with db.engine.connect() as connection:
        connection.execution_options(**write_options(db.engine))
        if statement.startswith("DELETE FROM posts"):  # what others made of it goes first
            connection.execute(text("DELETE FROM post_counts"))
        assert connection.execute(text(statement), values).rowcount, statement
        findings = audit_rows(connection)
        connection.rollback()
    return findings


def test_every_changed_row_is_noticed(filled: Flask) -> None:
    missed = []
    with filled.app_context():
        for statement, values, kinds in CHANGES:
            findings = spoiled(statement, values)
            assert findings.first.keys() == findings.counts.keys()
            if not kinds <= findings.counts.keys():
                missed.append((statement, kinds, findings.first))
        assert missed == []
        assert audit_database().counts == {}


@pytest.fixture
def audit(troth: Run, app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Give the command on the application's database."""
    here = app.config["TROTH"]
    monkeypatch.setattr("webapp.create_app", lambda: app)
    return lambda *words: troth("audit", *words, data_dir=here.data_dir)


def test_the_command_says_what_it_read(audit: Callable[..., Done], filled: Flask) -> None:
    done = audit()
    assert (done.code, done.err) == (CLEAN, "")
    assert "9 entries" in done.out
    assert "All rows agree." in done.out


def test_the_command_names_the_first_of_each_kind_and_counts(
    audit: Callable[..., Done], filled: Flask
) -> None:
    spoil(filled, "UPDATE posts SET text = 'forged' WHERE text IS NOT NULL")
    done = audit("--json")
    shown = json.loads(done.out)
    assert (done.code, shown["exit_code"]) == (WRONG, WRONG)
    assert shown["mismatches"]["post"]["count"] == 4
    assert "shows another text than was signed" in shown["mismatches"]["post"]["first"]
    plain = audit()
    assert plain.code == WRONG
    assert "Some rows do NOT agree." in plain.out


def test_a_database_that_is_away_cannot_be_audited(troth: Run, tmp_path: Any) -> None:
    away = f"postgresql://127.0.0.1:{closed_port()}/none"
    done = troth(
        "audit",
        data_dir=tmp_path,
        database_url=away,
        jwt_secret="x" * 32,
        anchorer_key="0x" + "a1" * 32,
        message_keys="e1" * 32,
    )
    assert (done.code, done.out) == (UNUSABLE, "")
    assert "cannot be audited" in done.err


@pytest.mark.parametrize("by_device", [False, True])
def test_a_signature_that_was_changed_before_sealing_is_found(
    app: Flask, alice: Person, by_device: bool
) -> None:
    if by_device:
        alice.allow_device()
    answer = alice.publish(alice.post_record("waits"), key=alice.device if by_device else None)
    assert answer.status_code == 201
    assert found(app).first == {}
    spoil(
        app,
        "UPDATE entries SET signature = :other WHERE id = (SELECT max(id) FROM entries)",
        other=b"\x11" * 64 + b"\x1b",
    )
    findings = found(app)
    assert list(findings.first) == ["signature"]
    whose = alice.device.address if by_device else alice.address
    assert findings.first["signature"].endswith(f" is not by {whose.lower()}.")


def test_a_signature_that_is_gone_or_too_much_is_found(
    app: Flask, alice: Person, carol: Person
) -> None:
    alice.publish()
    carol.call("POST", "/posts", {"text": "unsigned"})
    spoil(app, "UPDATE entries SET signature = NULL WHERE signature IS NOT NULL")
    assert found(app).first["signature"].endswith(" is not signed.")


def test_a_wallet_whose_node_is_away_is_not_judged(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.publish()
    spoil(app, "UPDATE entries SET signature = :other", other=b"\x22" * 65)
    client = ChainClient(f"http://127.0.0.1:{closed_port()}", timeout=1)
    monkeypatch.setitem(app.extensions, "troth_chain", client)
    findings = found(app)
    assert findings.first == {}
    assert any("node can judge" in what for what in findings.seen)
