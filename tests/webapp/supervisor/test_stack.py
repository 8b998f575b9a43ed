"""Redis, gunicorn, the Celery worker and its schedule under one supervisor, as they are run."""

import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from webapp.supervisor import embedded_redis

from .conftest import Supervised, wait_until

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
Start = Callable[..., Supervised]


@pytest.mark.parametrize("end", ["SIGINT", "SIGKILL"])
def test_the_stack_comes_up_in_order_and_goes_without_a_trace(
    supervised: Start, tmp_path: Path, free_port: int, temporary_folder: Path, end: str
) -> None:
    data_dir = tmp_path / "data"
    one = supervised("run_stack.py", str(data_dir), str(free_port))
    one.await_text("all up")
    assert len(list(temporary_folder.glob("troth-*"))) == 1
    with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/", timeout=10) as answer:
        assert answer.read() == b"up\n"
    lines = [line.split()[:2] for line in one.text().splitlines()]
    ready = [name for name, what in lines if what in {"ready", "started"}]
    assert ready == ["redis", "web", "worker", "beat"]
    # Reaper, Redis, three of gunicorn, two of Celery's worker, the schedule.
    assert len(one.descendants()) == 8

    one.process.send_signal({"SIGINT": 2, "SIGKILL": 9}[end])
    code = one.process.wait(60)
    if end == "SIGINT":
        assert code == 0
        assert not one.left()
        assert "killed" not in one.text()
        assert not list(temporary_folder.glob("troth-*"))
    wait_until(lambda: not one.left(), "all descendants gone")


def test_what_redis_holds_survives_a_killed_supervisor(
    supervised: Start, tmp_path: Path, free_port: int
) -> None:
    data_dir = tmp_path / "data"
    url = embedded_redis(data_dir).redis_url
    first = supervised("run_stack.py", str(data_dir), str(free_port))
    first.await_text("all up")
    with redis.Redis.from_url(url) as client:
        client.set("kept", "yes")
    first.process.kill()
    first.process.wait()
    second = supervised("run_stack.py", str(data_dir), str(free_port))
    second.await_text("all up")
    with redis.Redis.from_url(url) as client:
        assert client.get("kept") == b"yes"


def test_a_port_in_use_is_one_sentence_and_exit_code_one(
    supervised: Start, tmp_path: Path, free_port: int
) -> None:
    first = supervised("run_stack.py", str(tmp_path / "one"), str(free_port))
    first.await_text("all up")
    second = supervised("run_stack.py", str(tmp_path / "two"), str(free_port))
    assert second.process.wait(60) == 1
    assert second.text() == (
        f"Port {free_port} on 127.0.0.1 is already in use: stop what listens there, "
        "or choose another port with TROTH_PORT.\n"
    )
