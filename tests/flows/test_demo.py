"""`troth demo` without an instance: it starts one of its own, or says what is missing."""

import pytest

from tests.support.stack import Stack, check_demo, free_ports, stack_folder

pytestmark = [pytest.mark.stack, pytest.mark.long(25)]


def test_the_demo_starts_its_own_instance_and_with_a_broker_that_never_answers_loses_nothing() -> (
    None
):
    # The broker is down from the start, and what the demo proves became final all the same: the sweep needs
    # no message.
    (dead,) = free_ports(1)
    with stack_folder() as folder:
        idle = Stack(folder, TROTH_BROKER_URL=f"redis://127.0.0.1:{dead}/0")
        done = idle.troth("demo")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "so an instance of its own is started" in done.stdout
        assert "which is gone: http" in done.stdout
        check_demo(done.stdout)
        assert not idle.left()
        assert not list(folder.glob("troth-demo-data-*"))


def test_the_demo_on_an_instance_that_does_not_answer_says_so() -> None:
    with stack_folder() as folder:
        idle = Stack(folder)
        done = idle.troth("demo", "--url", idle.url)
    assert done.returncode == 1
    assert done.stderr.startswith(f"troth: Nothing answers at {idle.url}")
    assert "Traceback" not in done.stderr
