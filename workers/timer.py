"""The worker's own clocks: sweep and delivery go on with no broker, no schedule and no message at all.

They are threads of the worker's main process, started before the broker is ever asked; several, since people's
feeds must not wait for the chain, nor anybody's files for an IPFS node.
"""

import threading
from collections.abc import Callable
from typing import Any

import structlog
from celery import bootsteps
from flask import Flask

from workers.anchoring import sweep
from workers.chores import do_chores
from workers.content import work as tend_content
from workers.delivery import deliver
from workers.identities import tend_claims
from workers.media import work as tend_media

log = structlog.get_logger(__name__)


class SweepTimer(threading.Thread):
    """Works every ``seconds`` until stopped; an unexpected error is logged and the next turn comes."""

    def __init__(self, app: Flask, seconds: float, work: Callable[[], object]) -> None:
        super().__init__(name=work.__name__, daemon=True)
        self._app, self._seconds, self._work = app, seconds, work
        self._stopping = threading.Event()

    def run(self) -> None:
        """Work until stopped."""
        while not self._stopping.wait(self._seconds):
            try:
                with self._app.app_context():
                    self._work()
            except Exception as error:
                log.exception("timer.failed", work=self.name, kind=type(error).__name__)

    def stop(self) -> None:
        """Stop after the turn that runs, and wait for it."""
        self._stopping.set()
        self.join(timeout=10)


class SweepStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts the timers with the worker, after its pool has forked and before it needs a broker."""

    requires = {"celery.worker.components:Pool"}  # noqa: RUF012 - celery's own interface

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.timers: list[SweepTimer] = []

    def start(self, worker: Any) -> None:
        """Start each in a thread of its own: a long export must hold up no batch."""
        app: Flask = worker.app.flask_app
        seconds = app.config["TROTH"].sweep_interval
        self.timers = [
            SweepTimer(app, seconds, work)
            for work in (sweep, deliver, do_chores, tend_media, tend_content, tend_claims)
        ]
        for timer in self.timers:
            timer.start()

    def stop(self, worker: Any) -> None:
        """Stop both."""
        del worker
        for timer in self.timers:
            timer.stop()
