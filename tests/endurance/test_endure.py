"""The endurance run, small: everything that the large one does, in some seconds."""

from pathlib import Path

import pytest

from bench.endure.plan import OverdueError, Plan
from bench.endure.run import endure

pytestmark = [pytest.mark.postgres, pytest.mark.anvil, pytest.mark.long(20)]


def test_hundreds_of_posts_survive_killed_workers_failing_nodes_and_reorgs(folder: Path) -> None:
    quick = {"rate": 30, "block_seconds": 0.5, "kill_seconds": 1.0, "calm": 0.5}
    truth = endure(folder, Plan(200, seed=2, until_well=False, limit=200, **quick))
    assert truth.problems == []
    figures = truth.figures
    assert figures["posts"] == 200
    assert figures["entries in the log"] == figures["entries that the monitor read"]
    assert figures["entries in the log"] == figures["accepted records"]
    assert figures["SIGKILL"]
    assert figures["SIGTERM"]
    assert any(name.startswith("times that a node was in trouble") for name in figures), figures


def test_a_run_that_takes_too_long_says_what_it_waited_for() -> None:
    plan = Plan(limit=0.001)
    plan.began -= 1
    with pytest.raises(OverdueError, match=r"not within the limit of 0\.001 s .*: the workers"):
        plan.check_time("the workers are ready")
