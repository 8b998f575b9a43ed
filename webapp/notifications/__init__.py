"""What people are told: that others reacted to them, and what became of what is theirs."""

from webapp.notifications import models, webhooks

__all__ = ["models", "webhooks"]
