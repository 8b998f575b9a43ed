"""The schedule's process rings what the workers know, on their queue, and loads nothing of theirs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from webapp.config import load_settings
from workers.beat import make_beat

ROOT = Path(__file__).resolve().parents[2]
LOADED = "import sys, workers.beat; print(*sys.modules)"
# A broker, and what a queue on it is declared with.
BROKERS = {"redis://127.0.0.1:1/0": None, "amqp://127.0.0.1:1//": {"x-queue-type": "quorum"}}
# In a process of its own: the worker's application becomes Celery's current one.
ASKED = """
import json, sys
from flask import Flask
from webapp.config import load_settings
from webapp.secrets import make_secrets
from workers.beat import make_beat
make_secrets(load_settings())
from workers.celery_app import make_celery

def told(app):
    app.loader.import_default_modules()
    queues = {name: [q.exchange.name, q.routing_key, q.durable, q.queue_arguments]
              for name, q in app.amqp.queues.items()}
    goes = {name: app.amqp.router.route({}, name)["queue"].name for name in app.tasks if name.startswith("troth.")}
    return {"queues": queues, "routes": goes, "schedule": app.conf.beat_schedule, "writes": app.conf.task_serializer,
            "reads": app.conf.accept_content, "transport": app.conf.broker_transport_options}

for url in sys.argv[1:]:
    settings = load_settings(broker_url=url)
    flask_app = Flask("hears")
    flask_app.config["TROTH"] = settings
    print(json.dumps([told(make_beat(settings)), told(make_celery(flask_app))]))
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Give what the ringing and the hearing application say of themselves, for each broker."""
    lines = run(ASKED, tmp_path_factory.mktemp("both"), *BROKERS).splitlines()
    return [tuple(json.loads(line)) for line in lines if line.startswith("[")]


def run(script: str, folder: Path, *words: str) -> str:
    env = {"TROTH_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-c", script, *words]
    return subprocess.run(argv, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout


def test_every_task_of_the_schedule_is_one_that_the_workers_have(
    both: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    for rings, hears in both:
        rung = {one["task"] for one in rings["schedule"].values()}
        assert rung
        assert rung - hears["routes"].keys() == set()
        assert rings["schedule"] == hears["schedule"]


def test_both_ring_and_hear_on_one_queue(
    both: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    assert len(both) == len(BROKERS)
    for (rings, hears), wanted in zip(both, BROKERS.values(), strict=True):
        assert rings["queues"] == hears["queues"]
        assert [queue[-1] for queue in hears["queues"].values()] == [wanted]
        assert set(hears["routes"].values()) == hears["queues"].keys() == {"troth"}
        assert rings["transport"] == hears["transport"]
        assert rings["writes"] in hears["reads"]


def test_a_bell_is_rung_as_often_as_batches_are_sealed_and_gone_when_the_next_one_comes() -> None:
    for seal_seconds, period in ((7.5, 7.5), (0.2, 1.0)):
        settings = load_settings(broker_url="redis://127.0.0.1:1/0", seal_interval=seal_seconds)
        schedule = make_beat(settings).conf.beat_schedule
        assert schedule["sweep"]["schedule"] == schedule["deliver"]["schedule"] == period
        assert all(one["options"]["expires"] <= one["schedule"] for one in schedule.values())


def test_the_schedule_starts_without_the_application_and_the_chain(tmp_path: Path) -> None:
    loaded = set(run(LOADED, tmp_path).split())
    assert "workers.beat" in loaded
    assert loaded & {"webapp.factory", "web3", "sqlalchemy", "workers.tasks"} == set()
