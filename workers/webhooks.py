"""Webhooks' own clock: a thread of the worker, so that slow peers hold up neither sealing nor delivery."""

import threading
from typing import Any

import structlog
from celery import bootsteps
from flask import Flask

from webapp.extensions import db
from webapp.notifications.webhooks.sending import hand_over, send_due
from workers.claims import claimed

# Longer than a round takes: one answer's time, and the rest is quick.
LEASE_SECONDS = 60.0
MOST_ROUNDS = 20
log = structlog.get_logger(__name__)


def send_webhooks() -> int:
    """Hand over what came and send what is due, one worker at a time; return how many were tried."""
    tried = 0
    with claimed("webhooks", LEASE_SECONDS) as mine:
        if mine:
            hand_over()
            tried = send_due()
    return tried


class WebhookTimer(threading.Thread):
    """Sends every ``seconds`` until stopped, at once again while there is something to send."""

    def __init__(self, app: Flask, seconds: float) -> None:
        super().__init__(name="webhooks", daemon=True)
        self._app, self._seconds = app, seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        """Send until stopped."""
        while not self._stopping.wait(self._seconds):
            try:
                with self._app.app_context():
                    for _ in range(MOST_ROUNDS):
                        if self._stopping.is_set() or not send_webhooks():
                            break
                    db.session.remove()
            except Exception as error:
                log.exception("webhooks.failed", kind=type(error).__name__)

    def stop(self) -> None:
        """Stop after the round that runs; what it has sent and not noted is sent again."""
        self._stopping.set()
        self.join(timeout=5)


class WebhookStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts the timer with the worker, after its pool has forked."""

    requires = {"celery.worker.components:Pool"}  # noqa: RUF012 - celery's own interface

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.timer: WebhookTimer | None = None

    def start(self, worker: Any) -> None:
        """Start sending."""
        app: Flask = worker.app.flask_app
        self.timer = WebhookTimer(app, app.config["TROTH"].sweep_interval)
        self.timer.start()

    def stop(self, worker: Any) -> None:
        """Stop sending."""
        del worker
        if self.timer is not None:
            self.timer.stop()
