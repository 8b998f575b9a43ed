"""Claims, as the workers take them; the operator's commands take the same ones."""

from webapp.outbox.claims import LEASE_SECONDS, claimed

__all__ = ["LEASE_SECONDS", "claimed"]
