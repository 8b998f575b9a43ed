"""The monitor keeps its place, goes on from there, and remembers what it was told."""

import json
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from chain.proofs.entries import Entry
from chain.proofs.tree import build_tree
from tests.webapp.commands.conftest import Done, Run
from webapp.extensions import db
from webapp.log.service import current_log
from workers.anchoring import seal

from .conftest import Watched, fill

CLEAN, WRONG, UNUSABLE, UNCLEAR = 0, 1, 2, 3


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "place.sqlite"


def look(troth: Run, log: Watched, *options: object) -> tuple[int, dict[str, Any]]:
    done: Done = troth(*log.options, "--json", *options)
    found: dict[str, Any] = json.loads(done.out)
    assert found["exit_code"] == done.code
    return done.code, found


def seal_only(log: Watched) -> None:
    with log.app.app_context():
        seal(current_log(db.session()).id)


def test_an_empty_log_is_clean(troth: Run, own: Watched, state: Path) -> None:
    code, found = look(troth, own, "--state", state)
    assert (code, found["batches"], found["entries"]) == (CLEAN, 0, 0)


def test_pages_of_any_size_join(troth: Run, full: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (1, 3, 8):
        monkeypatch.setattr("webapp.commands.public_log.api.PAGE", size)
        code, found = look(troth, full)
        assert (code, found["batches"], found["entries"]) == (CLEAN, 2, 8)


def test_what_is_sealed_and_anchored_during_a_look_is_no_lie(
    troth: Run, own: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.commands.public_log.api.PAGE", 2)
    alice, more = own.person().sign_in(), 3
    for _ in range(2):
        alice.publish()
        alice.publish()
        own.sweep()

    def go_on(path: str, body: Any) -> None:
        nonlocal more
        if path == "batches" and more:
            more -= 1
            own.liar.lie = None
            alice.publish()
            alice.publish()
            own.sweep()
            own.liar.lie = go_on
            body["next"] = body["items"][-1]["sequence"] + 1

    own.liar.lie = go_on
    code, found = look(troth, own)
    assert (code, found["problem"]) == (CLEAN, None)
    assert found["batches"] == 5


def test_it_goes_on_where_it_was(troth: Run, own: Watched, state: Path) -> None:
    fill(own)
    _, first = look(troth, own, "--state", state)
    assert (first["batches"], first["entries"], first["fresh"]) == (2, 8, 8)
    _, again = look(troth, own, "--state", state)
    assert (again["batches"], again["entries"], again["fresh"]) == (2, 8, 0)
    own.person().sign_in().publish()
    own.sweep()
    code, more = look(troth, own, "--state", state)
    assert (code, more["batches"], more["entries"], more["fresh"]) == (CLEAN, 3, 9, 1)
    assert stat.S_IMODE(state.stat().st_mode) == 0o600


def test_without_a_state_file_everything_is_read_again(troth: Run, full: Watched) -> None:
    assert [look(troth, full)[1]["fresh"] for _ in range(2)] == [8, 8]


def test_a_look_that_finds_something_wrong_does_not_move_the_place(
    troth: Run, full: Watched, state: Path
) -> None:
    def lie(path: str, body: Any) -> None:
        if path == "entries":
            for item in body["items"]:
                if item["entry"]["position"] == 6:
                    item["entry"]["content"] = "0x" + "ab" * 32

    full.liar.lie = lie
    for _ in range(2):
        code, found = look(troth, full, "--state", state)
        assert (code, found["batches"], found["entries"]) == (WRONG, 1, 4)
    full.liar.lie = None
    code, found = look(troth, full, "--state", state)
    assert (code, found["batches"], found["fresh"]) == (CLEAN, 2, 4)


def test_what_waits_for_the_chain_is_checked_and_counted(
    troth: Run, own: Watched, state: Path
) -> None:
    alice = own.person().sign_in()
    alice.publish()
    own.sweep()
    alice.publish()
    seal_only(own)
    code, found = look(troth, own, "--state", state)
    assert (code, found["batches"], found["waiting"]) == (CLEAN, 1, 1)

    def lie(path: str, body: Any) -> None:
        if path == "entries" and body["items"][-1]["entry"]["position"] == 1:
            body["items"][-1]["signature"] = "0x" + "22" * 65

    own.liar.lie = lie
    assert look(troth, own)[0] == WRONG
    own.liar.lie = None
    own.sweep()
    code, found = look(troth, own, "--state", state)
    assert (code, found["batches"], found["waiting"], found["fresh"]) == (CLEAN, 2, 0, 1)


def test_a_sealed_batch_that_changes_before_it_is_anchored_is_named(
    troth: Run, own: Watched, state: Path
) -> None:
    own.person().register("carol").call("POST", "/posts", {"text": "unsigned"})
    seal_only(own)
    assert look(troth, own, "--state", state)[0] == CLEAN

    def replaced(item: dict[str, Any]) -> str:
        item["entry"]["record"] = "0x" + "ab" * 16
        return "0x" + build_tree([Entry.from_json(item["entry"]).leaf()]).root.hex()

    pages: dict[str, str] = {}

    def lie(path: str, body: Any) -> None:
        if path == "entries":
            pages["root"] = replaced(body["items"][0])
        elif path == "batches":
            body["items"][0]["root"] = pages["root"]
        else:
            body["root"] = pages["root"]

    fresh = own.person().call("GET", "/log/entries").json
    lie("entries", fresh)
    own.liar.lie = lie
    assert look(troth, own)[0] == CLEAN  # consistent in itself: only memory can tell
    code, found = look(troth, own, "--state", state)
    assert code == WRONG
    assert "rewrote history" in found["problem"]


def test_a_sealed_batch_that_is_taken_back_is_named(troth: Run, own: Watched, state: Path) -> None:
    own.person().sign_in().publish()
    seal_only(own)
    assert look(troth, own, "--state", state)[0] == CLEAN
    own.liar.lie = lambda path, body: {"items": [], "next": None} if path == "batches" else None
    code, found = look(troth, own, "--state", state)
    assert (code, found["problem"]) == (
        WRONG,
        "The API takes back batch 0, which it gave before.",
    )


def test_a_final_batch_that_the_chain_lost_is_named(troth: Run, own: Watched, state: Path) -> None:
    snapshot = own.node.request("evm_snapshot", [])
    own.person().sign_in().publish()
    own.sweep()
    assert look(troth, own, "--state", state)[0] == CLEAN
    own.node.request("evm_revert", [snapshot])
    code, found = look(troth, own, "--state", state)
    assert code == UNCLEAR
    assert "was final in block" in found["problem"]
    own.node.request("evm_mine", [{"blocks": 3}])
    code, found = look(troth, own, "--state", state)
    assert code == WRONG
    assert "does not hold its root" in found["problem"]


def test_final_by_the_api_and_not_yet_by_the_pinned_depth_cannot_be_told(
    troth: Run, full: Watched
) -> None:
    code, found = look(troth, full, "--depth", 10)
    assert code == UNCLEAR
    assert "not deep enough yet" in found["problem"]
    assert found["waiting"] == 2


def test_a_state_file_of_another_log_or_of_none_is_unusable(
    troth: Run, full: Watched, state: Path
) -> None:
    look(troth, full, "--state", state)
    other = troth(*full.options, "--anchorer", "0x" + "12" * 20, "--state", state)
    assert (other.code, other.out) == (UNUSABLE, "")
    assert "the memory of another log" in other.err
    state.write_bytes(b"no database, and longer than a header would be" * 100)
    assert troth(*full.options, "--state", state).code == UNUSABLE
    foreign = state.with_name("foreign.sqlite")
    with sqlite3.connect(foreign) as database:
        database.execute("CREATE TABLE mine (x)")
    database.close()
    done = troth(*full.options, "--state", foreign)
    assert done.code == UNUSABLE
    assert "no state file" in done.err


def test_without_pins_the_call_is_unusable(troth: Run, full: Watched, tmp_path: Path) -> None:
    done = troth("monitor", "--api", full.liar.url, "--rpc", full.rpc, data_dir=tmp_path / "none")
    assert (done.code, done.out) == (UNUSABLE, "")
    assert "No chain is pinned" in done.err
    no_log = troth(*full.options[:9], data_dir=tmp_path / "none")
    assert no_log.code == UNUSABLE
    assert "A log must be pinned" in no_log.err


@pytest.mark.timeout(30)
def test_following_ends_when_something_is_wrong(troth: Run, full: Watched, state: Path) -> None:
    looks = 0

    def lie(path: str, body: Any) -> None:
        nonlocal looks
        looks += path == "batches"
        if path == "batches/1" and looks >= 2:
            body["count"] += 1

    full.liar.lie = lie
    words = ("--follow", "--interval", 0.01, "--state", state, "--json")
    done = troth(*full.options, *words)
    assert done.code == WRONG
    results = [json.loads(line)["result"] for line in done.out.splitlines()]
    assert results == ["clean", "clean", "wrong"]
