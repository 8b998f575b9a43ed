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
