"""Doorbells: off the request path, never in its way, lost without harm."""

import queue
import threading
from collections.abc import Callable

import pytest
from celery import Celery
from flask import Flask

from tests.support.answers import closed_port
from tests.support.wallet import Person
from webapp import doorbell
from webapp.doorbell import Ringer

MakeApp = Callable[..., Flask]
PATIENCE = 30


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> "queue.Queue[tuple[str, list[int]]]":
    """Give what reaches the broker client."""
    sent: queue.Queue[tuple[str, list[int]]] = queue.Queue()

    def send(_: Celery, task: str, args: list[int], **options: object) -> None:
        assert options["retry"] is False
        sent.put((task, args))

    monkeypatch.setattr(Celery, "send_task", send)
    return sent


def test_a_post_rings_the_sealer_with_the_logs_row_and_the_delivery(
    app: Flask, carol: Person, heard: "queue.Queue[tuple[str, list[int]]]"
) -> None:
    app.extensions["troth_ringer"] = Ringer("memory://")
    assert carol.call("POST", "/posts", {"text": "x"}).status_code == 201
    bells = dict(heard.get(timeout=PATIENCE) for _ in range(2))
    assert bells.keys() == {"troth.seal", "troth.deliver"}
    assert len(bells["troth.seal"]) == 1


def test_many_bells_at_once_are_few_messages(
    heard: "queue.Queue[tuple[str, list[int]]]",
) -> None:
    ringer = Ringer("memory://")
    for _ in range(500):
        ringer.hand_over(("troth.seal", 1))
    ringer.hand_over(("last", 2))
    seen = [heard.get(timeout=PATIENCE)]
    while seen[-1][0] != "last" and ("last", [2]) not in seen:
        seen.append(heard.get(timeout=PATIENCE))
    assert len(seen) < 50


def test_with_the_broker_down_posts_are_accepted_and_bells_dropped_beyond_a_bound(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell, "MAX_WAITING", 3)
    app = make_app(broker_url=f"redis://127.0.0.1:{closed_port()}/0")
    dora = Person(app.test_client()).register("dora")
    for number in range(5):
        assert dora.call("POST", "/posts", {"text": str(number)}).status_code == 201


def test_handing_over_never_waits_for_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, go_on = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> None:
        stuck.set()
        go_on.wait(timeout=PATIENCE)

    monkeypatch.setattr(Celery, "send_task", hang)
    monkeypatch.setattr(doorbell, "MAX_WAITING", 2)
    ringer = Ringer("memory://")
    ringer.hand_over(("troth.seal", 1))
    assert stuck.wait(timeout=PATIENCE)
    for number in range(10):
        ringer.hand_over(("troth.seal", number))
    assert not go_on.is_set()
    go_on.set()


def test_the_ringer_goes_on_after_the_broker_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, threading.Event] = {"lost": threading.Event(), "heard": threading.Event()}

    def flaky(_: Celery, task: str, **__: object) -> None:
        if task in sent:
            sent[task].set()
        if task == "lost":
            raise OSError("away")

    monkeypatch.setattr(Celery, "send_task", flaky)
    ringer = Ringer("memory://")
    for task, reached in sent.items():
        ringer.hand_over((task, 1))
        assert reached.wait(timeout=PATIENCE)
