"""Webhooks: what one is told, sent to an app of one's own."""

from webapp.notifications.webhooks import models

__all__ = ["models"]
