"""The newest candidates of feeds in Redis. Never what is shown: that is read anew for everybody, every time.

A feed is forgotten after the commit that adds to it. Who reads at that moment must not put back what was
there before: a reader first leaves a lease, and stores only while that is still there (a lease as memcached
has it). What is lost with a killed worker is at most TTL old.

With Redis away the database answers; the first call waits a tenth of a second, then Redis is left alone.
"""

import json
import random
import struct
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import structlog
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError

from webapp.columns import utc_now
from webapp.feed.candidates import Candidate, Window
from webapp.pagination import EPOCH

MOST_CACHED = 200
LEAST_TTL_MS, MOST_TTL_MS = 300_000, 600_000
LEASE_MS = 10_000
WAIT_SECONDS = 0.1
LEFT_ALONE_SECONDS = 5.0
KEYS_TOGETHER = 500
# Clocks of several machines differ a little.
SKEW = timedelta(seconds=5)
_LEASE = b"lease:"
_ROW = struct.Struct(">q16s16s")
_STORE = (
    "if redis.call('GET', KEYS[1]) == ARGV[1] then "
    "redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0"
)
_MICROSECOND = timedelta(microseconds=1)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class CachedFeed:
    """The newest candidates of a feed; complete: there are no others. ``marks`` are those of merged people."""

    cached_at: datetime
    complete: bool
    marks: Mapping[str, str | None]
    rows: bytes

    def part(self, window: Window) -> list[Candidate] | None:
        """Return a window's candidates, None where they are not all here."""
        if window.before is None and window.after is None:
            found = [_candidate(row) for row in self._rows(window.limit)]
        else:
            every = [_candidate(row) for row in self._rows(MOST_CACHED)]
            found = [one for one in every if window.holds(one)][: window.limit]
            if window.after is not None and every and not window.reaches(every[-1]):
                return found
        return found if self.complete or len(found) == window.limit else None

    def _rows(self, most: int) -> Iterable[tuple[int, bytes, bytes]]:
        return _ROW.iter_unpack(self.rows[: most * _ROW.size])

    def to_bytes(self) -> bytes:
        """Return what is stored."""
        head = {"at": self.cached_at.isoformat(), "complete": self.complete, "marks": self.marks}
        return json.dumps(head).encode() + b"\n" + self.rows

    @classmethod
    def of_bytes(cls, stored: bytes) -> "CachedFeed":
        """Read what was stored; raises ValueError and KeyError for anything else."""
        head, _, rows = stored.partition(b"\n")
        facts = json.loads(head)
        at = datetime.fromisoformat(facts["at"])
        return cls(
            at, facts["complete"], facts["marks"], rows[: len(rows) // _ROW.size * _ROW.size]
        )


def pack(found: Sequence[Candidate]) -> bytes:
    """Return candidates as rows of a cached feed."""
    return b"".join(
        _ROW.pack((one.created_at - EPOCH) // _MICROSECOND, one.post_id.bytes, one.actor_id.bytes)
        for one in found
    )


def _candidate(row: tuple[int, bytes, bytes]) -> Candidate:
    micros, post_id, actor_id = row
    return Candidate(
        EPOCH + timedelta(microseconds=micros), UUID(bytes=post_id), UUID(bytes=actor_id)
    )


class FeedCache:
    """The cache of one process; every call works also while Redis is away, and then does nothing."""

    def __init__(self, redis_url: str) -> None:
        self._redis: Redis = Redis.from_url(
            redis_url, socket_connect_timeout=WAIT_SECONDS, socket_timeout=WAIT_SECONDS
        )
        self._left_alone_until = 0.0

    def load(self, account_id: UUID) -> CachedFeed | None:
        """Return a cached feed that is still right, None where there is none."""
        stored = self._ask(lambda: self._redis.get(_feed_key(account_id)), None)
        if stored is None or stored.startswith(_LEASE):
            return None
        try:
            found = CachedFeed.of_bytes(stored)
        except (ValueError, KeyError, TypeError):  # of another release
            return None
        marks = self.marks([UUID(one) for one in found.marks]) if found.marks else {}
        return found if marks == found.marks else None

    def lease(self, account_id: UUID) -> bytes | None:
        """Announce that a feed is about to be stored; None where somebody else is at it."""
        lease = _LEASE + uuid4().bytes
        taken = self._ask(
            lambda: self._redis.set(_feed_key(account_id), lease, nx=True, px=LEASE_MS), None
        )
        return lease if taken else None

    def store(self, account_id: UUID, lease: bytes, feed: CachedFeed) -> None:
        """Store a feed that was read after the lease was taken, unless it was forgotten meanwhile."""
        ttl = random.randint(LEAST_TTL_MS, MOST_TTL_MS)  # noqa: S311 - only spreads the reads
        values = (_feed_key(account_id), lease, feed.to_bytes(), ttl)
        self._ask(lambda: self._redis.eval(_STORE, 1, *values), None)

    def forget(self, accounts: Iterable[UUID]) -> None:
        """Forget feeds, after the commit that changed them."""
        keys = [_feed_key(one) for one in accounts]
        for start in range(0, len(keys), KEYS_TOGETHER):
            some = keys[start : start + KEYS_TOGETHER]
            self._ask(partial(self._redis.delete, *some), None)

    def marks(self, people: Sequence[UUID]) -> dict[str, str | None]:
        """Return what tells, of people whose posts are not written into feeds, whether they posted again."""
        keys = [_mark_key(one) for one in people]
        found = self._ask(lambda: self._redis.mget(keys), None) if keys else []
        values = [None] * len(keys) if found is None else found
        return {
            str(one): None if value is None else value.decode()
            for one, value in zip(people, values, strict=True)
        }

    def mark(self, person: UUID) -> None:
        """Note that somebody whose posts are not written into feeds did something."""
        value = uuid4().hex
        self._ask(lambda: self._redis.set(_mark_key(person), value, px=2 * MOST_TTL_MS), None)

    def _ask(self, call: Callable[[], Any], otherwise: Any) -> Any:
        if time.monotonic() < self._left_alone_until:
            return otherwise
        try:
            return call()
        except RedisError as error:
            self._left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
            log.warning("feed.cache_away", problem=str(error))
            return otherwise


def feed_cache() -> FeedCache | None:
    """Return the application's cache of feeds, None where no Redis is set."""
    url = current_app.config["TROTH"].redis_url
    if not url:
        return None
    found: FeedCache | None = current_app.extensions.get("troth_feed_cache")
    if found is None:
        found = current_app.extensions["troth_feed_cache"] = FeedCache(url)
    return found


def forget_feeds(accounts: Iterable[UUID]) -> None:
    """Forget what is cached of feeds, after the commit that changed them."""
    cache = feed_cache()
    if cache is not None:
        cache.forget(accounts)


def new_entry(
    complete: bool, marks: Mapping[str, str | None], found: Sequence[Candidate]
) -> CachedFeed:
    """Return what is to be stored of a feed that was just read."""
    return CachedFeed(utc_now() - SKEW, complete, marks, pack(found[:MOST_CACHED]))


def _feed_key(account_id: UUID) -> str:
    return f"troth:feed:{account_id}"


def _mark_key(account_id: UUID) -> str:
    return f"troth:feed:mark:{account_id}"
