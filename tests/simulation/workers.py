"""Worker processes of a simulation: an application each, with nodes that can be told to interrupt it."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from web3.types import RPCEndpoint

from chain.client import ChainClient
from chain.errors import ChainError
from chain.nodes.policy import NodePolicy
from tests.simulation.clock import Clock
from tests.simulation.kills import Fuse, Killed
from tests.simulation.people import DEPTH
from tests.support.fakenode import FakeNode, FakeNodeProvider, Faults, failures
from tests.support.fakenode.faults import SEND
from tests.support.instance import make_app
from webapp.extensions import db
from webapp.log.service import forget_log

FEE_CAP_GWEI = 500
SEAL_SIZE = 8


class Line(FakeNodeProvider):
    """What is between a worker and a node: it can fail, be interrupted, and see the worker die."""

    def __init__(self, node: FakeNode, faults: Faults, fuse: Fuse) -> None:
        super().__init__(node, faults)
        self.fuse = fuse
        self.cut = False
        self.before: Callable[[], None] = lambda: None

    def make_request(self, method: RPCEndpoint, params: Any) -> Any:
        """Answer one request; a send is a point to die at, before and after it."""
        if self.fuse.burnt:
            raise Killed(self.fuse.where)
        self.before()
        if self.cut:
            raise failures.refused()
        if method != SEND:
            return super().make_request(method, params)
        self.fuse.point("before the send")
        try:
            return super().make_request(method, params)
        finally:
            self.fuse.point("after the send")


@cache
def _application(name: str, folder: Path, database_url: str) -> tuple[Flask, Fuse]:
    """Make a worker's application, once for each place: the libraries never let one go again."""
    del name
    app = make_app(
        folder,
        database_url,
        chain_url="http://fake",
        confirmations=DEPTH,
        fee_cap_gwei=FEE_CAP_GWEI,
        stuck_seconds=60,
        seal_size=SEAL_SIZE,
        public_url="http://localhost:8000",
    )
    fuse = Fuse()
    with app.app_context():
        fuse.watch(db.engine)
    return app, fuse


class Worker:
    """A process: `do` runs a job in it and says what came of it."""

    def __init__(
        self,
        name: str,
        folder: Path,
        database_url: str,
        clock: Clock,
        nodes: list[FakeNode],
        faults: Faults,
        patience: float,
    ) -> None:
        self.name, self.clock, self.patience = name, clock, patience
        self.skew = timedelta()
        self.app, self.fuse = _application(name, folder, database_url)
        self.lines = [Line(node, faults, self.fuse) for node in nodes]
        self.start()

    def start(self) -> None:
        """Begin as a new process: no memory of nodes, no open connection."""
        policy = NodePolicy(failures=0, patience=self.patience, refresh=1e9)
        names = ",".join(f"fake-{index}" for index in range(len(self.lines)))
        several = self.lines if len(self.lines) > 1 else self.lines[0]
        self.client = ChainClient(names, provider=several, policy=policy)
        self.app.extensions["troth_chain"] = self.client
        with self.app.app_context():
            forget_log(db.session())

    def do(self, job: Callable[[], object]) -> str:
        """Run a job; return ok, the chain's error, or where it was killed. Raises what should not happen."""
        with self.app.app_context(), self.clock.seen_by(self.skew):
            try:
                job()
            except Killed as killed:
                return f"killed at {killed}"
            except ChainError as error:
                return type(error).__name__
            finally:
                db.session.remove()
                if self.fuse.burnt:
                    db.engine.dispose()
                    self.start()
                if self.fuse.burnt or not self.fuse.lasting:
                    self.fuse.set(None)
        return "ok"

    def close(self) -> None:
        """Let go of the database."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
