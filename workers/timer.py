"""The worker's own clock: the sweep goes on with no broker, no schedule and no message at all.

It is a thread of the worker's main process, started before the broker is ever asked.
"""

import threading
from collections.abc import Callable
from typing import Any

import structlog
from celery import bootsteps
from flask import Flask

from workers.anchoring import sweep
from workers.chores import do_chores

log = structlog.get_logger(__name__)


class SweepTimer(threading.Thread):
    """Sweeps, or does other work, every ``seconds`` until stopped; an unexpected error is logged and the next sweep comes."""

    def __init__(self, app: Flask, seconds: float, work: Callable[[], None] | None = None) -> None:
        super().__init__(name="sweep" if work is None else work.__name__, daemon=True)
        self._work = work
        self._app, self._seconds = app, seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        """Sweep until stopped."""
        while not self._stopping.wait(self._seconds):
            try:
                with self._app.app_context():
                    (self._work or sweep)()
            except Exception as error:
                log.exception("sweep.failed", kind=type(error).__name__)

    def stop(self) -> None:
        """Stop after the sweep that runs, and wait for it."""
        self._stopping.set()
        self.join(timeout=10)


class SweepStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts the timer with the worker, after its pool has forked and before it needs a broker."""

    requires = {"celery.worker.components:Pool"}  # noqa: RUF012 - celery's own interface

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.timers: list[SweepTimer] = []

    def start(self, worker: Any) -> None:
        """Start sweeping."""
        app: Flask = worker.app.flask_app
        seconds = app.config["TROTH"].sweep_interval
        # A thread of their own: a long export must hold up no batch.
        self.timers = [SweepTimer(app, seconds), SweepTimer(app, seconds, do_chores)]
        for timer in self.timers:
            timer.start()

    def stop(self, worker: Any) -> None:
        """Stop sweeping."""
        del worker
        for timer in self.timers:
            timer.stop()
