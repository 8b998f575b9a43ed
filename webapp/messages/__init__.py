"""Private messages: between two people and in groups, encrypted at rest, never near the chain."""

from webapp.messages import models

__all__ = ["models"]
