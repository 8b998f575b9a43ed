"""Who follows, blocks and mutes whom."""

from webapp.accounts.relations import models

__all__ = ["models"]
