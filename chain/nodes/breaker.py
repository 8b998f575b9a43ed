"""A circuit breaker for the reads of one node, which does not hold threads up.

pybreaker counts and decides. Its own `call` keeps a lock for as long as a request takes, and its clock is
the machine's; here requests run outside the lock, and time cannot be set back.
"""

import math
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pybreaker import STATE_CLOSED, CircuitBreaker, CircuitBreakerError
from pybreaker import CircuitMemoryStorage as MemoryStorage

from chain.nodes.health import BreakerState


class _Failed(Exception):  # noqa: N818 - only tells pybreaker that a read failed
    """A read failed."""


class _MonotonicStorage(MemoryStorage):
    """Keeps when the circuit was opened on the clock that nobody sets."""

    _opened: float | None = None

    @property
    def opened_at(self) -> datetime | None:
        """Return the moment by the present reading of the machine's clock."""
        if self._opened is None:
            return None
        return datetime.now(UTC) - timedelta(seconds=self.open_for())

    @opened_at.setter
    def opened_at(self, _: datetime) -> None:
        self._opened = time.monotonic()

    def open_for(self) -> float:
        """Return the seconds since the circuit was opened, without end if it never was."""
        return math.inf if self._opened is None else time.monotonic() - self._opened


class ReadBreaker:
    """Opens after `failures` failed reads in a row, lets one through after `retry` seconds; 0: never opens."""

    def __init__(self, failures: int, retry: float) -> None:
        self._failures = failures
        self._retry = retry
        self._lock = threading.Lock()
        self._storage = _MonotonicStorage(STATE_CLOSED)
        self._breaker = CircuitBreaker(
            fail_max=failures,
            reset_timeout=retry,
            state_storage=self._storage,
            throw_new_error_on_trip=False,
        )

    @property
    def state(self) -> BreakerState:
        """Return whether reads reach the node."""
        return BreakerState(self._breaker.current_state.replace("-", "_"))

    def admits(self) -> bool:
        """Tell whether a read may be made now; the one that tries an open circuit must be reported."""
        with self._lock:
            if self.state is BreakerState.OPEN and self._storage.open_for() >= self._retry:
                self._breaker.half_open()
                return True
            return self.state is BreakerState.CLOSED

    def succeeded(self) -> None:
        """Note that the node answered."""
        if self._breaker.fail_counter == 0 and self.state is BreakerState.CLOSED:
            return  # nothing to take back
        with self._lock, suppress(CircuitBreakerError):
            self._breaker.call(lambda: None)

    def failed(self) -> None:
        """Note that the node did not answer, or answered nonsense."""
        if self._failures:
            with self._lock, suppress(CircuitBreakerError, _Failed):
                self._breaker.call(_fail)

    def abandoned(self) -> None:
        """Note that a read ended without an outcome, so that a trial does not stay open for ever."""
        if self.state is BreakerState.HALF_OPEN:
            self.failed()


def _fail() -> None:
    raise _Failed
