"""Doorbells: tell the workers, after a commit and off the request path, that rows are waiting.

A lost bell loses nothing: the workers' own sweep finds the rows. So bells are rung from a thread
of their own, never retried, and dropped when too many wait; a broker that is down must not hold a
request (a direct send held one for six seconds).
"""

import os
import queue
import threading
from collections.abc import Iterable
from typing import Any

import structlog
from celery import Celery
from flask import current_app

QUEUE = "troth"
# Longer than the longest task: Redis hands out a message again after this.
VISIBILITY_SECONDS = 3_600
MAX_WAITING = 1_000
COALESCE_SECONDS = 0.05

Bell = tuple[str, int]
log = structlog.get_logger(__name__)


def is_rabbitmq(broker_url: str) -> bool:
    """Tell whether a broker speaks AMQP."""
    return broker_url.startswith(("amqp", "pyamqp"))


def queue_settings(broker_url: str) -> dict[str, Any]:
    """Return the Celery settings of our queue: who rings and who hears must declare it alike."""
    if is_rabbitmq(broker_url):
        # Quorum queues survive a broker's restart, and count deliveries of a poisoned message.
        kind, transport = "quorum", {"confirm_publish": 1}
    else:
        kind, transport = "classic", {"visibility_timeout": VISIBILITY_SECONDS}
    return {
        "task_default_queue": QUEUE,
        "task_default_queue_type": kind,
        "broker_transport_options": transport,
    }


def ring_all(bells: Iterable[Bell]) -> None:
    """Hand bells to this process's ringer; returns at once."""
    ringer = current_app.extensions.get("troth_ringer")
    if ringer is not None:
        for bell in bells:
            ringer.hand_over(bell)


class Ringer:
    """One thread per process that sends task names to the broker."""

    def __init__(self, broker_url: str) -> None:
        self._broker_url = broker_url
        self._bells: queue.Queue[Bell] = queue.Queue(MAX_WAITING)
        self._lock = threading.Lock()
        self._process: int | None = None

    def hand_over(self, bell: Bell) -> None:
        """Queue a bell; drop it if too many wait already."""
        self._start()
        try:
            self._bells.put_nowait(bell)
        except queue.Full:
            log.warning("doorbell.dropped", task=bell[0])

    def _start(self) -> None:
        # Threads do not survive a fork: each process starts its own.
        with self._lock:
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._run, name="doorbell", daemon=True).start()

    def _run(self) -> None:
        sender = Celery(broker=self._broker_url, set_as_current=False)
        sender.conf.update(queue_settings(self._broker_url))
        sender.conf.broker_transport_options |= {"socket_connect_timeout": 1, "socket_timeout": 1}
        while True:
            for task, row_id in self._next_bells():
                try:
                    sender.send_task(task, args=[row_id], retry=False, ignore_result=True)
                except Exception as problem:  # noqa: BLE001 - each broker raises its own; the ringer must outlive all
                    log.info("doorbell.unheard", task=task, problem=str(problem))

    def _next_bells(self) -> set[Bell]:
        """Wait for a bell, then a moment more: many posts at once need one bell only."""
        bells = {self._bells.get()}
        threading.Event().wait(COALESCE_SECONDS)
        while True:
            try:
                bells.add(self._bells.get_nowait())
            except queue.Empty:
                return bells
