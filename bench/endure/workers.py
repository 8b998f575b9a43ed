"""Workers that are killed in turn and started again, and what became of each life."""

import signal
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.endure.plan import Plan
from bench.endure.stage import Stage
from tests.support.crew import Life

SIGNALS = (signal.SIGKILL, signal.SIGTERM)
MEASURE_SECONDS = 1.0


@dataclass
class Workers:
    """Two or more workers of which one at a time is killed; call `step` again and again."""

    stage: Stage
    plan: Plan
    names: tuple[str, ...] = ("worker-1", "worker-2")
    kills: Counter[str] = field(default_factory=Counter)
    ended: list[Life] = field(default_factory=list)
    living: dict[str, Life] = field(default_factory=dict)
    spared: Life | None = None

    def __post_init__(self) -> None:
        self._random = self.plan.random("kills")
        self._measured = 0.0
        self._turn = 0
        self._next_kill = 0.0
        self._patience: dict[str, float] = {}

    def start(self) -> None:
        """Start all, and wait until they are ready."""
        for name in self.names:
            self._start(name)
        if self.plan.spared:
            self.spared = self.stage.crew.start(self.stage.worker("worker-spared"))
        while not all(life.is_ready() for life in self.all_living):
            self.plan.check_time("the workers are ready")
            time.sleep(0.1)
        self._plan_kill()

    @property
    def all_living(self) -> list[Life]:
        """Those that run now."""
        return [*self.living.values(), *([self.spared] if self.spared else [])]

    def step(self, *, kill: bool = True) -> None:
        """Measure, bury who has ended, start others in their place, kill one if it is time."""
        if time.monotonic() - self._measured > MEASURE_SECONDS:
            self._measured = time.monotonic()
            self.stage.crew.measure()
        for name, life in list(self.living.items()):
            if life.ended_by is not None and life.process.poll() is not None:
                self._bury(life)
                self._start(name)
            elif life.ended_by is not None and time.monotonic() > self._patience[name]:
                life.wait(0)
                self.kills["that had to be killed after SIGTERM"] += 1
            else:
                life.is_ready()
        if self.spared is not None:
            self.spared.is_ready()
        if kill and time.monotonic() > self._next_kill:
            self._kill()

    def stop(self) -> None:
        """Ask all to end, and wait for them."""
        self.stage.crew.measure()
        for life in self.all_living:
            if life.ended_by is None:
                # Before it is ready it knows no end in good order.
                life.signal(signal.SIGTERM if life.is_ready() else signal.SIGKILL)
        for life in self.all_living:
            self._bury(life)
        self.living.clear()
        self.spared = None

    def _kill(self) -> None:
        """Kill the next one that is ready, in turn; with each round the signals change places."""
        ready = [
            name
            for name, life in self.living.items()
            if life.ended_by is None and life.ready_at is not None
        ]
        if not ready:
            return
        name = ready[self._turn % len(ready)]
        number = SIGNALS[self._turn % len(SIGNALS)]
        self._turn += 1
        life = self.living[name]
        self.stage.crew.measure()
        life.signal(number)
        self._patience[name] = time.monotonic() + life.child.grace
        self.kills[number.name] += 1
        self._plan_kill()

    def _plan_kill(self) -> None:
        pause = self.plan.kill_seconds
        self._next_kill = time.monotonic() + self._random.uniform(pause, 2 * pause)

    def _start(self, name: str) -> None:
        self.living[name] = self.stage.crew.start(self.stage.worker(name))

    def _bury(self, life: Life) -> None:
        life.wait()
        self.stage.crew.buried(life)
        self.ended.append(life)
