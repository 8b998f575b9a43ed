"""A kill at a statement that writes or round a send, then sweeps: the same end.

Every so many steps, to be quick; TROTH_KILL_STRIDE=1 takes every one of them.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select

from chain.client import ChainClient
from tests.workers.sending.scene import Scene
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.models import Attempt, Transaction
from webapp.outbox.service import give_up

pytestmark = pytest.mark.anvil
WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


class Steps:
    """Counts what writes, commits or sends, and kills at the step of that number."""

    def __init__(self, kill_at: int) -> None:
        self.kill_at, self.count = kill_at, 0

    def step(self, *_: object) -> None:
        self.count += 1
        if self.count == self.kill_at:
            raise Killed

    def statement(self, _: Any, __: Any, text: str, *___: object) -> None:
        if text.lstrip().startswith(WRITES):
            self.step()

    @contextmanager
    def watched(self, client: ChainClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        real = client.send_raw

        def send(raw: bytes) -> bytes:
            db.session.rollback()
            assert db.session.scalar(select(Attempt.id).filter_by(raw=raw)), "sent, but not saved"
            db.session.rollback()
            self.step()
            answer = real(raw)
            self.step()
            return answer

        with monkeypatch.context() as patched:
            patched.setattr(client, "send_raw", send)
            event.listen(db.engine, "before_cursor_execute", self.statement)
            event.listen(db.engine, "commit", self.step)
            try:
                yield
            finally:
                event.remove(db.engine, "before_cursor_execute", self.statement)
                event.remove(db.engine, "commit", self.step)
                db.session.remove()


def plain(scene: Scene) -> None:
    scene.run()
    scene.mine()
    scene.run()


def bump(scene: Scene) -> None:
    scene.run()
    scene.run(stuck_seconds=0)
    scene.mine()
    scene.run()


def given_up(scene: Scene) -> None:
    scene.run()
    with writing() as session:
        if session.get_one(Transaction, scene.ids[0]).nonce is not None:
            give_up(session, scene.ids[0])
    scene.run()
    scene.mine(2)
    scene.run(2)


@pytest.mark.parametrize("course", [plain, bump, given_up])
def test_a_kill_at_a_step_and_sweeps_reach_the_same_end(
    make_scene: Callable[[], Scene],
    monkeypatch: pytest.MonkeyPatch,
    course: Callable[[Scene], None],
    database_url: str,
) -> None:
    stride = int(os.environ.get("TROTH_KILL_STRIDE", "7" if "sqlite" in database_url else "13"))
    kill_at, reached = 1 + len(course.__name__) % stride, True
    while reached:
        scene = make_scene()
        scene.owe(0, 1)
        steps = Steps(kill_at)
        reached = False
        with steps.watched(scene.client, monkeypatch):
            try:
                course(scene)
            except Killed:
                reached = True
        scene.settle(6)
        assert scene.states() == ["mined", "mined"], f"killed at step {kill_at}"
        assert scene.anchored() == [0, 1]
        kill_at += stride
    assert kill_at > 10
