"""What the people whom one follows post and pass on, newest first."""

from webapp.feed import models

__all__ = ["models"]
