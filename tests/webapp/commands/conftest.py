"""The `troth` command in this process, with an environment and a node of the test's own."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from chain.devnode.node import DevNode
from chain.devnode.server import serve
from webapp import create_app
from webapp.chain_access import chain_client
from webapp.cli import main
from webapp.commands.setup import deploy
from webapp.extensions import db


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def troth(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Give a function that runs the command as the console script does."""
    made: list[Flask] = []

    def remember() -> Flask:
        made.append(create_app())
        return made[-1]

    # The process of a real command closes its connections by ending.
    monkeypatch.setattr("webapp.cli.create_app", remember)

    def run(*words: object, **settings: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["troth", *map(str, words)])
        for name, value in settings.items():
            monkeypatch.setenv(f"TROTH_{name.upper()}", str(value))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert isinstance(code, int)
        return Done(code, *capsys.readouterr())

    yield run
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def rpc(node: DevNode) -> Iterator[str]:
    """Give the URL at which the application's chain is served."""
    with serve(node) as server:
        yield server.url


@pytest.fixture
def data_dir(app: Flask, tmp_path: Path) -> Path:
    """Give a data folder with the deployment record of the application's log."""
    folder = tmp_path / "pinned"
    with app.app_context():
        deploy(app.config["TROTH"], chain_client()).save(folder)
    return folder
