"""Candidates of feeds in Redis, in parts. Never what is shown: that is read anew for everybody, every time.

A part is some hundred candidates from one place of a feed on. A page finds the part that holds it wherever it
is, and one that is not there is read and stored as the first is: so a page far down costs what the first one
costs. A feed is forgotten, with all its parts, after the commit that adds to it. Who reads at that moment must
not put back what was there before: a reader learns the feed's name of the moment before it reads, and stores only
while that still stands (a lease as memcached has it). What is lost with a killed worker is at most TTL old.

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
from webapp.feed.candidates import LATEST, Candidate, Window
from webapp.feed.scripts import LOAD, STORE
from webapp.pagination import EPOCH, Cursor

MOST_CACHED = 200
MOST_PARTS = 32
LEAST_TTL_MS, MOST_TTL_MS = 300_000, 600_000
WAIT_SECONDS = 0.1
LEFT_ALONE_SECONDS = 5.0
KEYS_TOGETHER = 500
# Clocks of several machines differ a little.
SKEW = timedelta(seconds=5)
_ROW, _PLACE = struct.Struct(">q16s16s"), struct.Struct(">q16s")
_END = bytes(_PLACE.size)
_MICROSECOND = timedelta(microseconds=1)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class CachedPart:
    """Candidates of a feed, newest first; complete: there are none below. ``marks`` are those of merged people."""

    cached_at: datetime
    complete: bool
    marks: Mapping[str, str | None]
    rows: bytes

    def part(self, window: Window) -> list[Candidate] | None:
        """Return a window's candidates, None where they are not all here."""
        first = 0 if window.before is None else self._first_below(_place(window.before))
        taken = self.rows[first * _ROW.size : (first + window.limit) * _ROW.size]
        found = [_candidate(row) for row in _ROW.iter_unpack(taken)]
        newer = [one for one in found if window.reaches(one)]
        if len(newer) < len(found):
            return newer
        return found if self.complete or len(found) == window.limit else None

    def _first_below(self, place: bytes) -> int:
        """Return the number of the first row below a place; its bytes order rows as their values do."""
        low, high = 0, len(self.rows) // _ROW.size
        while low < high:
            middle = (low + high) // 2
            at = middle * _ROW.size
            if self.rows[at : at + _PLACE.size] < place:
                high = middle
            else:
                low = middle + 1
        return low

    @property
    def end(self) -> bytes:
        """The place below which nothing is known."""
        if self.complete or not self.rows:
            return _END
        return self.rows[-_ROW.size :][: _PLACE.size]

    def to_bytes(self) -> bytes:
        """Return what is stored."""
        head = {"at": self.cached_at.isoformat(), "complete": self.complete, "marks": self.marks}
        return json.dumps(head).encode() + b"\n" + self.rows

    @classmethod
    def of_bytes(cls, stored: bytes) -> "CachedPart":
        """Read what was stored; raises ValueError and KeyError for anything else."""
        head, _, rows = stored.partition(b"\n")
        facts = json.loads(head)
        at = datetime.fromisoformat(facts["at"])
        whole = len(rows) // _ROW.size * _ROW.size
        return cls(at, facts["complete"], facts["marks"], rows[:whole])


@dataclass(frozen=True)
class Held:
    """What Redis holds of a feed at a place: the part, if it is still right, and the feed's name of the moment.

    None for the name where nothing can be stored.
    """

    name: bytes | None = None
    part: CachedPart | None = None


def pack(found: Sequence[Candidate]) -> bytes:
    """Return candidates as rows of a cached part."""
    return b"".join(
        _ROW.pack((one.created_at - EPOCH) // _MICROSECOND, one.post_id.bytes, one.actor_id.bytes)
        for one in found
    )


def _candidate(row: tuple[int, bytes, bytes]) -> Candidate:
    micros, post_id, actor_id = row
    return Candidate(
        EPOCH + timedelta(microseconds=micros), UUID(bytes=post_id), UUID(bytes=actor_id)
    )


def _place(cursor: Cursor) -> bytes:
    return _PLACE.pack((cursor.moment - EPOCH) // _MICROSECOND, cursor.id.bytes)


class FeedCache:
    """The cache of one process; every call works also while Redis is away, and then does nothing."""

    def __init__(self, redis_url: str) -> None:
        self._redis: Redis = Redis.from_url(
            redis_url, socket_connect_timeout=WAIT_SECONDS, socket_timeout=WAIT_SECONDS
        )
        self._load = self._redis.register_script(LOAD)
        self._store = self._redis.register_script(STORE)
        self._left_alone_until = 0.0

    def load(self, account_id: UUID, before: Cursor | None = None) -> Held:
        """Return what is held of a feed from a place on: one call, and one more where popular people are followed."""
        ttl = random.randint(LEAST_TTL_MS, MOST_TTL_MS)  # noqa: S311 - only spreads the reads
        values = (_place(before or LATEST), uuid4().bytes, ttl)
        name, stored = self._ask(lambda: self._load([_feed_key(account_id)], values), (None, None))
        if name is None or stored is None:
            return Held(name)
        try:
            found = CachedPart.of_bytes(stored)
        except (ValueError, KeyError, TypeError):  # of another release
            return Held(name)
        marks = self.marks([UUID(one) for one in found.marks]) if found.marks else {}
        if marks == found.marks:
            return Held(name, found)
        # Popular people did something that no part has.
        self.forget([account_id])
        return self.load(account_id, before)

    def store(self, account_id: UUID, name: bytes, before: Cursor | None, part: CachedPart) -> None:
        """Store a part that was read after the name was learned, unless the feed was forgotten meanwhile."""
        values = (name, _place(before or LATEST), part.end, part.to_bytes(), MOST_PARTS)
        self._ask(lambda: self._store([_feed_key(account_id)], values), None)

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


def new_part(
    complete: bool, marks: Mapping[str, str | None], found: Sequence[Candidate]
) -> CachedPart:
    """Return what is to be stored of a part that was just read; complete: nothing is below it."""
    return CachedPart(utc_now() - SKEW, complete, marks, pack(found[:MOST_CACHED]))


def _feed_key(account_id: UUID) -> str:
    return f"troth:feeds:{account_id}"


def _mark_key(account_id: UUID) -> str:
    return f"troth:feed:mark:{account_id}"
