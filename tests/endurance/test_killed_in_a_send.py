"""Real worker processes that end in the middle of a send: another one finishes what they had begun."""

import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.endure.people import Author, sign_in
from bench.endure.plan import Plan
from bench.endure.stage import Stage, stage
from bench.endure.truth import anchored_events, open_work
from tests.support.crew import Life
from tests.support.proxy import SEND, Fault
from tests.support.stack import wait_until
from webapp.extensions import db
from webapp.log.models import Batch, Entry
from webapp.outbox.models import Attempt, Transaction

pytestmark = [pytest.mark.postgres, pytest.mark.anvil, pytest.mark.long(20)]


@dataclass
class Scene:
    """One worker at a time on a stage; the proxies can catch what it sends."""

    stage: Stage
    author: Author
    worker: Life | None = None
    started: int = 0
    contents: list[str] = field(default_factory=list)

    def start_worker(self) -> Life:
        """Start another worker, unless the last one still lives."""
        if self.worker is None:
            self.started += 1
            self.worker = self.stage.crew.run(self.stage.worker(f"worker-{self.started}"))
        return self.worker

    def end_worker(self, number: signal.Signals) -> int:
        """End the worker by a signal, and return its exit code."""
        assert self.worker is not None
        worker, self.worker = self.worker, None
        worker.signal(number)
        code = worker.wait()
        self.stage.crew.buried(worker)
        return code

    def catch_a_send(self, fault: Fault) -> None:
        """Publish, and wait until the worker hangs in the send of its batch."""
        caught = threading.Event()

        def rule(method: str) -> Fault:
            if method != SEND:
                return Fault.NONE
            caught.set()
            return fault

        for proxy in self.stage.proxies:
            proxy.rule = rule
        answer = self.author.publish()
        assert answer.status_code == 201, answer.text
        self.contents.append(answer.json["content"])
        self.start_worker()
        assert caught.wait(60), "no transaction was sent"
        wait_until(lambda: any(one.caught.is_set() for one in self.stage.proxies), "it is held")

    def newest(self) -> tuple[Transaction, list[Attempt]]:
        """Return the transaction of the newest batch and its attempts."""
        with self.stage.app.app_context():
            session = db.session()
            query = select(Transaction).join(Batch, Batch.transaction_id == Transaction.id)
            row = session.scalars(query.order_by(Batch.sequence.desc()).limit(1)).one()
            attempts = session.scalars(select(Attempt).filter_by(transaction_id=row.id)).all()
            session.expunge_all()
            session.rollback()
            return row, list(attempts)

    def heal(self) -> None:
        for proxy in self.stage.proxies:
            proxy.heal()

    def check_finished(self) -> None:
        """Have another worker finish, and check that nothing is lost and all is anchored once."""
        self.start_worker()
        wait_until(lambda: not open_work(self.stage.app), "all is final")
        row, attempts = self.newest()
        assert len(attempts) == 1  # the same bytes, never others
        assert row.state == "final"
        assert attempts[0].block_hash is not None
        with self.stage.app.app_context():
            session = db.session()
            kept = ["0x" + one.hex() for one in session.scalars(select(Entry.content))]
            roots = list(session.scalars(select(Batch.root).order_by(Batch.sequence)))
            session.rollback()
        assert sorted(kept) == sorted(self.contents)
        assert [one.root for one in anchored_events(self.stage)] == roots


@pytest.fixture(scope="module")
def module_scene(folder: Path) -> Iterator[Scene]:
    patient = {"node_timeout": 60.0, "stuck_seconds": 600.0, "confirmations": 1}
    quick = {"seal_interval": 0.2, "sweep_interval": 0.2, "claim_seconds": 1.0}
    plan = Plan(1, block_seconds=0.5)
    with stage(folder, plan, serve=False, **patient, **quick) as here:
        yield Scene(here, sign_in(here.app.test_client(), here.base))


@pytest.fixture
def scene(module_scene: Scene) -> Iterator[Scene]:
    yield module_scene
    module_scene.heal()


def node_has(scene: Scene, attempt: Attempt) -> bool:
    return scene.stage.chain.has_transaction(attempt.hash)


@pytest.mark.parametrize("fault", [Fault.HANG, Fault.HOLD], ids=["before", "after"])
def test_a_worker_killed_by_sigkill_before_or_after_the_node_took_its_transaction(
    scene: Scene, fault: Fault
) -> None:
    scene.catch_a_send(fault)
    row, (attempt,) = scene.newest()
    assert (row.state, attempt.sent_at) == ("sending", None)
    assert node_has(scene, attempt) == (fault is Fault.HOLD)
    assert scene.end_worker(signal.SIGKILL) == -signal.SIGKILL
    scene.heal()
    row, attempts = scene.newest()
    assert (row.state, [one.hash for one in attempts]) == ("sending", [attempt.hash])
    scene.check_finished()


def test_a_worker_stopped_by_sigterm_in_a_send_saves_the_nodes_answer(scene: Scene) -> None:
    scene.catch_a_send(Fault.HOLD)
    assert scene.newest()[0].state == "sending"
    letting_go = threading.Timer(1.0, scene.heal)
    letting_go.start()
    assert scene.end_worker(signal.SIGTERM) == 0
    letting_go.join()
    row, (attempt,) = scene.newest()
    assert row.state in ("broadcast", "mined", "final")
    assert attempt.sent_at is not None
    scene.check_finished()
