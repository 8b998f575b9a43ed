"""The worker's own clock sweeps without a broker and survives a bug in a sweep."""

import threading

from flask import Flask

from workers.timer import SweepTimer


def test_the_timer_goes_on_after_an_error(app: Flask) -> None:
    swept, twice = [], threading.Event()

    def sweep() -> None:
        swept.append(1)
        if len(swept) == 1:
            raise RuntimeError("a bug")
        twice.set()

    clock = SweepTimer(app, 0.01, sweep)
    clock.start()
    assert twice.wait(30)
    clock.stop()
    assert not clock.is_alive()
