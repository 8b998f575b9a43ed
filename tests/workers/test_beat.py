"""The schedule's process rings what the workers know, on their queue, and loads nothing of theirs."""

import subprocess
import sys
from pathlib import Path

from webapp.config import load_settings
from workers.beat import make_beat
from workers.schedule import beat_schedule

ROOT = Path(__file__).resolve().parents[2]
LOADED = "import sys, workers.beat; print(*sys.modules)"


def test_every_task_of_the_schedule_is_one_that_the_workers_have() -> None:
    beat = make_beat(load_settings(broker_url="redis://127.0.0.1:1/0"))
    rung = {one["task"] for one in beat.conf.beat_schedule.values()}
    words = (ROOT / "workers" / "tasks.py").read_text()
    assert rung
    assert {task for task in rung if f'name="{task}"' not in words} == set()
    assert beat.conf.beat_schedule == beat_schedule(load_settings().seal_seconds)


def test_both_ring_and_hear_on_one_queue() -> None:
    for url, kind in (("redis://127.0.0.1:1/0", "classic"), ("amqp://127.0.0.1:1//", "quorum")):
        beat = make_beat(load_settings(broker_url=url))
        assert beat.conf.task_default_queue == "troth"
        assert beat.conf.task_default_queue_type == kind


def test_the_schedule_starts_without_the_application_and_the_chain(tmp_path: Path) -> None:
    env = {"TROTH_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=env, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "workers.beat" in loaded
    assert loaded & {"webapp.factory", "web3", "sqlalchemy", "workers.tasks"} == set()
