"""Figures and how they are taken: floor and ours by turns in one run, so that both meet the same machine."""

import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

# One round of work. It is given the number of its round; round 0 warms up and is not counted.
Round = Callable[[int], object]


@dataclass(frozen=True)
class Spread:
    """Ratios of ours to the floor, pair by pair; ``lowest_median`` is the least that the pairs allow for the true one.

    That is the lower end of the median's 95 % interval by order statistics: below it lies noise of this machine.
    """

    median: float
    low: float
    high: float
    lowest_median: float | None = None


@dataclass(frozen=True)
class Comparison:
    """Median seconds of a round of each side, and the ratios of the pairs."""

    floor: float
    ours: float
    ratio: Spread


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, the floor beside it, and the most (or least) that it may be."""

    bench: str
    what: str
    measured: float
    unit: str
    floor: float | None = None
    ratio: Spread | None = None
    aim: float | None = None
    aim_of: Literal["ratio", "no dearer", "measured", "at least"] = "measured"

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None for a figure that is only for information."""
        if self.aim is None:
            return None
        if self.aim_of == "at least":
            return self.measured >= self.aim
        if self.aim_of == "measured":
            return self.measured <= self.aim
        if self.ratio is None:
            return False
        if self.aim_of == "no dearer" and self.ratio.lowest_median is not None:
            return self.ratio.lowest_median <= self.aim
        return self.ratio.median <= self.aim


def say(text: str) -> None:
    """Tell what is going on; figures go to standard output, progress does not."""
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()


def seconds(work: Round, number: int) -> float:
    """Return how long one round takes, with garbage of earlier rounds out of the way."""
    gc.collect()
    start = time.perf_counter()
    work(number)
    return time.perf_counter() - start


def compare(
    rounds: int, floor: Round, ours: Round, prepare: Round = lambda _number: None
) -> Comparison:
    """Run floor and ours by turns, after one warm-up of each; `prepare` goes first and is not measured."""
    pairs = []
    for number in range(rounds + 1):
        prepare(number)
        pairs.append((seconds(floor, number), seconds(ours, number)))
    del pairs[0]
    ratios = [mine / bare for bare, mine in pairs]
    return Comparison(
        floor=median(bare for bare, _ in pairs),
        ours=median(mine for _, mine in pairs),
        ratio=Spread(median(ratios), min(ratios), max(ratios), _lowest_median(ratios)),
    )


def _lowest_median(values: Sequence[float]) -> float:
    """Return the lower end of the 95 % interval of a median: the k-th value, k by the normal approximation."""
    count = len(values)
    place = max(0, int(count / 2 - 0.98 * count**0.5))
    return sorted(values)[place]


def compared(
    bench: str,
    what: str,
    taken: Comparison,
    *,
    unit: str = "ms",
    per_round: int = 1,
    aim: float | None = None,
    aim_of: Literal["ratio", "no dearer", "measured"] = "ratio",
) -> Figure:
    """Return the row of a comparison, in milliseconds of one operation."""
    scale = 1_000 / per_round
    measured, floor = taken.ours * scale, taken.floor * scale
    return Figure(bench, what, measured, unit, floor, taken.ratio, aim, aim_of)
