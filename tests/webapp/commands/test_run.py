"""What `troth run` refuses before it starts anything: one clear sentence each.

Two refusals of a process of its own are in tests/flows; these need none.
"""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.stack import free_ports
from tests.webapp.commands.conftest import Run

NOWHERE = "postgresql://127.0.0.1:1/nowhere"
Refusal = Callable[..., str]


@pytest.fixture
def refusal(troth: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Refusal:
    """Give a function that runs with settings and returns the one sentence of the refusal."""

    def started(*_: object) -> int:
        pytest.fail("it started")

    monkeypatch.setattr("webapp.commands.run.run", started)
    port, chain_port = free_ports(2)
    own = {"data_dir": tmp_path / "data", "port": port, "chain_port": chain_port}

    def refuse(**settings: object) -> str:
        done = troth("run", **own | settings)
        assert (done.code, done.out) == (1, "")
        (sentence,) = done.err.splitlines()
        assert sentence.startswith("troth: ")
        assert sentence.endswith(".")
        return sentence

    return refuse


@pytest.fixture
def taken() -> Iterator[int]:
    """Give a port at which somebody listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        yield int(server.getsockname()[1])


@pytest.mark.parametrize("setting", ["port", "chain_port"])
def test_a_port_in_use_is_named_with_the_setting_that_changes_it(
    refusal: Refusal, taken: int, setting: str
) -> None:
    sentence = refusal(**{setting: taken})
    assert f"Port {taken} on 127.0.0.1 is already in use" in sentence
    assert f"TROTH_{setting.upper()}" in sentence


@pytest.mark.parametrize("below", ["", "below/it"])
def test_a_data_folder_that_cannot_be_written_is_named(
    refusal: Refusal, tmp_path: Path, below: str
) -> None:
    file = tmp_path / "file"
    file.touch()
    folder = file / below
    sentence = refusal(data_dir=folder)
    assert str(folder) in sentence
    assert "TROTH_DATA_DIR" in sentence
    assert file.is_file()


@pytest.mark.parametrize(
    ("external", "url"), [("database_url", NOWHERE), ("chain_url", "http://127.0.0.1:1")]
)
def test_keys_are_not_made_up_against_an_external_database_or_chain(
    refusal: Refusal, tmp_path: Path, external: str, url: str
) -> None:
    sentence = refusal(**{external: url})
    assert "TROTH_JWT_SECRET and TROTH_ANCHORER_KEY and TROTH_MESSAGE_KEYS must be set" in sentence
    assert not (tmp_path / "data" / "secrets.json").exists()
