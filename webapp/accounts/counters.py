"""Counters that begin again after a while: in this process, or in Redis in one round trip.

A Redis that fails is left alone for some seconds: requests must not wait for it one after another.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import structlog
from redis import Redis
from redis.exceptions import RedisError

TIMEOUT_SECONDS = 0.5
LEFT_ALONE_SECONDS = 5.0
FEWEST_KEPT = 10_000
# Adds to each counter and returns, for each, its value and the milliseconds that it has left.
SCRIPT = """
local found = {}
for i, key in ipairs(KEYS) do
    local value = redis.call('INCRBY', key, ARGV[2 * i - 1])
    local left = redis.call('PTTL', key)
    if left < 0 then
        redis.call('PEXPIRE', key, ARGV[2 * i])
        left = tonumber(ARGV[2 * i])
    end
    found[2 * i - 1] = value
    found[2 * i] = left
end
return found
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Addition:
    """What to add to which counter, which begins again ``seconds`` after its first addition."""

    key: str
    amount: int
    seconds: int


@dataclass(frozen=True)
class Count:
    """A counter's value, and the seconds after which it begins again."""

    value: int
    left: float


class Counters(Protocol):
    """Where counters, and notes beside them, are kept."""

    def note(self, key: str, seconds: int) -> None:
        """Note something for so many seconds; lost where their store does not answer."""

    def noted(self, key: str) -> bool:
        """Tell whether something is noted; false while the store does not answer."""

    def add(self, additions: Sequence[Addition]) -> list[Count] | None:
        """Add to counters; None while their store does not answer."""


class ProcessCounters:
    """Counters of this process alone."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._tidy_at = FEWEST_KEPT

    def note(self, key: str, seconds: int) -> None:
        """Note something for so many seconds."""
        with self._lock:
            self._found[key] = (1, time.monotonic() + seconds)

    def noted(self, key: str) -> bool:
        """Tell whether something is noted."""
        with self._lock:
            return self._found.get(key, (0, 0.0))[1] > time.monotonic()

    def add(self, additions: Sequence[Addition]) -> list[Count]:
        """Add to counters."""
        now = time.monotonic()
        with self._lock:
            counts = [self._add_one(one, now) for one in additions]
            if len(self._found) > self._tidy_at:
                self._found = {key: one for key, one in self._found.items() if one[1] > now}
                self._tidy_at = max(FEWEST_KEPT, 2 * len(self._found))
        return counts

    def _add_one(self, one: Addition, now: float) -> Count:
        value, ends = self._found.get(one.key, (0, 0.0))
        if ends <= now:
            value, ends = 0, now + one.seconds
        self._found[one.key] = (value + one.amount, ends)
        return Count(value + one.amount, ends - now)


class RedisCounters:
    """Counters that all processes share."""

    def __init__(self, url: str) -> None:
        timeouts = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
        self._redis: Redis = Redis.from_url(url, **timeouts)
        self._script = self._redis.register_script(SCRIPT)
        self._left_alone_until = 0.0

    def add(self, additions: Sequence[Addition]) -> list[Count] | None:
        """Add to counters; None while Redis does not answer."""
        keys = [f"troth:limit:{one.key}" for one in additions]
        values = [number for one in additions for number in (one.amount, one.seconds * 1_000)]
        found = cast("list[int] | None", self._ask(lambda: self._script(keys, values)))
        if found is None:
            return None
        pairs = zip(found[::2], found[1::2], strict=True)
        return [Count(int(value), int(left) / 1_000) for value, left in pairs]

    def note(self, key: str, seconds: int) -> None:
        """Note something for so many seconds; nothing while Redis does not answer."""
        self._ask(lambda: self._redis.set(f"troth:limit:{key}", 1, ex=seconds))

    def noted(self, key: str) -> bool:
        """Tell whether something is noted; false while Redis does not answer."""
        return bool(self._ask(lambda: self._redis.exists(f"troth:limit:{key}")))

    def _ask(self, call: Callable[[], Any]) -> Any:
        if time.monotonic() < self._left_alone_until:
            return None
        try:
            return call()
        except RedisError as error:
            self._left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
            log.warning("limits.store_down", kind=type(error).__name__)
            return None


def make_counters(redis_url: str) -> Counters:
    """Return the counters of an application."""
    return RedisCounters(redis_url) if redis_url else ProcessCounters()
