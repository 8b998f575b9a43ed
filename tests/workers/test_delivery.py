"""Delivery: every event once to each consumer, in order, whoever fails or is killed."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tests.support.wallet import Person
from webapp import cli
from webapp.columns import utc_now
from webapp.commands.doctor.findings import Level
from webapp.commands.doctor.work import _delivery
from webapp.database import insert_many, writing
from webapp.events import failures
from webapp.events.models import Event, EventFailure, EventType
from webapp.events.service import Consumer, OwedEvent, event_row, record_event
from webapp.extensions import db, table_of
from webapp.outbox.models import Claim
from workers import delivery
from workers.claims import claimed
from workers.delivery import deliver

CLAIMS = table_of(Claim)


class Taker:
    """A consumer that keeps what it is given, and as a row what it wrote; fails on some."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.given: list[list[str]] = []
        self.fails_on: set[str] = set()

    def apply(self, session: Session, events: Sequence[OwedEvent]) -> None:
        for event in events:
            row = {"job": f"{self.name}:{event.subject}", "holder": "", "until": utc_now()}
            session.execute(insert(CLAIMS).values(row))
        self.given.append([event.subject for event in events])
        if self.fails_on & {event.subject for event in events}:
            raise RuntimeError("a bug")

    def subjects(self) -> list[str]:
        return [subject for batch in self.given for subject in batch]

    def wrote(self) -> list[str]:
        query = select(Claim.job).where(Claim.job.startswith(f"{self.name}:"))
        found = sorted(db.session.scalars(query.order_by(Claim.job)))
        db.session.rollback()
        return [job.split(":")[1] for job in found]


@pytest.fixture
def takers(context: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Taker]:
    found = [Taker("one"), Taker("two")]
    monkeypatch.setattr(
        delivery, "CONSUMERS", tuple(Consumer(taker.name, taker.apply) for taker in found)
    )
    return found


def record(*subjects: str) -> None:
    with writing() as session:
        for subject in subjects:
            record_event(session, EventType.BATCH_FINAL, None, subject)


def owed() -> list[str]:
    found = list(db.session.scalars(select(Event.subject).where(~Event.delivered)))
    db.session.rollback()
    return found


def come_due() -> None:
    with writing() as session:
        session.execute(update(EventFailure).values(next_attempt_at=utc_now()))


def test_each_event_reaches_each_consumer_once_in_order(takers: list[Taker]) -> None:
    record("a", "b", "c")
    assert deliver() == 3
    assert deliver() == 0
    assert [taker.given for taker in takers] == [[["a", "b", "c"]]] * 2
    assert [taker.wrote() for taker in takers] == [["a", "b", "c"]] * 2
    assert owed() == []


def test_batches_are_bounded(takers: list[Taker]) -> None:
    with writing() as session:
        rows = [event_row(EventType.BATCH_FINAL, None, f"{n:04}") for n in range(1_001)]
        insert_many(session, Event, rows)
    assert deliver() == 1_001
    assert [len(batch) for batch in takers[0].given] == [500, 500, 1]
    assert takers[0].subjects() == [f"{n:04}" for n in range(1_001)]


def test_an_event_that_fails_holds_up_no_other_and_nobody_else(takers: list[Taker]) -> None:
    takers[0].fails_on = {"b"}
    record("a", "b", "c")
    deliver()
    assert owed() == []
    assert takers[0].wrote() == ["a", "c"]
    assert takers[1].wrote() == ["a", "b", "c"]
    takers[0].fails_on = set()
    come_due()
    deliver()
    assert takers[0].wrote() == ["a", "b", "c"]
    assert takers[1].given.count(["b"]) == 1
    assert db.session.scalars(select(EventFailure)).all() == []


def test_what_fails_for_ever_is_parked_visibly_until_it_is_asked_for_again(
    takers: list[Taker], monkeypatch: pytest.MonkeyPatch, context: Flask
) -> None:
    takers[0].fails_on = {"bad"}
    record("bad")
    deliver()
    assert _delivery().level is Level.WARN
    for _ in range(failures.MOST_FAILURES + 2):
        come_due()
        deliver()
    assert len(takers[0].given) == failures.MOST_FAILURES + 1  # once more within the batch
    found = _delivery()
    db.session.rollback()
    assert found.level is Level.FAIL
    assert "1 events were given up" in found.says
    assert "one: RuntimeError: a bug" in found.says
    metrics = context.test_client().get("/metrics").text
    assert "troth_events_parked 1.0" in metrics
    assert "troth_events_owed 0.0" in metrics
    takers[0].fails_on = set()
    monkeypatch.setattr("webapp.create_app", lambda: context)
    assert "1 events" in CliRunner().invoke(cli.cli, ["events", "retry"]).output
    deliver()
    assert takers[0].wrote() == ["bad"]
    assert _delivery().level is Level.OK


def test_a_failure_waits_longer_each_time(takers: list[Taker]) -> None:
    takers[0].fails_on = {"bad"}
    record("bad")
    waits = []
    for _ in range(3):
        deliver()
        row = db.session.scalars(select(EventFailure)).one()
        waits.append(row.next_attempt_at - utc_now())
        db.session.rollback()
        deliver()  # not due
        come_due()
    assert len(takers[0].given) == 4
    assert timedelta(0) < waits[0] < waits[1] < waits[2]


def test_only_one_worker_delivers_at_a_time(takers: list[Taker]) -> None:
    record("a")
    with claimed(delivery.JOB) as mine:
        assert mine
        assert deliver() == 0
    assert deliver() == 1


def test_a_worker_whose_lease_ran_out_delivers_nothing_twice(
    takers: list[Taker], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two read the same owed events; the marks decide."""
    record("a", "b")
    both = threading.Barrier(2)
    real = delivery._owed

    def read_together() -> list[OwedEvent]:
        found = real()
        both.wait(timeout=30)
        return found

    def work() -> None:
        with app.app_context():
            delivery._deliver(read_together())
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert takers[0].wrote() == ["a", "b"]
    assert takers[0].subjects() == ["a", "b"]


def test_a_batch_that_becomes_final_is_told_once(
    takers: list[Taker], carol: Person, anchor: Callable[[], None]
) -> None:
    carol.call("POST", "/posts", {"text": "x"})
    anchor()
    anchor()
    events = db.session.scalars(select(Event).filter_by(type=EventType.BATCH_FINAL)).all()
    [told] = [(one.account_id, one.subject, one.data) for one in events]
    assert told == (None, "1", {"log": 1, "sequence": 0, "count": 1})
