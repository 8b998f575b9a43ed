"""A test that failed is tried once more, unless it is about races or too many were, and says so."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.second_try import deserves_one

ROOT = Path(__file__).resolve().parents[1]
ONCE = """
from pathlib import Path
def test_{name}():
    tried = Path({folder!r}, "{name}")
    tries = int(tried.read_text()) if tried.exists() else 0
    tried.write_text(str(tries + 1))
    assert tries >= {failures}, "it went wrong"
"""


def run(folder: Path, *failing: tuple[str, int]) -> str:
    """Run tests that fail so many times each, under the settings and the plugin of this suite; return what it said."""
    tests = folder / "test_it.py"
    code = [ONCE.format(name=name, failures=times, folder=str(folder)) for name, times in failing]
    tests.write_text("".join(code))
    words = ["-p", "tests.support.second_try", "-p", "no:cacheprovider", "-n0", "--rootdir", folder]
    argv = [sys.executable, "-m", "pytest", "-c", ROOT / "setup.cfg", *words, tests]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def test_what_fails_once_passes_and_is_told_of(tmp_path: Path) -> None:
    said = run(tmp_path, ("slow", 1))
    assert "1 passed, 1 rerun" in said
    assert "RERUN" in said
    assert "it went wrong" in said


def test_what_fails_twice_has_failed(tmp_path: Path) -> None:
    assert "1 failed, 1 rerun" in run(tmp_path, ("broken", 2))


def test_a_test_of_races_has_one_try(tmp_path: Path) -> None:
    assert "1 failed in" in run(tmp_path, ("two_at_once", 1))


def test_a_run_has_three_second_tries(tmp_path: Path) -> None:
    said = run(tmp_path, *((name, 1) for name in ("a", "b", "c", "d")))
    assert "1 failed, 3 passed, 3 rerun" in said


@pytest.mark.parametrize(
    ("nodeid", "has"),
    [
        ("tests/workers/test_sealing_races.py::test_one", False),
        ("tests/simulation/test_schedules.py::test_one[1]", False),
        ("tests/a/test_b.py::test_two_threads_write", False),
        ("tests/a/test_b.py::test_c[two threads]", True),
        ("tests/browser/test_browser.py::test_in_the_browser[pending]", True),
    ],
)
def test_who_has_one(nodeid: str, has: bool) -> None:
    assert deserves_one(nodeid) is has
