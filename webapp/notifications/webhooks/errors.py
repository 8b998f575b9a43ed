"""Refusals of webhooks."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class WebhookNotFoundError(ProblemError):
    """A webhook that is not there for this account; carries its id."""

    status = 404
    code = "webhook_not_found"
    title = "There is no such webhook"
    webhook_id: str

    @property
    def detail(self) -> str:
        """Name it."""
        return f"You have no webhook {self.webhook_id}; GET /webhooks lists those you have."


@dataclass(eq=False)
class TooManyWebhooksError(ProblemError):
    """One webhook more than an account, or an app for one, may have; carries how many it may."""

    status = 409
    code = "too_many_webhooks"
    title = "Too many webhooks of one account"
    most: int

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"There may be {self.most} webhooks of this account or app; delete one first."
