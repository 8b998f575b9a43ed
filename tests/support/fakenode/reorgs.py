"""Where the transactions of blocks that are replaced go."""

import random
from collections.abc import Mapping, Sequence
from typing import Literal

from tests.support.fakenode.blocks import Block
from tests.support.fakenode.transactions import Transaction

Mode = Literal["drop", "requeue", "keep", "move"]


def slots(
    gone: Sequence[Block],
    mode: Mode | Mapping[bytes, int],
    count: int,
    chance: random.Random,
) -> list[list[Transaction]]:
    """Say which transactions each of `count` new blocks is to hold."""
    plan: list[list[Transaction]] = [[] for _ in range(count)]
    if mode in ("drop", "requeue"):
        return plan
    if isinstance(mode, Mapping):
        for block in gone:
            for transaction in block.transactions:
                if transaction.hash in mode:
                    plan[mode[transaction.hash]].append(transaction)
        return plan
    lowest = 0
    for offset, block in enumerate(gone):
        for transaction in block.transactions:
            # Never before an earlier one, so that nonces stay in order.
            lowest = offset if mode == "keep" else _another(lowest, count, offset, chance)
            plan[lowest].append(transaction)
    return plan


def _another(lowest: int, count: int, offset: int, chance: random.Random) -> int:
    """Choose a block from `lowest` on, another one than `offset` where there is one."""
    free = [one for one in range(lowest, count) if one != offset]
    return chance.choice(free) if free else lowest
