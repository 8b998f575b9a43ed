"""What the chain is paid for a batch and for a check; exact, and the same on every machine."""

from bench.measure import Figure, say
from chain.gas import CHECK_10000, STEADY
from chain.gas import measure as measure_gas


def run() -> list[Figure]:
    """Deploy, anchor and check on a chain in memory."""
    say("gas: anchoring two batches on a chain in memory")
    gas = measure_gas()
    return [
        Figure("gas", figure.name, gas[figure.name], "gas", aim=figure.aim)
        for figure in (STEADY, CHECK_10000)
    ]
