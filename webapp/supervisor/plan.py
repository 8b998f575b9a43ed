"""What the supervisor is told to run: plain values, made by the caller from its settings."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Child:
    """One process to start, in a session of its own.

    `env` is laid over the supervisor's environment. `ready` is asked until it answers True, for
    at most `ready_timeout` seconds; when `ready_required` is False the start goes on without it,
    and at once when `hindered` answers True: it waits for something that nobody starts here.
    `once` means a step that must end with exit code 0 before the next child is started.
    `grace` is how many seconds it may take to stop before it is killed. `scratch` is a folder
    outside the data folder that is removed, if empty, once the child has been stopped.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    ready: Callable[[], bool] | None = None
    ready_timeout: float = 60.0
    ready_required: bool = True
    hindered: Callable[[], bool] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    once: bool = False
    scratch: Path | None = None


@dataclass(frozen=True)
class RestartPolicy:
    """How a child that ended by itself is started again; all times in seconds.

    The first wait is `first_delay`, doubled each time up to `longest_delay`. A child that lived
    longer than `settled` counts as healthy again; `limit` ends in a row before that stop all.
    """

    first_delay: float = 1.0
    longest_delay: float = 30.0
    settled: float = 10.0
    limit: int = 5

    def delay(self, failures: int) -> float:
        """Return the seconds to wait after this many (1 or more) failures in a row."""
        return min(self.longest_delay, self.first_delay * 2.0 ** (failures - 1))


@dataclass(frozen=True)
class RunPlan:
    """The children in the order in which they start, and the text to print when all are up."""

    data_dir: Path
    children: tuple[Child, ...]
    banner: Callable[[], str]
    restart: RestartPolicy = field(default_factory=RestartPolicy)

    @property
    def logs(self) -> Path:
        """The folder of the log files."""
        return self.data_dir / "logs"
