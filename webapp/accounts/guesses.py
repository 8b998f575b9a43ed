"""Wrong passwords, counted so that no more are tried than are allowed, however many come at once.

A try takes its place before the password is looked at, and gives it back unless it was wrong: counted
afterwards, as many as there are threads would be let through together.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from flask import current_app, g

from webapp.accounts.counters import Addition, Count, Counters
from webapp.accounts.errors import IdempotencyKeyReusedError, SlowDownError
from webapp.accounts.limits import amounts
from webapp.errors import ProblemError, ServiceUnavailableError

_TOLD = "troth_guesses"


@dataclass(frozen=True)
class Bound:
    """Who is counted together, and how often they may be wrong, as settings say it ("10/hour")."""

    who: str
    limits: str


@dataclass(frozen=True)
class Place:
    """A try's place in one window of a bound."""

    key: str
    amount: int
    seconds: int
    count: Count
    ends: float
    """The moment of this process's clock at which the window does, in seconds."""

    @property
    def wait(self) -> int:
        """Whole seconds until the window begins again, at least one."""
        return max(1, min(self.seconds, int(self.count.left) + 1))


@contextmanager
def one_guess(bounds: Sequence[Bound], wrong: type[ProblemError]) -> Iterator[None]:
    """Let a password be tried within all bounds; only one that raises ``wrong`` is counted.

    So is another body under a key that was used: its refusal says that the password in it is another one.

    Raises SlowDownError, and ServiceUnavailableError while the counters' store does not answer.
    """
    taken: list[Place] = []
    try:
        for bound in bounds:
            for amount, seconds in amounts(bound.limits):
                taken.append(_take(bound, amount, seconds))
                _check(taken[-1])
        yield
    except (wrong, IdempotencyKeyReusedError):
        _tell([_left(place, place.count.value) for place in taken])
        raise
    except BaseException:
        _give_back(taken)
        raise
    else:
        _give_back(taken)


def guesses_left() -> list[tuple[int, int, int, int]]:
    """Return this request's bounds: amount and seconds of each window, what is left, and for how long."""
    found: list[tuple[int, int, int, int]] = g.get(_TOLD, [])
    return found


def _take(bound: Bound, amount: int, seconds: int) -> Place:
    key = f"guess:{seconds}:{bound.who}"
    counts = _counters().add([Addition(key, 1, seconds)])
    if counts is None:  # guessing must not become free when Redis fails
        raise ServiceUnavailableError("The store of sign-in limits")
    return Place(key, amount, seconds, counts[0], time.monotonic() + counts[0].left)


def _check(place: Place) -> None:
    if place.count.value > place.amount:
        raise SlowDownError("wrong passwords", place.amount, place.seconds, place.wait)


def _give_back(taken: Sequence[Place]) -> None:
    _tell([_left(place, place.count.value - 1) for place in taken])
    # Of a window that is over nothing is left to give back to: the next one would begin below zero.
    lasting = [place for place in taken if place.ends > time.monotonic()]
    if lasting:
        _counters().add([Addition(place.key, -1, place.seconds) for place in lasting])


def _tell(left: list[tuple[int, int, int, int]]) -> None:
    setattr(g, _TOLD, left)


def _left(place: Place, used: int) -> tuple[int, int, int, int]:
    return place.amount, place.seconds, max(0, place.amount - used), place.wait


def _counters() -> Counters:
    counters: Counters = current_app.extensions["troth_counters"]
    return counters
