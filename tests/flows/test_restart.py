"""The whole stack, stopped or killed, goes on with the same chain, database and proofs."""

import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.stack import Stack, anchor_of, running_stack, wait_until
from webapp.commands.demo.client import DemoError, Person

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Give one stack for both: the first test leaves it running, the second stops it for good."""
    with running_stack() as running:
        yield running


def test_a_restarted_stack_goes_on_with_the_same_data_and_ctrl_c_leaves_no_process(
    stack: Stack,
) -> None:
    alice = stack.person("Alice")
    first = alice.publish("before the restart")
    stack.await_final(first)
    before = stack.bundle(first, "before.json")
    assert len(stack.left()) > 5
    assert stack.stop(signal.SIGINT) == 0
    assert not stack.left()

    stack.start()
    verified = stack.troth("verify", before)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    second = alice.publish("after the restart")
    stack.await_final(second)
    after = stack.bundle(second, "after.json")
    assert stack.troth("verify", after).returncode == 0
    assert anchor_of(after)["sequence"] == anchor_of(before)["sequence"] + 1
    assert anchor_of(after)["anchorer"] == anchor_of(before)["anchorer"]


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
    stack: Stack,
) -> None:
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
    posts = [post for writer in writers for post in writer.acknowledged]
    stack.await_final(*posts)
    check_texts(stack, posts)
    assert stack.stop(signal.SIGTERM) == 0
    assert not stack.left()


def check_texts(stack: Stack, posts: list[dict[str, Any]]) -> None:
    reader = Person("reader", stack.url)
    for post in posts:
        assert reader.call("GET", f"/posts/{post['id']}")["text"] == post["text"]
    last = stack.troth("verify", stack.bundle(posts[-1]))
    assert last.returncode == 0, last.stdout + last.stderr
