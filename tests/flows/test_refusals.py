"""What cannot be started says so in one clear sentence, and leaves no process behind.

What else `troth run` refuses is in tests/webapp/commands/test_run.py, without a process for each.
"""

import socket
from collections.abc import Iterator

import pytest

from tests.support.stack import Stack, stack_folder

pytestmark = pytest.mark.stack


@pytest.fixture
def stack() -> Iterator[Stack]:
    """Give the settings of a stack that is not started."""
    with stack_folder() as folder:
        yield Stack(folder)


def refusal(stack: Stack, **settings: str) -> str:
    """Run, and return the one sentence of the refusal."""
    done = stack.troth("run", **settings)
    assert done.returncode == 1, done.stdout + done.stderr
    assert not stack.left()
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("troth: ")
    assert sentence.endswith(".")
    return sentence


def test_a_port_in_use_is_named_with_the_setting_that_changes_it(stack: Stack) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        port = str(server.getsockname()[1])
        sentence = refusal(stack, TROTH_PORT=port)
    assert f"Port {port} on 127.0.0.1 is already in use" in sentence
    assert "TROTH_PORT" in sentence


def test_a_setting_that_cannot_be_used_is_named_with_its_value(stack: Stack) -> None:
    sentence = refusal(stack, TROTH_SEAL_SIZE="many")
    assert "TROTH_SEAL_SIZE is 'many'; it must be a number" in sentence
