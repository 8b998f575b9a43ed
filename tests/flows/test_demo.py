"""`troth demo` without an instance: it starts one of its own, or says what is missing."""

import pytest

from tests.support.stack import Stack, check_demo, stack_folder

pytestmark = pytest.mark.stack


def test_the_demo_without_an_instance_starts_its_own_and_leaves_nothing_behind() -> None:
    with stack_folder() as folder:
        idle = Stack(folder)
        done = idle.troth("demo")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "so an instance of its own is started" in done.stdout
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
