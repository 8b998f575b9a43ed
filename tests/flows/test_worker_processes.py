"""Real Celery workers with a real broker: killed, stopped in a send, sent nonsense, doubled. Nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from celery import Celery
from flask import Flask
from kombu import Connection
from sqlalchemy import func, select

from chain.client import ChainClient
from chain.signer import LocalSigner
from tests.support.fakenode import ETHER, FakeNode
from tests.support.fakenode.served import ServedNode
from tests.support.instance import SECRETS, copied_sqlite, make_app
from tests.support.stack import ROOT, command_line, wait_until
from tests.support.wallet import Person
from webapp.commands.setup import deploy
from webapp.doorbell import QUEUE, queue_settings
from webapp.extensions import db
from webapp.log.models import Anchor, Batch, Entry
from webapp.outbox.models import Transaction
from webapp.supervisor.children import beat_child, worker_child
from webapp.supervisor.embedded_redis import embedded_redis

pytestmark = [pytest.mark.stack, pytest.mark.long(20)]
KILLS = 10
ANCHORER = LocalSigner(bytes.fromhex(SECRETS["anchorer_key"][2:])).address
DEPLOYER = LocalSigner(bytes.fromhex(SECRETS["deployer_key"][2:])).address


class Installation:
    """A database, a node over HTTP that mines at once, a broker, and as many workers as are started."""

    steady: subprocess.Popen[bytes] | None = (
        None  # the worker that several tests use, until ``ends``
    )

    def __init__(self, folder: Path, database_url: str, broker_url: str) -> None:
        self.folder, self.broker_url = folder, broker_url
        self.ends = ExitStack()
        self.node = FakeNode(balances={ANCHORER: ETHER, DEPLOYER: ETHER}, automine=True)
        self.served = ServedNode(self.node)
        settings = {"chain_url": self.served.url, "confirmations": "0", "sweep_interval": "0.2"}
        settings |= {"public_url": "http://localhost:8000", "seal_interval": "0.05"}
        # What a killed process had claimed is free again soon.
        settings |= {"claim_seconds": "2"}
        settings |= {"data_dir": str(folder), "database_url": database_url, **SECRETS}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
        given = settings | {"broker_url": broker_url, "redis_url": ""}
        self.env = clean | {f"TROTH_{name.upper()}": value for name, value in given.items()}
        # Nobody rings for what is posted here: as if every message were dropped without a word.
        self.app: Flask = make_app(
            folder,
            database_url,
            chain_url=self.served.url,
            confirmations=0,
            public_url="http://localhost:8000",
        )
        with self.app.app_context():
            deploy(self.app.config["TROTH"], ChainClient(self.served.url))
        self.person = Person(self.app.test_client()).sign_in()

    @contextmanager
    def running(self, argv: tuple[str, ...], log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Run a process of ours with its log in a file; kill it and its children at the end."""
        with log.open("ab") as file:
            process = subprocess.Popen(
                argv, env=self.env, cwd=ROOT, stdout=file, stderr=file, start_new_session=True
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            sys.stderr.write(log.read_text(errors="replace")[-2_000:])

    @contextmanager
    def worker(self, name: str = "worker") -> Iterator[subprocess.Popen[bytes]]:
        """Run a worker that is ready for messages."""
        log = self.folder / f"{name}.log"
        app = "tests.support.attentive_worker"
        argv = list(worker_child(self.folder, self.env, app).argv)
        argv[argv.index("--hostname") + 1] = f"{name}@%h"
        with self.running(tuple(argv), log) as process:
            wait_until(lambda: " ready." in log.read_text(errors="replace"), "the worker is ready")
            yield process

    def send(self, task: str, *arguments: object) -> None:
        """Ring a bell."""
        queue = Celery(broker=self.broker_url)
        queue.conf.update(queue_settings(self.broker_url))
        queue.send_task(task, args=arguments)

    def publish(self, count: int = 1) -> None:
        """Publish some posts."""
        for number in range(count):
            assert self.person.publish(self.person.post_record(f"{number}")).status_code == 201

    def await_all_final(self) -> None:
        """Wait until every entry is final, and check that nothing was done twice."""
        wait_until(self._is_final, "every entry is final")
        with self.app.app_context():
            roots = set(db.session.scalars(select(Batch.root)))
            owed = db.session.scalar(select(func.count()).select_from(Transaction))
        assert owed == len(roots)
        assert set(self.node.anchors(ANCHORER)) == roots
        assert all(len(by) == 1 for by in self.node.successes(ANCHORER).values())
        assert set(self.node.truth.sent(ANCHORER)) == set(range(len(roots)))

    def entries(self) -> int:
        """Return how many entries the log holds."""
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(Entry)) or 0

    def _is_final(self) -> bool:
        with self.app.app_context():
            final = select(Batch.id).join(Anchor, Anchor.root == Batch.root)
            final = final.where(Anchor.final_at.is_not(None))
            left = select(func.count()).select_from(Entry)
            left = left.where(Entry.batch_id.is_(None) | Entry.batch_id.not_in(final))
            return db.session.scalar(left) == 0

    def close(self) -> None:
        """Let go of everything."""
        self.ends.close()
        self.served.close()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def installed(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Give one for all, which holds what each of them published."""
    folder = tmp_path_factory.mktemp("installed")
    redis = embedded_redis(folder)
    with ExitStack() as ends, (folder / "redis.log").open("wb") as log:
        server = ends.enter_context(
            subprocess.Popen(redis.child.argv, cwd=redis.child.cwd, stdout=log, stderr=log)
        )
        ends.callback(server.terminate)
        assert redis.child.ready is not None
        wait_until(redis.child.ready, "Redis answers")
        url = copied_sqlite(sqlite_template, folder)
        made = Installation(folder, url, redis.broker_url)
        ends.callback(made.close)
        yield made


@pytest.fixture
def worker(installed: Installation) -> subprocess.Popen[bytes]:
    """Give a worker that is ready, and that the tests before may have used."""
    if installed.steady is None:
        installed.steady = installed.ends.enter_context(installed.worker())
    return installed.steady


@pytest.fixture
def nobody_works(installed: Installation) -> None:
    """Let no worker of other tests live."""
    installed.steady = None
    installed.ends.close()


@pytest.mark.usefixtures("worker")
def test_what_nobody_rang_for_is_anchored_all_the_same(installed: Installation) -> None:
    installed.publish(3)
    installed.await_all_final()


@pytest.mark.usefixtures("worker")
def test_a_poisoned_message_and_an_unknown_task_hold_nothing_up(installed: Installation) -> None:
    with Connection(installed.broker_url) as broker:
        queue = broker.SimpleQueue(QUEUE, serializer="json")
        queue.put("no task at all")
        queue.put({"task": "troth.seal", "id": "1", "args": "no list"})
        queue.close()
    installed.send("troth.nothing", 1)
    installed.send("troth.seal", "no number")
    installed.send("troth.seal", 999)
    installed.publish(2)
    installed.send("troth.seal", 1)
    installed.await_all_final()
    log = installed.folder / "worker.log"
    wait_until(lambda: "troth.nothing" in log.read_text(), "the unknown task is told of")


def test_a_child_killed_ten_times_costs_nothing(
    installed: Installation, worker: subprocess.Popen[bytes]
) -> None:
    before = installed.entries()
    for _ in range(KILLS):
        installed.publish()
        installed.send("troth.sweep")
        [child] = _children(worker.pid)
        os.kill(child, signal.SIGKILL)
        wait_until(lambda gone=child: gone not in _children(worker.pid), "it is gone")
        wait_until(lambda: len(_children(worker.pid)) == 1, "another child is there")
    installed.await_all_final()
    assert installed.entries() == before + KILLS


@pytest.mark.usefixtures("nobody_works")
def test_sigterm_in_a_send_loses_and_doubles_nothing(installed: Installation) -> None:
    installed.served.hold.set()
    with installed.worker("first") as process:
        installed.publish(2)
        assert installed.served.held.wait(60), "nothing was sent"
        os.kill(process.pid, signal.SIGTERM)
        time.sleep(0.5)  # it is told to stop while the send is on its way
        installed.served.release()
        assert process.wait(60) == 0
    with installed.worker("second"):
        installed.await_all_final()


@pytest.mark.usefixtures("nobody_works")
def test_two_workers_and_two_schedules_do_everything_once(installed: Installation) -> None:
    with ExitStack() as ends:
        for number in range(2):
            ends.enter_context(installed.worker(f"worker-{number}"))
            argv = [*beat_child(installed.folder, installed.env).argv]
            argv[-1] = str(installed.folder / f"schedule-{number}")
            log = installed.folder / f"beat-{number}.log"
            ends.enter_context(installed.running(tuple(argv), log))
        for _ in range(5):
            installed.publish(2)
            for _ in range(3):
                installed.send("troth.sweep")
        installed.await_all_final()


def _children(pid: int) -> set[int]:
    """Return the processes in the pool of a worker."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    numbers = {int(word) for file in found for word in file.read_text().split()}
    return {number for number in numbers if "celery" in command_line(number)}
