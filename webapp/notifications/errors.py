"""Refusals of notifications."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class PreferencesStaleError(ProblemError):
    """An If-Match that names an earlier state of the preferences."""

    status = 412
    code = "preferences_stale"
    title = "The preferences were changed meanwhile"
    current: str

    @property
    def detail(self) -> str:
        """Name the present state."""
        return (
            f"Another client changed the preferences; their ETag is now {self.current}. "
            "Read them again and repeat your change."
        )


@dataclass(eq=False)
class TooManyStreamsError(ProblemError):
    """One account with too many live streams; carries how many it may have."""

    status = 429
    code = "too_many_streams"
    title = "Too many live streams of one account"
    most: int

    @property
    def detail(self) -> str:
        """Say how many there may be."""
        return (
            f"An account may have {self.most} live streams at each server process, and those of other "
            "sessions are not ended for a new one. Close one, or share one among your windows."
        )

    @property
    def retry_after(self) -> int:
        """Try again after a while."""
        return 30


@dataclass(eq=False)
class StreamsFullError(ProblemError):
    """A process that holds as many live streams as it may; carries how many."""

    status = 503
    code = "streams_full"
    title = "No live stream is free"
    most: int

    @property
    def detail(self) -> str:
        """Say what works meanwhile."""
        return (
            f"All {self.most} live streams of this process are taken. Ask for /notifications/unread now "
            "and then, and try again later."
        )

    @property
    def retry_after(self) -> int:
        """Try again after a while."""
        return 30
