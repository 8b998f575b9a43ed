import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from webapp.supervisor import Child, DataLock, RestartPolicy, RunPlan, Supervisor
from webapp.supervisor.errors import ChildFailedError
from webapp.supervisor.probes import log_says

SLEEP = "import time; print('here', flush=True); time.sleep(600)"


def python(tmp_path: Path, name: str, code: str, **more: object) -> Child:
    log = tmp_path / "logs" / f"{name}.log"
    return Child(name, (sys.executable, "-c", code), log, **more)  # type: ignore[arg-type]


def sleeper(tmp_path: Path, name: str) -> Child:
    log = tmp_path / "logs" / f"{name}.log"
    return python(tmp_path, name, SLEEP, ready=log_says(log, "here"))


class Session:
    """Runs a plan in this process; `stop_when` looks at each line said and may ask to stop."""

    def __init__(self, tmp_path: Path, children: list[Child], policy: RestartPolicy | None) -> None:
        self.lines: list[str] = []
        restart = policy or RestartPolicy(first_delay=0.01, longest_delay=0.05)
        self.plan = RunPlan(tmp_path, tuple(children), lambda: "all up", restart)
        self.stop_at: Callable[[str], bool] = lambda line: line == "all up"

    def say(self, line: str) -> None:
        self.lines.append(" ".join(line.split()))
        if self.stop_at(self.lines[-1]):
            os.kill(os.getpid(), signal.SIGTERM)

    def run(self) -> int:
        with DataLock.hold(self.plan.data_dir) as lock:
            return Supervisor(self.plan, lock, self.say).run()

    def said(self, what: str) -> list[str]:
        return [line.split()[0] for line in self.lines if what in line]


def test_children_start_in_order_and_stop_in_reverse(tmp_path: Path) -> None:
    session = Session(tmp_path, [sleeper(tmp_path, name) for name in "abc"], None)
    assert session.run() == 0
    assert session.said(" starting") == ["a", "b", "c"]
    assert session.said(" ready in") == ["a", "b", "c"]
    assert session.said(" stopped") == ["c", "b", "a"]
    assert session.lines[:3] == ["a starting", session.lines[1], "b starting"]


