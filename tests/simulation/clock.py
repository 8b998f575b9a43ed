"""The clock of a simulation: every moment that the application takes is taken from here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from unittest.mock import patch

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Clock:
    """Stands in for ``datetime`` in webapp.columns; `skew` is how wrong the clock of who acts now is."""

    def __init__(self) -> None:
        self.time = BEGIN
        self.skew = timedelta()

    def now(self, zone: tzinfo) -> datetime:
        """Return the moment as the one who acts sees it; no two looks show the same."""
        self.time += _TICK
        return (self.time + self.skew).astimezone(zone)

    def pass_by(self, seconds: float) -> None:
        """Let time pass for everybody."""
        self.time += timedelta(seconds=seconds)

    @contextmanager
    def seen_by(self, skew: timedelta) -> Iterator[None]:
        """Let somebody act whose clock is wrong by `skew`."""
        before, self.skew = self.skew, skew
        try:
            yield
        finally:
            self.skew = before

    @contextmanager
    def used(self) -> Iterator[None]:
        """Let the application read this clock."""
        with patch("webapp.columns.datetime", self):
            yield
