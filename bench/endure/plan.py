"""What an endurance run is asked for."""

import random
import time
from dataclasses import dataclass, field

DEPTH = 6
GWEI = 10**9
FEE_CAP = 100 * GWEI


class EndureError(Exception):
    """The run could not be brought to its end; says why."""


class OverdueError(EndureError):
    """Something took longer than the whole run may; carries what, and the limit in seconds."""

    def __init__(self, what: str, limit: float) -> None:
        self.what, self.limit = what, limit
        super().__init__(f"not within the limit of {limit:g} s (LIMIT): {what}")


@dataclass
class Plan:
    """Posts to publish, `rate` of them a second, and how hard the world is meanwhile; times in seconds.

    A worker is killed after `kill_seconds` at least and twice as long at most; `calm` is a factor of the pauses
    between other troubles. `spared` adds a worker that is never killed, so that its memory can be watched. With `until_well` the run waits for the instance to say that it
    is well, which it does some seconds after all is final.
    """

    posts: int = 10_000
    rate: float = 60.0
    seed: int = 1
    block_seconds: float = 1.0
    kill_seconds: float = 4.0
    calm: float = 1.0
    spared: bool = False
    until_well: bool = True
    limit: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        # Twice the time that publishing takes, and some minutes for what waits for finality.
        self.limit = self.limit or 300 + 2 * self.posts / self.rate

    def random(self, what: str) -> random.Random:
        """Return the source of chance of one part of the run, the same for the same seed."""
        return random.Random(f"{self.seed}:{what}")

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.monotonic() - self.began

    def check_time(self, what: str) -> None:
        """Raise OverdueError when the limit is reached."""
        if self.seconds > self.limit:
            raise OverdueError(what, self.limit)
