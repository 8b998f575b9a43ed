"""Who vouches for whom: what is verified here, and what issuers say on the chain."""

from webapp.identities import models

__all__ = ["models"]
