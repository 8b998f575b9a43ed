"""Wake-ups: tell the processes that hold live streams whose owners have something new to read.

Sent after the commit, off the request path, and never retried: a wake-up carries ids only, and who misses
one finds the rows at the next look. Redis may be away; then streams look by themselves (see live/hub.py).
"""

import hashlib
import os
import queue
import threading
from collections.abc import Iterable
from uuid import UUID

import structlog
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError

MAX_WAITING = 1_000
MOST_IDS = 500  # in one message
REDIS_SECONDS = 1.0
log = structlog.get_logger(__name__)


def channel_of(secret: str) -> str:
    """Return the name of an instance's channel: several instances may share one Redis."""
    return f"troth:{hashlib.sha256(b'wake-ups' + secret.encode()).hexdigest()[:16]}:wake"


def wake_all(accounts: Iterable[UUID]) -> None:
    """Hand people over to this process's waker; returns at once."""
    people = sorted(accounts)
    waker = current_app.extensions.get("troth_waker") if people else None
    if waker is not None:
        for start in range(0, len(people), MOST_IDS):
            waker.hand_over(people[start : start + MOST_IDS])


class Waker:
    """One thread per process that publishes ids."""

    def __init__(self, redis_url: str, channel: str) -> None:
        self._redis_url, self._channel = redis_url, channel
        self._waiting: queue.Queue[list[UUID]] = queue.Queue(MAX_WAITING)
        self._lock = threading.Lock()
        self._process: int | None = None

    def hand_over(self, people: list[UUID]) -> None:
        """Queue a message; drop it if too many wait already."""
        self._start()
        try:
            self._waiting.put_nowait(people)
        except queue.Full:
            log.warning("wakeup.dropped", people=len(people))

    def _start(self) -> None:
        # Threads do not survive a fork: each process starts its own.
        with self._lock:
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._run, name="waker", daemon=True).start()

    def _run(self) -> None:
        client = Redis.from_url(
            self._redis_url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS
        )
        while True:
            people = self._waiting.get()
            try:
                client.publish(self._channel, " ".join(one.hex for one in people))
            except RedisError as problem:
                log.info("wakeup.unheard", problem=str(problem))
