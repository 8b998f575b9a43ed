"""What cannot be started says so in one clear sentence."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.stack import Stack, stack_folder

pytestmark = pytest.mark.stack
NOWHERE = "postgresql://127.0.0.1:1/nowhere"


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


@pytest.mark.parametrize("variable", ["TROTH_PORT", "TROTH_CHAIN_PORT"])
def test_a_port_in_use_is_named_with_the_setting_that_changes_it(
    stack: Stack, variable: str
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        port = str(server.getsockname()[1])
        sentence = refusal(stack, **{variable: port})
    assert f"Port {port} on 127.0.0.1 is already in use" in sentence
    assert variable in sentence


@pytest.mark.parametrize("below", ["", "below/it"])
def test_a_data_folder_that_cannot_be_written_is_named(stack: Stack, below: str) -> None:
    file = stack.folder / "file"
    file.touch()
    folder = file / below
    sentence = refusal(stack, TROTH_DATA_DIR=str(folder))
    assert str(Path(folder)) in sentence
    assert "TROTH_DATA_DIR" in sentence
    assert file.is_file()


@pytest.mark.parametrize("external", ["TROTH_DATABASE_URL", "TROTH_CHAIN_URL"])
def test_keys_are_not_made_up_against_an_external_database_or_chain(
    stack: Stack, external: str
) -> None:
    url = NOWHERE if external == "TROTH_DATABASE_URL" else "http://127.0.0.1:1"
    sentence = refusal(stack, **{external: url})
    assert "TROTH_JWT_SECRET and TROTH_ANCHORER_KEY and TROTH_MESSAGE_KEYS must be set" in sentence
    assert not (stack.data_dir / "secrets.json").exists()


def test_a_setting_that_cannot_be_used_is_named_with_its_value(stack: Stack) -> None:
    sentence = refusal(stack, TROTH_SEAL_SIZE="many")
    assert "TROTH_SEAL_SIZE is 'many'; it must be a number" in sentence
