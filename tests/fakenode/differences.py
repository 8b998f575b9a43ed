"""Where go-ethereum and anvil differ on purpose, so that both sorts of the fake node have reason to be.

The fake node with ANVIL rules must do what anvil does. With GETH rules, its default, it does what the rooms
that send must be able to live with on a public chain.
"""

from dataclasses import dataclass

from tests.support.fakenode import Rules


@dataclass(frozen=True)
class Difference:
    """One behaviour of each, and why the fake node knows both."""

    rule: str
    geth: str
    anvil: str
    reason: str


DIFFERENCES = (
    Difference(
        "replacement_percent",
        "max fee and tip must both rise by a tenth",
        "any higher max fee is enough",
        "bumps that pass here only by anvil's laxity would hang on a public chain",
    ),
    Difference(
        "refuses_below_base_fee",
        "a max fee below the base fee waits in the pool",
        "it is refused, and thrown out of the pool when the base fee rises",
        "one must be bumped, the other sent again",
    ),
    Difference(
        "notices_known_last",
        "bytes that wait are already known, whatever has changed meanwhile",
        "they may be refused for a risen base fee or missing funds although they wait",
        "a refusal is then no proof that the pool does not hold them",
    ),
    Difference(
        "counts_waiting_cost",
        "the balance must cover all that waits, and what it does not cover is refused",
        "each transaction is looked at alone; mining throws out what cannot be paid",
        "out of funds shows itself at another point",
    ),
    Difference(
        "drops_later_nonces",
        "later nonces wait for the one that was dropped",
        "they vanish with it",
        "a gap heals by sending one, or all of them",
    ),
    Difference(
        "keeps_lost_blocks",
        "a block that a reorg replaced, and its events, are still served by hash",
        "its hash is unknown",
        "an indexer that asks late may be given events that are not canonical",
    ),
    Difference(
        "refuses_below_calldata_gas",
        "a gas limit that the calldata alone uses up is refused",
        "only one below 21,000 is; the rest is taken and never mined",
        "nothing here sends so little; the check stands for completeness",
    ),
    Difference(
        "estimates_need_funds",
        "estimating fails when the sender cannot pay the value",
        "it does not look at the balance",
        "a bank that is empty is noticed before anything is sent, or only then",
    ),
)
# Not rules, but known. Of anvil: its pool and its base fee take no notice of a reorg; it neither drops nor
# replaces what waits behind a gap (it keeps both); it orders a block by max fee and arrival, the fake node, as
# geth, by tip. Of geth: its estimates are up to 1.5 % above the least gas, the others' are exact. Of the fake
# node: `pending` state is that of the newest block, but for nonces; funds that a test gives outlast reorgs; it
# executes AnchorLog, the deployer's creation of it and transfers, no other code.


def differing(first: Rules, second: Rules) -> set[str]:
    """Return in which rules two sorts of nodes differ, beside their words."""
    return {
        name
        for name in first.__dataclass_fields__
        if name not in ("name", "words") and getattr(first, name) != getattr(second, name)
    }