def test_a_later_child_waits_until_the_earlier_is_ready(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    late = f"import time, pathlib; time.sleep(0.3); pathlib.Path({str(flag)!r}).touch(); {SLEEP}"
    second = f"import pathlib, sys; sys.exit(not pathlib.Path({str(flag)!r}).exists())"
    children = [
        python(tmp_path, "first", late, ready=flag.exists),
        python(tmp_path, "second", second, once=True),
    ]
    session = Session(tmp_path, children, None)
    assert session.run() == 0
    assert session.said(" done in") == ["second"]


def test_a_step_that_fails_stops_what_was_started_and_shows_its_last_words(tmp_path: Path) -> None:
    step = python(tmp_path, "step", "print('no such table'); raise SystemExit(3)", once=True)
    session = Session(tmp_path, [sleeper(tmp_path, "first"), step, sleeper(tmp_path, "last")], None)
    with pytest.raises(ChildFailedError) as caught:
        session.run()
    assert "step ended before it was ready (exit code 3)" in str(caught.value)
    assert "no such table" in caught.value.last_lines
    assert session.said(" stopped") == ["first"]
    assert not session.said("last")


def test_a_child_that_dies_at_its_start_is_not_waited_for(tmp_path: Path) -> None:
    child = python(tmp_path, "web", "raise SystemExit('no module')", ready=lambda: False)
    with pytest.raises(ChildFailedError, match=r"web ended before it was ready \(exit code 1\)"):
        Session(tmp_path, [child], None).run()


def test_a_child_that_is_never_ready_fails_the_start(tmp_path: Path) -> None:
    child = python(tmp_path, "web", SLEEP, ready=lambda: False, ready_timeout=0.2)
    session = Session(tmp_path, [child], None)
    with pytest.raises(ChildFailedError, match="web was not ready after"):
        session.run()
    assert session.said(" stopped") == ["web"]


def test_a_child_whose_readiness_is_not_required_delays_the_start_only(tmp_path: Path) -> None:
    child = python(
        tmp_path, "w", SLEEP, ready=lambda: False, ready_timeout=0.2, ready_required=False
    )
    session = Session(tmp_path, [child], None)
    assert session.run() == 0
    assert session.said(" not ready after") == ["w"]


def test_a_child_that_is_hindered_is_not_waited_for(tmp_path: Path) -> None:
    child = python(
        tmp_path, "w", SLEEP, ready=lambda: False, hindered=lambda: True, ready_required=False
    )
    session = Session(tmp_path, [child], None)
    assert session.run() == 0
    assert session.said(" not ready after 0 s; going on") == ["w"]


def test_a_program_that_does_not_exist_is_a_clear_sentence(tmp_path: Path) -> None:
    child = Child("web", (str(tmp_path / "nothing"),), tmp_path / "logs" / "web.log")
    with pytest.raises(ChildFailedError, match="web could not be started"):
        Session(tmp_path, [child], None).run()


def test_a_crashed_child_is_started_again(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    code = (
        f"import pathlib, time; flag = pathlib.Path({str(flag)!r}); first = not flag.exists(); "
        "flag.touch(); time.sleep(0.2 if first else 600)"
    )
    session = Session(tmp_path, [python(tmp_path, "web", code, ready=flag.exists)], None)
    session.stop_at = lambda line: "started again" in line
    assert session.run() == 0
    assert session.said(" ended (exit code 0); starting it again") == ["web"]


def test_a_child_that_keeps_crashing_stops_everything(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    code = (
        f"import pathlib, sys, time; pathlib.Path({str(flag)!r}).touch(); time.sleep(0.1); "
        "sys.exit('broken')"
    )
    children = [sleeper(tmp_path, "first"), python(tmp_path, "web", code, ready=flag.exists)]
    policy = RestartPolicy(first_delay=0.01, longest_delay=0.02, limit=3)
    session = Session(tmp_path, children, policy)
    session.stop_at = lambda _line: False
    with pytest.raises(ChildFailedError) as caught:
        session.run()
    assert "web ended 3 times in a row soon after its start (last: exit code 1)" in str(
        caught.value
    )
    assert "broken" in caught.value.last_lines
    assert session.said(" started again") == ["web", "web"]
    assert session.said(" stopped") == ["first"]


def test_a_child_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    code = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
    log = tmp_path / "logs" / "deaf.log"
    child = python(tmp_path, "deaf", code, ready=log_says(log, "here"), grace=0.3)
    session = Session(tmp_path, [child], None)
    assert session.run() == 0
    assert session.said(" killed") == ["deaf"]


def test_a_second_request_kills_at_once(tmp_path: Path) -> None:
    code = (
        "import os, signal, time\n"
        "def again(*_):\n"
        "    time.sleep(1.2)\n"
        "    os.kill(os.getppid(), signal.SIGINT)\n"
        "signal.signal(signal.SIGTERM, again)\n"
        "print('here', flush=True)\n"
        "while True: time.sleep(60)\n"
    )
    log = tmp_path / "logs" / "deaf.log"
    child = python(tmp_path, "deaf", code, ready=log_says(log, "here"), grace=250.0)
    session = Session(tmp_path, [child], None)
    assert session.run() == 0
    assert session.said(" killed") == ["deaf"]


def test_the_child_sees_its_environment_and_folder(tmp_path: Path) -> None:
    code = "import os, pathlib; pathlib.Path('seen').write_text(os.environ['TROTH_X'])"
    child = python(tmp_path, "step", code, env={"TROTH_X": "42"}, cwd=tmp_path, once=True)
    assert Session(tmp_path, [child], None).run() == 0
    assert (tmp_path / "seen").read_text() == "42"


def test_the_callers_signal_handlers_come_back(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    Session(tmp_path, [sleeper(tmp_path, "a")], None).run()
    after = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    assert before == after


def test_the_wait_before_a_restart_doubles_up_to_a_limit() -> None:
    policy = RestartPolicy(first_delay=1.0, longest_delay=5.0)
    assert [policy.delay(count) for count in (1, 2, 3, 4, 50)] == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_a_stop_while_starting_does_not_wait_for_readiness(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "slow.log"

    def ready() -> bool:
        if "here" in log.read_text():
            os.kill(os.getpid(), signal.SIGINT)
        return False

    child = python(tmp_path, "slow", SLEEP, ready=ready, ready_timeout=250.0)
    assert Session(tmp_path, [child], None).run() == 0
