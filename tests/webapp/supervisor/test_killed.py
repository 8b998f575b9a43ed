"""However the supervisor goes, no descendant of it stays."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from webapp.supervisor.guard import Guard

from .conftest import Supervised, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
Start = Callable[..., Supervised]


def start_forker(supervised: Start, tmp_path: Path, *how: str) -> Supervised:
    one = supervised("run_children.py", str(tmp_path / "data"), str(tmp_path / "flag"), *how)
    one.await_text("all up")
    # The master, its two workers, and the reaper.
    assert len(one.descendants()) == 4
    return one


@pytest.mark.parametrize("how", [[], ["deaf"]])
def test_sigkill_of_the_supervisor_leaves_no_descendant(
    supervised: Start, tmp_path: Path, how: list[str]
) -> None:
    one = start_forker(supervised, tmp_path, *how)
    one.process.kill()
    one.process.wait()
    wait_until(lambda: not one.left(), "all descendants gone")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_all_and_exits_with_zero(
    supervised: Start, tmp_path: Path, number: signal.Signals
) -> None:
    one = start_forker(supervised, tmp_path, "deaf")
    one.process.send_signal(number)
    assert one.process.wait(60) == 0
    assert not one.left()


def test_a_reaper_that_was_killed_is_replaced(supervised: Start, tmp_path: Path) -> None:
    one = start_forker(supervised, tmp_path, "deaf")
    (reaper,) = [
        pid
        for pid in one.descendants()
        if b"reaper.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    os.kill(reaper, signal.SIGKILL)
    wait_until(
        lambda: len(one.descendants() - {reaper}) == 4,
        "another reaper",
    )
    one.process.kill()
    one.process.wait()
    wait_until(lambda: not one.left(), "all descendants gone")


def test_a_reaper_that_replaces_another_knows_the_groups_before_it_is_told(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as sleeper:
        with (tmp_path / "lock").open("w") as lock:
            guard = Guard(lock.fileno(), tmp_path / "reaper.log", grace=1.0)
            guard.tell([sleeper.pid])
            os.kill(guard.pid, signal.SIGKILL)
            wait_until(lambda: guard._process.poll() is not None, "the reaper is gone")
            guard.ensure()
            # As if the supervisor were killed now: the new one has been told nothing.
            guard.close()
        assert sleeper.wait(10) != 0


def test_children_die_though_reaper_and_supervisor_are_killed_together(
    supervised: Start, tmp_path: Path
) -> None:
    one = start_forker(supervised, tmp_path)
    leaders = {pid for pid in one.descendants() if os.getpgid(pid) == pid}
    (reaper,) = [
        pid for pid in leaders if b"reaper.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    os.kill(one.process.pid, signal.SIGSTOP)
    os.kill(reaper, signal.SIGKILL)
    one.process.kill()
    one.process.wait()
    wait_until(lambda: not (leaders & one.left()), "the direct children gone")


def test_a_second_supervisor_is_refused_until_the_first_is_gone(
    supervised: Start, tmp_path: Path
) -> None:
    first = start_forker(supervised, tmp_path)
    second = supervised("run_children.py", str(tmp_path / "data"), str(tmp_path / "flag"))
    assert second.process.wait(60) == 1
    assert f"(process {first.process.pid}) already uses the data folder" in second.text()
    assert first.process.poll() is None
    first.process.terminate()
    first.process.wait(60)
    third = supervised("run_children.py", str(tmp_path / "data"), str(tmp_path / "flag"))
    third.await_text("all up")


def test_after_sigkill_the_next_start_waits_for_what_was_left(
    supervised: Start, tmp_path: Path
) -> None:
    first = start_forker(supervised, tmp_path, "deaf")
    first.process.kill()
    first.process.wait()
    second = supervised("run_children.py", str(tmp_path / "data"), str(tmp_path / "flag"))
    second.await_text("all up")
    assert not first.left()
