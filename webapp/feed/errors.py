"""What can go wrong with feeds."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class NotYourFeedError(ProblemError):
    """Somebody else's feed; carries the account it belongs to."""

    status = 403
    code = "not_your_feed"
    title = "This is somebody else's feed"
    account: str

    @property
    def detail(self) -> str:
        """Say which one may be read."""
        return (
            f"The feed of {self.account} is for that person only. Ask for /feed/ with the id of the "
            "account that you are signed in with."
        )
