"""Why two people cannot be brought into a relation."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class NotOneselfError(ProblemError):
    """Following, blocking or muting oneself."""

    status = 422
    code = "not_oneself"
    title = "That cannot be done to oneself"
    deed: str

    @property
    def detail(self) -> str:
        """Say what was tried."""
        return f"Nobody can {self.deed} themselves; name somebody else."


@dataclass(eq=False)
class YouBlockError(ProblemError):
    """Following somebody whom one blocks."""

    status = 409
    code = "you_block_them"
    title = "You block this person"
    who: str

    @property
    def detail(self) -> str:
        """Say what to do first."""
        return f"You block {self.who}; end the block first, then follow them."
