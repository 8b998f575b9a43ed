"""What one anchoring may cost its author at most; a node's suggestions are never taken above it."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import click

from chain.fees import Offer
from webapp.commands.self_anchor.errors import SelfAnchorError

GWEI, ETHER = 10**9, 10**18
# The first anchor of a namespace takes about 70,000 gas, later ones less.
GAS_CEILING = 120_000


class Amount(click.ParamType[Decimal]):
    """A positive decimal number, exact to the last digit."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Read the number; misuse ends the command with what is wrong."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal(0)
        if not amount.is_finite() or amount <= 0:
            self.fail(f"{value!r} is not a number above zero.", param, ctx)
        return amount


@dataclass(frozen=True)
class Limits:
    """The highest fees in wei per gas, and the highest cost of the transaction in wei."""

    max_fee: int
    max_tip: int
    max_cost: int

    @classmethod
    def of(cls, max_fee_gwei: Decimal, max_tip_gwei: Decimal, max_cost_ether: Decimal) -> "Limits":
        """Make limits from the units that people use."""
        cost = int(max_cost_ether * ETHER)
        return cls(int(max_fee_gwei * GWEI), int(max_tip_gwei * GWEI), cost)

    def check(self, gas: int, offer: Offer) -> int:
        """Return the highest cost of a transaction in wei; raises SelfAnchorError above a limit."""
        cost = gas * offer.max_fee
        problems = [
            (gas > GAS_CEILING, f"{gas} gas, more than the {GAS_CEILING} that an anchor may take"),
            (offer.max_fee > self.max_fee, f"{_gwei(offer.max_fee)} a gas (--max-fee-gwei)"),
            (offer.priority > self.max_tip, f"a tip of {_gwei(offer.priority)} (--max-tip-gwei)"),
            (cost > self.max_cost, f"up to {ether(cost)} ether (--max-cost)"),
        ]
        for above, what in problems:
            if above:
                raise SelfAnchorError(f"The transaction would take {what}: above the limit.")
        return cost


def ether(wei: int) -> str:
    """Spell an amount in ether."""
    return f"{Decimal(wei) / ETHER:f}"


def _gwei(wei: int) -> str:
    return f"{Decimal(wei) / GWEI:f} gwei"
