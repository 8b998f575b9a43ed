"""The embedded chain was deleted: everything starts, says so, and one command anchors all again."""

import json
from pathlib import Path
from typing import Any

import pytest

from chain.client import ChainClient
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from tests.support.stack import Stack, stack_folder
from tests.support.wallet import Person
from webapp import create_app
from webapp.commands.setup import set_up
from webapp.config import load_settings
from webapp.extensions import db
from webapp.secrets import make_secrets
from workers.anchoring import sweep

pytestmark = pytest.mark.stack


def final_post(data_dir: Path) -> dict[str, Any]:
    """Fill a data folder as an instance does that ran before; return a post that is final there."""
    data_dir.mkdir(mode=0o700)
    given = {"data_dir": data_dir, "database_url": "", "chain_url": "", "seal_interval": 0.001}
    make_secrets(load_settings({}, **given))
    app = create_app(given)
    node = DevNode(data_dir / "chain.sqlite")
    app.extensions["troth_chain"] = ChainClient("before", provider=DevNodeProvider(node))
    with app.app_context():
        set_up()
        ada = Person(app.test_client()).register("ada")
        post: dict[str, Any] = ada.call("POST", "/posts", {"text": "before the wipe"}).json
        sweep()
        found: dict[str, Any] = ada.call("GET", f"/posts/{post['id']}").json
        db.session.remove()
        db.engine.dispose()
    node.close()
    assert found["anchoring"]["state"] == "final"
    return found


def test_a_wiped_embedded_chain_is_explained_and_rebuilt() -> None:
    with stack_folder() as folder:
        stack = Stack(folder)
        before = final_post(stack.data_dir)
        for file in stack.data_dir.glob("chain.sqlite*"):
            file.unlink()
        try:
            check(stack.start(), before)
        finally:
            stack.end()


def check(stack: Stack, before: dict[str, Any]) -> None:
    assert "ATTENTION: nothing is anchored now." in stack.logs()
    alice = stack.person("Alice")
    meanwhile = alice.publish("while nobody has looked")
    assert alice.call("GET", f"/posts/{meanwhile['id']}")["anchoring"]["state"] == "halted"
    doctor = stack.troth("doctor")
    assert doctor.returncode == 1, doctor.stdout + doctor.stderr
    assert "troth anchors rebuild" in doctor.stdout

    rebuilt = stack.troth("anchors", "rebuild", "--yes")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    stack.await_final(before, meanwhile, alice.publish("after the rebuild"))
    old = json.loads(stack.troth("verify", stack.bundle(before), "--json").stdout)
    verdicts = {one["claim"]: one["verdict"] for one in old["results"]}
    asked = ("integrity", "anchored", "not_after", "not_before")
    assert [verdicts[one] for one in asked] == ["pass"] * 3 + ["fail"]
