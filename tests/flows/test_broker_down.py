"""With a broker that is down from the start nothing is lost: the sweep needs no message."""

import pytest

from tests.support.stack import free_ports, running_stack

pytestmark = pytest.mark.stack


def test_with_a_broker_that_never_answers_posts_become_final() -> None:
    (dead,) = free_ports(1)
    with running_stack(TROTH_BROKER_URL=f"redis://127.0.0.1:{dead}/0") as stack:
        alice = stack.person("Alice")
        posts = [alice.publish(f"without a broker, {number}") for number in range(5)]
        stack.await_final(*posts)
        verified = stack.troth("verify", stack.bundle(posts[-1]))
        assert verified.returncode == 0, verified.stdout + verified.stderr
