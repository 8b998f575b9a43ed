"""Units of work: one transaction, one commit, writers that wait, bells only after the commit."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from webapp.accounts.models import SignInNonce
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked, one_unit, ring_after_commit, writing
from webapp.extensions import db


class Bells:
    def __init__(self) -> None:
        self.rung: list[tuple[str, int]] = []

    def hand_over(self, bell: tuple[str, int]) -> None:
        self.rung.append(bell)


@pytest.fixture
def bells(app: Flask) -> Bells:
    found = app.extensions["troth_ringer"] = Bells()
    return found


def nonces(app: Flask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(SignInNonce.nonce)))


def new(nonce: str) -> SignInNonce:
    return SignInNonce(nonce=nonce, expires_at=utc_now())


def fail_half_way() -> None:
    with one_unit():
        with writing() as session:
            session.add(new("a"))
        with writing() as session:
            session.add(new("b"))
            ring_after_commit(session, "task", 1)
        raise RuntimeError


def test_what_is_raised_inside_rolls_everything_back(app: Flask, bells: Bells) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError):
            fail_half_way()
        with writing() as session:
            session.add(new("c"))
    assert nonces(app) == {"c"}
    assert bells.rung == []


def test_writes_inside_one_unit_commit_together(app: Flask) -> None:
    with app.app_context(), one_unit():
        with writing() as session:
            session.add(new("a"))
            session.flush()
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(nonces, app).result() == set()
        with writing() as session:
            session.add(new("b"))
    assert nonces(app) == {"a", "b"}


def test_bells_ring_once_and_after_the_commit(app: Flask, bells: Bells) -> None:
    with app.app_context():
        with writing() as session:
            for _ in range(2):
                ring_after_commit(session, "task", 7)
            session.add(new("a"))
            assert bells.rung == []
        assert bells.rung == [("task", 7)]


def test_writers_at_once_lose_nothing(app: Flask) -> None:
    """Read, then write what was read plus one: without isolation, counts get lost."""
    start = utc_now()
    with app.app_context(), writing() as session:
        session.add(SignInNonce(nonce="count", expires_at=start))
    barrier = threading.Barrier(4)

    def add() -> None:
        with app.app_context():
            barrier.wait(timeout=30)
            for _ in range(5):
                with writing() as session:
                    query = locked(session, select(SignInNonce).filter_by(nonce="count"))
                    row = session.scalars(query).one()
                    row.expires_at += timedelta(seconds=1)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(add) for _ in range(4)]:
            done.result()
    with app.app_context():
        row = db.session.get_one(SignInNonce, "count")
        assert row.expires_at == start + timedelta(seconds=20)


def test_inserting_a_row_again_is_ignored_and_said_so(app: Flask) -> None:
    values = {"nonce": "a", "expires_at": utc_now()}
    with app.app_context():
        with writing() as session:
            assert insert_or_ignore(session, SignInNonce, **values) is True
            assert insert_or_ignore(session, SignInNonce, **values) is False
        with writing() as session:
            assert insert_or_ignore(session, SignInNonce, **values) is False


def test_times_come_back_in_utc_to_the_microsecond(app: Flask) -> None:
    moment = utc_now()
    with app.app_context():
        with writing() as session:
            session.add(SignInNonce(nonce="a", expires_at=moment))
        db.session.expire_all()
        assert db.session.get_one(SignInNonce, "a").expires_at == moment


def test_a_time_without_a_zone_is_refused(app: Flask) -> None:
    naive = utc_now().replace(tzinfo=None)
    with app.app_context(), writing() as session:
        session.add(SignInNonce(nonce="a", expires_at=naive))
        with pytest.raises(StatementError, match="no time zone"):
            session.flush()
        session.rollback()


def test_sqlite_survives_a_power_cut_and_keeps_foreign_keys(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            assert db.engine.dialect.name == "postgresql"
            return
        found = [
            db.session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]
