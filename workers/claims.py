"""Claims, as the workers take them; the operator's commands take the same ones."""

from webapp.outbox.claims import claimed

__all__ = ["claimed"]
