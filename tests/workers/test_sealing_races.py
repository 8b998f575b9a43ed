"""Sealing while others write: nobody waits for each other in a ring, nobody seals nothing."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.services import run_sql
from tests.support.wallet import Person
from webapp.chain_access import settings
from webapp.extensions import db
from webapp.log.models import AuthorHead, Batch, Entry
from webapp.posts import service
from workers import sealing
from workers.sealing import seal_due

LOG = 1
WAITERS = "SELECT count(*) FROM pg_locks WHERE NOT granted"
PATIENCE = 30.0


def wait_for_a_waiter(url: str) -> None:
    """Return once somebody waits for a lock of PostgreSQL; SQLite does not tell."""
    deadline = time.monotonic() + PATIENCE
    while url.startswith("postgresql") and not run_sql(url, WAITERS)[0][0]:
        assert time.monotonic() < deadline, "nobody waits for the sealer"
        time.sleep(0.02)


def batches() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Batch)) or 0


def test_deleting_an_authors_first_post_while_it_is_sealed_deadlocks_nobody(
    app: Flask, alice: Person, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = alice.publish().json
    body_checked = threading.Event()
    real_check, real_save = service.check_record, sealing._save_heads

    def check(*args: Any) -> Any:
        found = real_check(*args)
        body_checked.set()
        return found

    with ThreadPoolExecutor(1) as pool:

        def save_heads(*args: Any) -> None:
            person = alice.again(app.test_client())
            answers.append(pool.submit(lambda: person.delete(post)))
            assert body_checked.wait(PATIENCE)
            wait_for_a_waiter(database_url)
            real_save(*args)

        answers: list[Any] = []
        monkeypatch.setattr(service, "check_record", check)
        monkeypatch.setattr(sealing, "_save_heads", save_heads)
        with app.app_context():
            assert seal_due(LOG, settings()) is not None
        answer = answers[0].result(PATIENCE)
    assert (answer.status_code, answer.json["text"]) == (200, None), answer.text
    monkeypatch.undo()
    with app.app_context():
        first = db.session.scalars(select(Entry).order_by(Entry.id)).first()
        assert first is not None
        assert (first.position, first.message) == (0, None)
        assert db.session.get_one(AuthorHead, (LOG, alice.address)).next_sequence == 1
        assert seal_due(LOG, settings()) is not None


def test_a_sealer_that_finds_nothing_left_seals_nothing(
    context: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.publish()
    real = sealing._is_due

    def due_and_overtaken(*args: Any) -> bool:
        monkeypatch.setattr(sealing, "_is_due", real)
        found = real(*args)
        assert seal_due(LOG, settings()) is not None
        return found

    monkeypatch.setattr(sealing, "_is_due", due_and_overtaken)
    assert seal_due(LOG, settings()) is None
    assert batches() == 1
