"""The worker's own clock sweeps without a broker and survives a bug in a sweep."""

import threading

import pytest
from flask import Flask

from workers import timer
from workers.timer import SweepTimer


def test_the_timer_goes_on_after_an_error(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    swept, twice = [], threading.Event()

    def sweep() -> None:
        swept.append(1)
        if len(swept) == 1:
            raise RuntimeError("a bug")
        twice.set()

    monkeypatch.setattr(timer, "sweep", sweep)
    clock = SweepTimer(app, 0.01)
    clock.start()
    assert twice.wait(30)
    clock.stop()
    assert not clock.is_alive()
