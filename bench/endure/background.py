"""Work beside the main thread, whose failures are raised in the main thread."""

import threading
from abc import ABC, abstractmethod


class Background(ABC):
    """A thread that goes on until its work is done or it is told to stop."""

    def __init__(self, name: str) -> None:
        self.stopping = threading.Event()
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def work(self) -> None:
        """Do the work; look at `stopping` often."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def check(self) -> None:
        """Raise what the work failed with."""
        if self.failure is not None:
            raise self.failure

    @property
    def done(self) -> bool:
        """Whether the work has ended well; raises what it failed with."""
        self.check()
        return not self._thread.is_alive()

    def stop(self) -> None:
        """Have the work ended, and wait for that; raises nothing."""
        self.stopping.set()
        if self._thread.ident is not None:
            self._thread.join(30)

    def _run(self) -> None:
        try:
            self.work()
        except BaseException as failure:  # noqa: BLE001 - raised where it is looked at
            self.failure = failure
