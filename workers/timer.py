"""The worker's own clock: the sweep goes on with no broker, no schedule and no message at all.

It is a thread of the worker's main process, started before the broker is ever asked.
"""

import threading
from typing import Any

import structlog
from celery import bootsteps
from flask import Flask

from workers.anchoring import sweep

log = structlog.get_logger(__name__)


class SweepTimer(threading.Thread):
    """Sweeps every ``seconds`` until stopped; an unexpected error is logged and the next sweep comes."""

    def __init__(self, app: Flask, seconds: float) -> None:
        super().__init__(name="sweep", daemon=True)
        self._app, self._seconds = app, seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        """Sweep until stopped."""
        while not self._stopping.wait(self._seconds):
            try:
                with self._app.app_context():
                    sweep()
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
        self.timer: SweepTimer | None = None

    def start(self, worker: Any) -> None:
        """Start sweeping."""
        app: Flask = worker.app.flask_app
        self.timer = SweepTimer(app, app.config["TROTH"].sweep_interval)
        self.timer.start()

    def stop(self, worker: Any) -> None:
        """Stop sweeping."""
        del worker
        if self.timer is not None:
            self.timer.stop()
