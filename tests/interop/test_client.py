"""A client that shares no code with Troth publishes through the API and checks every proof."""

import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.stack import PATIENCE, ROOT, Stack

pytestmark = pytest.mark.stack
SCRIPT = Path(__file__).with_name("client.mjs")
_sessions: dict[Stack, "Session"] = {}


class Session(NamedTuple):
    stack: Stack
    bundles: Path
    summary: dict[str, Any]


def run_client(stack: Stack, *options: object) -> subprocess.CompletedProcess[str]:
    words = ["node", SCRIPT, "--api", stack.url, "--rpc", stack.rpc, *map(str, options)]
    return subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@pytest.fixture
def session(plain_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Give what one run of the client left; on another stack it is run again."""
    if plain_stack not in _sessions:
        bundles = tmp_path_factory.mktemp("bundles")
        done = run_client(plain_stack, "--save", bundles)
        assert done.returncode == 0, done.stdout + done.stderr + plain_stack.logs()
        _sessions[plain_stack] = Session(plain_stack, bundles, json.loads(done.stdout))
    return _sessions[plain_stack]


def test_a_foreign_client_publishes_edits_deletes_and_checks_every_proof(session: Session) -> None:
    checked = session.summary["checked"]
    assert [(one["type"], one["erased"]) for one in checked] == [
        ("Post", False),
        ("Post", False),
        ("Deletion", False),
        ("Post", True),
    ]
    assert [one["sequence"] for one in checked] == [1, 2, 3, 1]
    assert {one["signer"] for one in checked} == {session.summary["device"]}
    assert {one["author"] for one in checked} == {session.summary["author"]}
    assert all(one["notBefore"] <= one["notAfter"] for one in checked if not one["erased"])


def test_the_saved_bundle_still_checks_after_its_post_was_deleted(session: Session) -> None:
    done = run_client(session.stack, "--check", session.bundles / "edit.json")
    assert done.returncode == 0, done.stderr
    (checked,) = json.loads(done.stdout)["checked"]
    assert checked["type"] == "Post"


COMPLAINTS = {
    "text": "The hash of the message is",
    "notBefore": "The hash of the message is",
    "signature": "The hash of the signature is",
    "position": "do not lead to the root",
    "proof": "do not lead to the root",
    "anchor": "The time of the block is",
    "block": "The hash of the block is",
    "transaction": "The transaction of the event is",
    "count": "What anchorOf answers is",
    "delegation": "The hash of the message is",
    "noDelegation": "no Delegation allows it",
}


def test_a_foreign_client_refuses_a_bundle_with_anything_changed(session: Session) -> None:
    # One process of the client says what it thinks of each change in turn; null if it saw nothing.
    file = session.bundles / "edit.json"
    done = run_client(session.stack, "--check", file, "--each", ",".join(COMPLAINTS))
    assert done.returncode == 0, done.stderr
    said: dict[str, str | None] = json.loads(done.stdout)
    seen = {part: COMPLAINTS[part] in (complaint or "") for part, complaint in said.items()}
    assert seen == dict.fromkeys(COMPLAINTS, True), said


def test_a_refusal_is_one_sentence_and_exit_code_1(session: Session) -> None:
    done = run_client(session.stack, "--check", session.bundles / "edit.json", "--tamper", "text")
    assert done.returncode == 1
    assert COMPLAINTS["text"] in done.stderr
    assert done.stdout == ""
