"""Sending: what is owed is signed, saved, and only then sent; see docs/decisions/sending.md."""

from workers.sending.machine import Sending
from workers.sending.policy import GWEI, MAX_IN_FLIGHT, SendingPolicy
from workers.sending.states import REASONS

__all__ = ["GWEI", "MAX_IN_FLIGHT", "REASONS", "Sending", "SendingPolicy"]
