"""How a signer's transactions are sent: fees, patience, finality."""

from dataclasses import dataclass

from webapp.config import Settings
from webapp.outbox.models import SignerRole

GWEI = 10**9
# How many may wait to be mined at once; their nonces are consecutive.
MAX_IN_FLIGHT = 16


@dataclass(frozen=True)
class SendingPolicy:
    """``fee_cap`` and ``tip_cap`` in wei per gas; a nonce's fate is final ``depth`` blocks below the head."""

    fee_cap: int
    stuck_seconds: float = 60.0
    depth: int = 0
    role: SignerRole = SignerRole.ANCHORER
    tip_cap: int = 5 * GWEI

    @classmethod
    def of(cls, settings: Settings, role: SignerRole = SignerRole.ANCHORER) -> "SendingPolicy":
        """Return the policy that the settings name."""
        cap = settings.fee_cap_gwei * GWEI
        tip_cap = settings.tip_cap_gwei * GWEI
        return cls(cap, settings.stuck_seconds, settings.depth, role, tip_cap)
