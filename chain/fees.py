"""What is offered for a transaction (EIP-1559), as pure functions; wei per gas throughout.

Nodes replace a pending transaction only by one that beats both of its fees, geth and anvil by a tenth,
others by an eighth. So a bump raises both by an eighth or more, and never above the cap.

What a node suggests as priority fee is believed up to a cap of its own. A bump raises that fee by no more
than the eighth it needs, and never above ten times its cap: then there is no better offer.
"""

from dataclasses import dataclass

from chain.wire import Fees


@dataclass(frozen=True)
class Offer:
    """The two fees of a transaction; the priority fee is part of the highest fee."""

    max_fee: int
    priority: int

    def pays(self, base: int) -> bool:
        """Tell whether a block with this base fee can hold the transaction."""
        return self.max_fee >= base


MOST_TIPS = 10


def first_offer(market: Fees, cap: int, tip_cap: int) -> Offer | None:
    """Return what to offer at first, None while the base fee alone is above the cap."""
    if market.base > cap:
        return None
    max_fee = min(market.max_fee, cap)
    return Offer(max_fee, min(market.priority, tip_cap, max_fee))


def raised_offer(before: Offer, market: Fees, cap: int, tip_cap: int) -> Offer | None:
    """Return an offer that replaces `before`, None where the caps do not allow one."""
    least = Offer(_raised(before.max_fee), _raised(before.priority))
    if max(least.max_fee, market.base) > cap or least.priority > MOST_TIPS * tip_cap:
        return None
    max_fee = min(max(least.max_fee, market.max_fee), cap)
    return Offer(max_fee, min(max(least.priority, min(market.priority, tip_cap)), max_fee))


def _raised(fee: int) -> int:
    """Return the least fee that is an eighth above, rounded up, and more than before even from zero."""
    return max(-(-fee * 9 // 8), fee + 1)
