"""Why nothing is found in time."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class SearchTooSlowError(ProblemError):
    """A search that was ended because it took too long."""

    status = 503
    code = "search_too_slow"
    title = "The search took too long"
    seconds: int

    @property
    def detail(self) -> str:
        """Say what to do."""
        return (
            f"It was ended after {self.seconds} seconds; ask for rarer words, or for more of them."
        )

    @property
    def retry_after(self) -> int | None:
        """It may have been the load."""
        return 5
