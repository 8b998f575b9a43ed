"""Sealing: order, determinism, when a batch is due, and two sealers at once."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from chain.proofs.entries import Entry as SealedEntry
from chain.proofs.tree import build_tree, root_of
from tests.support.wallet import Person
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.extensions import db
from webapp.log.bundles import sealed_entry
from webapp.log.models import AuthorHead, Batch, Entry, Log
from webapp.outbox.models import Transaction
from workers.sealing import Waiting, compute_batch, seal_due

LOG = 1


def entries() -> list[Entry]:
    return list(db.session.scalars(select(Entry).order_by(Entry.id)))


def leaves(rows: list[Entry]) -> list[SealedEntry]:
    return [sealed_entry(row) for row in rows]


def test_entries_get_their_places_in_the_order_of_their_ids(
    context: Flask, alice: Person, bob: Person
) -> None:
    for person in (alice, bob, alice, alice, bob):
        assert person.publish().status_code == 201
    seal_due(LOG, settings())
    rows = entries()
    assert [row.position for row in rows] == [0, 1, 2, 3, 4]
    assert [row.sequence for row in rows] == [0, 0, 1, 2, 1]
    assert rows[0].previous == rows[1].previous == bytes(32)
    assert rows[2].previous == rows[0].leaf
    assert rows[3].previous == rows[2].leaf
    assert rows[4].previous == rows[1].leaf


def test_the_root_and_every_stored_proof_are_those_of_the_rows(
    context: Flask, alice: Person
) -> None:
    for _ in range(7):
        alice.publish()
    batch_id = seal_due(LOG, settings())
    batch = db.session.get_one(Batch, batch_id)
    rebuilt = build_tree([entry.leaf() for entry in leaves(entries())])
    assert (batch.root, batch.first, batch.count) == (rebuilt.root, 0, 7)
    for row in entries():
        assert row.leaf is not None
        assert root_of(row.leaf, row.proof or b"") == batch.root


def test_one_entry_is_its_own_root(context: Flask, alice: Person) -> None:
    alice.publish()
    batch = db.session.get_one(Batch, seal_due(LOG, settings()))
    [row] = entries()
    assert (batch.root, row.proof) == (row.leaf, b"")


def test_batches_follow_each_other_without_a_gap(
    context: Flask, alice: Person, bob: Person
) -> None:
    alice.publish()
    bob.publish()
    first = seal_due(LOG, settings())
    alice.publish()
    second = seal_due(LOG, settings())
    batches = [db.session.get_one(Batch, one) for one in (first, second)]
    assert [(one.sequence, one.first, one.count) for one in batches] == [(0, 0, 2), (1, 2, 1)]
    rows = entries()
    assert rows[2].previous == rows[0].leaf
    head = db.session.get_one(AuthorHead, (LOG, alice.address))
    assert (head.next_sequence, head.leaf) == (2, rows[2].leaf)


def test_sealing_owes_exactly_one_transaction_for_each_root(context: Flask, alice: Person) -> None:
    alice.publish()
    batch = db.session.get_one(Batch, seal_due(LOG, settings()))
    [owed] = db.session.scalars(select(Transaction))
    assert owed.key == f"anchor:{LOG}:0x{batch.root.hex()}"
    assert (owed.state, owed.nonce) == ("queued", None)


def test_nothing_is_sealed_before_the_interval_or_the_size(context: Flask, alice: Person) -> None:
    slow = replace(settings(), seal_interval=3600.0, seal_size=3)
    for _ in range(2):
        alice.publish()
        assert seal_due(LOG, slow) is None
    alice.publish()
    assert seal_due(LOG, slow) is not None


def test_an_old_entry_is_sealed_alone(context: Flask, alice: Person) -> None:
    slow = replace(settings(), seal_interval=60.0)
    alice.publish()
    assert seal_due(LOG, slow) is None
    db.session.execute(update(Entry).values(accepted_at=utc_now() - timedelta(seconds=61)))
    db.session.commit()
    assert seal_due(LOG, slow) is not None


def test_a_clock_set_back_does_not_stop_the_log(context: Flask, alice: Person) -> None:
    alice.publish()
    db.session.execute(update(Entry).values(accepted_at=utc_now() + timedelta(hours=1)))
    db.session.commit()
    assert seal_due(LOG, replace(settings(), seal_interval=60.0)) is not None


def test_a_batch_never_exceeds_its_size(context: Flask, alice: Person) -> None:
    small = replace(settings(), seal_size=2)
    for _ in range(5):
        alice.publish()
    counts = []
    while (batch_id := seal_due(LOG, small)) is not None:
        counts.append(db.session.get_one(Batch, batch_id).count)
    assert counts == [2, 2, 1]
    assert [row.position for row in entries()] == [0, 1, 2, 3, 4]


def test_sealers_at_once_seal_every_entry_once(app: Flask, alice: Person) -> None:
    for _ in range(20):
        alice.publish()
    start = threading.Barrier(4)
    problems: list[BaseException] = []

    def work() -> None:
        try:
            with app.app_context():
                start.wait()
                while seal_due(LOG, replace(settings(), seal_size=3)) is not None:
                    continue
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    with app.app_context():
        while seal_due(LOG, settings()) is not None:
            continue
        rows = entries()
        assert [row.position for row in rows] == list(range(20))
        assert [row.sequence for row in rows] == list(range(20))
        batches = db.session.scalars(select(Batch).order_by(Batch.sequence)).all()
        assert sum(batch.count for batch in batches) == 20
        log = db.session.get_one(Log, LOG)
        assert (log.next_sequence, log.next_position) == (len(batches), 20)


def test_a_crash_while_writing_leaves_nothing_half_sealed(
    context: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.publish()

    def crash(*_: object) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patched:
        patched.setattr("workers.sealing._save_heads", crash)
        with pytest.raises(RuntimeError, match="killed here"):
            seal_due(LOG, settings())
    assert db.session.scalars(select(Batch)).all() == []
    assert db.session.scalars(select(Transaction)).all() == []
    assert [row.position for row in entries()] == [None]
    db.session.rollback()
    assert seal_due(LOG, settings()) is not None


def test_the_same_entries_make_the_same_batch() -> None:
    waiting = [
        Waiting(
            index, "0x" + f"{index % 3:040x}", bytes([index]) * 16, 1, bytes([index]) * 32, None
        )
        for index in range(1, 12)
    ]
    heads = {"0x" + f"{1:040x}": (5, b"\x07" * 32)}
    first, second = (compute_batch(waiting, heads, 3, 100) for _ in range(2))
    assert first == second
    assert heads == {"0x" + f"{1:040x}": (5, b"\x07" * 32)}
    assert first.rows[0]["sequence"] == 5
    assert first.rows[0]["previous"] == b"\x07" * 32
