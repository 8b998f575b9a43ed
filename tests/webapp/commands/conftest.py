"""The `troth` command in this process, with an environment and a node of the test's own."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from chain.deployments import list_deployments
from chain.devnode.node import DevNode
from chain.devnode.server import serve
from tests.support import instance
from tests.support.reuse import borrow_statements
from tests.support.wallet import Person
from webapp import create_app
from webapp.cli import main
from webapp.extensions import db


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]
Verify = Callable[..., Done]


@pytest.fixture
def troth(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Give a function that runs the command as the console script does."""
    made: list[Flask] = []

    def remember() -> Flask:
        app = create_app()
        with app.app_context():
            borrow_statements(db.engine)
        made.append(app)
        return app

    # The process of a real command closes its connections by ending.
    monkeypatch.setattr("webapp.create_app", remember)

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
        instance.close_app(app)


@pytest.fixture
def rpc(node: DevNode) -> Iterator[str]:
    """Give the URL at which the application's chain is served."""
    with serve(node) as server:
        yield server.url


@pytest.fixture
def data_dir(app: Flask, prepared: tuple[DevNode, instance.Prepared], tmp_path: Path) -> Path:
    """Give a data folder with the deployment record of the application's log."""
    folder = tmp_path / "pinned"
    prepared[1].deployment.save(folder)
    return folder


@pytest.fixture
def verify(troth: Run, data_dir: Path, rpc: str) -> Verify:
    """Give the command with the pins of the data folder and a node that answers."""

    def run(file: Path, *options: object, node: str = rpc, pins: Path = data_dir) -> Done:
        return troth("verify", file, "--rpc", node, *options, data_dir=pins)

    return run


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that downloads the bundle of a post's newest entry, or of one version."""

    def download(person: Person, post: dict[str, Any], content: str | None = None) -> Path:
        query = f"?content={content}" if content else ""
        answer = person.call("GET", f"/posts/{post['id']}/bundle{query}")
        assert answer.status_code == 200, answer.text
        file = tmp_path / f"{post['id']}.troth.json"
        file.write_bytes(answer.data)
        return file

    return download


@pytest.fixture
def whole(alice: Person, anchor: Callable[[], None], save: Callable[..., Path]) -> Path:
    """Give a bundle that holds in every way."""
    post = alice.publish(alice.post_record("provable")).json
    anchor()
    return save(alice, post)


def change(file: Path, edit: Callable[[dict[str, Any]], Any]) -> Path:
    bundle = json.loads(file.read_text())
    edit(bundle)
    file.write_text(json.dumps(bundle))
    return file


def verdicts(done: Done) -> dict[str, str]:
    return {one["claim"]: one["verdict"] for one in json.loads(done.out)["results"]}


def pins_of(data_dir: Path) -> tuple[object, ...]:
    (record,) = list_deployments(data_dir)
    genesis = "0x" + record.genesis.hex()
    pins = ("--chain-id", record.chain_id, "--genesis", genesis)
    return (*pins, "--contract", record.contract, "--anchorer", record.anchorer)
