"""The worker's own clock: the sweep goes on with no broker, no schedule and no message at all.

It is a thread of the worker's main process, started before the broker is ever asked.
"""

import threading
from collections.abc import Callable
from typing import Any

import structlog
from celery import bootsteps
from flask import Flask

from workers import media
from workers.anchoring import sweep

log = structlog.get_logger(__name__)


class SweepTimer(threading.Thread):
    """Does its work every ``seconds`` until stopped; an unexpected error is logged and the next time comes.

    The work is the sweep, unless another is given with its name.
    """

    def __init__(
        self,
        app: Flask,
        seconds: float,
        name: str = "sweep",
        work: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._app, self._seconds, self._work = app, seconds, work or sweep
        self._stopping = threading.Event()

    def run(self) -> None:
        """Sweep until stopped."""
        while not self._stopping.wait(self._seconds):
            try:
                with self._app.app_context():
                    self._work()
            except Exception as error:
                log.exception("sweep.failed", timer=self.name, kind=type(error).__name__)

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
        # Media beside the sweep: a large image must not hold up the chain.
        self.timers = [SweepTimer(app, seconds), SweepTimer(app, seconds, "media", media.work)]
        for timer in self.timers:
            timer.start()

    def stop(self, worker: Any) -> None:
        """Stop sweeping."""
        del worker
        for timer in self.timers:
            timer.stop()
