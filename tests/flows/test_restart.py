"""The whole stack, killed, stopped or with its chain wiped, goes on with the same data and proofs."""

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.stack import Stack, anchor_of, running_stack, wait_until
from webapp.commands.demo.client import DemoError, Person

pytestmark = [pytest.mark.stack, pytest.mark.long(45)]


class Scene(NamedTuple):
    stack: Stack
    alice: Person
    first: dict[str, Any]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """Give one stack for both, with a post that is final; each test leaves it stopped."""
    with running_stack() as stack:
        alice = stack.person("Alice")
        first = alice.publish("before everything")
        stack.await_final(first)
        yield Scene(stack, alice, first)


def check_stops(stack: Stack, number: signal.Signals) -> None:
    assert len(stack.left()) > 5
    assert stack.stop(number) == 0
    assert not stack.left()


class Publishing(threading.Thread):
    """Somebody who publishes until nothing answers, and remembers what was acknowledged."""

    def __init__(self, person: Person) -> None:
        super().__init__(daemon=True)
        self.person = person
        self.acknowledged: list[dict[str, Any]] = []

    def run(self) -> None:
        try:
            while True:
                text = f"number {len(self.acknowledged)}"
                self.acknowledged.append(self.person.publish(text))
        except DemoError:
            return


def test_after_sigkill_no_process_is_left_and_every_acknowledged_post_becomes_final(
    scene: Scene,
) -> None:
    stack = scene.stack
    before = stack.bundle(scene.first, "before.json")
    writers = [Publishing(stack.person(name)) for name in ("Bob", "Carol")]
    for writer in writers:
        writer.start()
    wait_until(lambda: all(len(one.acknowledged) >= 8 for one in writers), "posts came in")
    assert stack.process is not None
    stack.process.kill()
    stack.process.wait()
    wait_until(lambda: not stack.left(), "every process is gone")
    for writer in writers:
        writer.join(timeout=60)
        assert not writer.is_alive()

    stack.start()
    check_verifies(stack, before)
    posts = [post for writer in writers for post in writer.acknowledged]
    stack.await_final(*posts)
    check_texts(stack, posts)
    old, new = anchor_of(before), anchor_of(stack.bundle(posts[-1]))
    assert new["anchorer"] == old["anchorer"]
    assert new["sequence"] > old["sequence"]
    check_stops(stack, signal.SIGINT)


def check_verifies(stack: Stack, bundle: Path) -> None:
    code, said = stack.verify(bundle)
    assert code == 0, said


def check_texts(stack: Stack, posts: list[dict[str, Any]]) -> None:
    reader = Person("reader", stack.url)
    for post in posts:
        assert reader.call("GET", f"/posts/{post['id']}")["text"] == post["text"]
    check_verifies(stack, stack.bundle(posts[-1]))


def test_a_wiped_embedded_chain_is_explained_and_rebuilt(scene: Scene) -> None:
    stack, alice, before = scene
    if stack.process is not None and stack.process.poll() is None:
        check_stops(stack, signal.SIGTERM)
    for file in stack.data_dir.glob("chain.sqlite*"):
        file.unlink()
    stack.start()
    assert "ATTENTION: nothing is anchored now." in stack.logs()
    meanwhile = alice.publish("while nobody has looked")
    assert alice.call("GET", f"/posts/{meanwhile['id']}")["anchoring"]["state"] == "halted"
    doctor = stack.troth("doctor")
    assert doctor.returncode == 1, doctor.stdout + doctor.stderr
    assert "troth anchors rebuild" in doctor.stdout

    rebuilt = stack.troth("anchors", "rebuild", "--yes")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    after = alice.publish("after the rebuild")
    stack.await_final(before, meanwhile, after)
    old = json.loads(stack.verify(stack.bundle(before), as_json=True)[1])
    verdicts = {one["claim"]: one["verdict"] for one in old["results"]}
    asked = ("integrity", "anchored", "not_after", "not_before")
    assert [verdicts[one] for one in asked] == ["pass"] * 3 + ["fail"]
    check_stops(stack, signal.SIGTERM)
