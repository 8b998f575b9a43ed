"""`troth verify`: exit codes, pins and words for whatever file and node it is given."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from chain.devnode.node import DevNode
from tests.support import instance
from tests.support.stack import free_ports
from tests.support.wallet import Person
from webapp.extensions import db
from webapp.log.service import current_log
from workers.anchoring import seal

from .conftest import Run, Verify, change, verdicts

HOLDS, FAILS, UNUSABLE, UNDECIDED = 0, 1, 2, 3
MAX_BYTES = 1 << 20
OTHER_ADDRESS, OTHER_HASH = "0x" + "ab" * 20, "0x" + "ab" * 32


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Once on SQLite is enough: the command itself never opens a database."""
    return instance.copied_sqlite(sqlite_template, tmp_path)


def test_a_whole_bundle_holds(verify: Verify, whole: Path) -> None:
    done = verify(whole)
    assert (done.code, done.err) == (HOLDS, "")
    assert "Everything that was asked for holds." in done.out
    assert "OFFLINE" not in done.out


def test_json_carries_every_verdict_and_the_exit_code(verify: Verify, whole: Path) -> None:
    done = verify(whole, "--json")
    assert json.loads(done.out)["exit_code"] == done.code == HOLDS
    assert verdicts(done) == {
        "integrity": "pass",
        "author": "pass",
        "authority": "pass",
        "anchored": "pass",
        "not_after": "pass",
        "not_before": "pass",
        "latest": "unknown",
    }


@pytest.mark.parametrize(
    ("claim", "edit"),
    [
        ("integrity", lambda bundle: bundle["message"].update(text="forged")),
        ("integrity", lambda bundle: bundle["entry"].update(position=7)),
        ("integrity", lambda bundle: bundle["proof"].append(OTHER_HASH)),
        ("anchored", lambda bundle: bundle["anchor"]["block"].update(time=1)),
        ("anchored", lambda bundle: bundle["anchor"].update(anchorer=OTHER_ADDRESS)),
        ("anchored", lambda bundle: bundle["anchor"].update(transaction=OTHER_HASH)),
        ("author", lambda bundle: bundle.update(account="01890a5d-ac96-774b-bcce-b302099a8057")),
    ],
)
def test_a_tampered_bundle_fails(
    verify: Verify, whole: Path, claim: str, edit: Callable[[dict[str, Any]], Any]
) -> None:
    done = verify(change(whole, edit), "--json")
    assert json.loads(done.out)["exit_code"] == done.code == FAILS
    assert verdicts(done)[claim] == "fail"
    plain = verify(whole)
    assert plain.code == FAILS
    assert "At least one claim does NOT hold." in plain.out


def test_what_fails_outranks_what_cannot_be_decided(verify: Verify, whole: Path) -> None:
    change(whole, lambda bundle: bundle["message"].update(text="forged"))
    (dead,) = free_ports(1)
    assert verify(whole, node=f"http://127.0.0.1:{dead}").code == FAILS
    assert verify(whole, "--offline").code == FAILS


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not JSON",
        b'{"troth": 1}',
        b'{"troth": 1, "troth": 1}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=["empty", "no JSON", "keys missing", "a key twice", "no UTF-8", "too deep"],
)
def test_a_file_that_is_no_bundle_is_unusable(
    verify: Verify, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    done = verify(file)
    assert (done.code, done.out) == (UNUSABLE, "")
    assert f"{file} cannot be verified: " in done.err
    as_json = verify(file, "--json")
    assert as_json.code == UNUSABLE
    assert json.loads(as_json.out)["exit_code"] == UNUSABLE
    assert json.loads(as_json.out)["unusable"]


def test_a_file_over_one_mebibyte_is_unusable_whatever_its_size(
    verify: Verify, whole: Path
) -> None:
    at_the_limit = whole.read_bytes().ljust(MAX_BYTES)
    whole.write_bytes(at_the_limit)
    assert verify(whole).code == HOLDS
    whole.write_bytes(at_the_limit + b" ")
    assert verify(whole).code == UNUSABLE
    with whole.open("r+b") as file:
        file.truncate(1 << 40)
    assert verify(whole).code == UNUSABLE


def test_a_file_that_is_not_there_is_unusable(verify: Verify, tmp_path: Path) -> None:
    done = verify(tmp_path / "missing.json")
    assert done.code == UNUSABLE
    assert "cannot be read: No such file or directory" in done.err
    assert verify(tmp_path).code == UNUSABLE


@pytest.mark.parametrize(
    "options",
    [
        ("--contract", "0x12"),
        ("--contract", "ab" * 20),
        ("--anchorer", "0x" + "zz" * 20),
        ("--genesis", "0x" + "ab" * 20),
        ("--chain-id", "many"),
        ("--depth", "-1"),
        ("--unheard-of",),
    ],
)
def test_an_option_that_cannot_be_used_makes_the_call_unusable(
    verify: Verify, whole: Path, options: tuple[str, ...]
) -> None:
    done = verify(whole, *options)
    assert (done.code, done.out) == (UNUSABLE, "")
    assert options[0] in done.err


def test_a_setting_that_cannot_be_used_makes_the_call_unusable_and_not_false(
    troth: Run, whole: Path, data_dir: Path
) -> None:
    done = troth("verify", whole, data_dir=data_dir, node_timeout="soon")
    assert "TROTH_NODE_TIMEOUT" in done.err
    assert done.code == UNUSABLE


def test_a_damaged_deployment_record_makes_the_call_unusable(
    verify: Verify, whole: Path, data_dir: Path
) -> None:
    (record,) = (data_dir / "deployments").glob("*.json")
    record.write_text("{}")
    assert verify(whole).code == UNUSABLE


def test_with_the_node_away_it_is_undecided_and_says_so(verify: Verify, whole: Path) -> None:
    (dead,) = free_ports(1)
    done = verify(whole, node=f"http://127.0.0.1:{dead}")
    assert done.code == UNDECIDED
    assert "the node did not answer" in done.out
    assert "could not be decided" in done.out


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://"])
def test_an_address_that_is_no_node_never_ends_in_a_verdict_that_fails(
    verify: Verify, whole: Path, url: str
) -> None:
    assert verify(whole, node=url).code in (UNUSABLE, UNDECIDED)


def test_not_deep_enough_is_undecided_until_it_is(
    verify: Verify, whole: Path, node: DevNode
) -> None:
    shallow = verify(whole, "--depth", 3)
    assert shallow.code == UNDECIDED
    assert "0 blocks deep, 3 are needed" in shallow.out
    for _ in range(3):
        node.request("evm_mine", [])
    assert verify(whole, "--depth", 3).code == HOLDS
    assert verify(whole, "--depth", 4).code == UNDECIDED


def test_a_bundle_that_is_not_anchored_yet_is_undecided(
    verify: Verify, app: Flask, alice: Person, save: Callable[..., Path]
) -> None:
    post = alice.publish().json
    with app.app_context():
        seal(current_log(db.session()).id)
    file = save(alice, post)
    done = verify(file)
    assert done.code == UNDECIDED
    assert "not anchored yet" in done.out


def test_offline_asks_for_integrity_and_author_and_says_that_times_are_only_stated(
    verify: Verify, whole: Path, tmp_path: Path
) -> None:
    (dead,) = free_ports(1)
    nowhere = f"http://127.0.0.1:{dead}"
    done = verify(whole, "--offline", node=nowhere, pins=tmp_path / "nothing")
    assert done.code == HOLDS
    assert "OFFLINE: no chain was asked; every time above is what the file states." in done.out
    assert "(only stated by the file, not checked)" in done.out
    as_json = verify(whole, "--offline", "--json", node=nowhere)
    times = [one for one in json.loads(as_json.out)["results"] if "time" in one]
    assert times
    assert all(one["stated"] for one in times)


def test_an_unsigned_author_is_said_loudly_and_does_not_count(
    verify: Verify, carol: Person, anchor: Callable[[], None], save: Callable[..., Path]
) -> None:
    post = carol.call("POST", "/posts", {"text": "without a wallet"}).json
    anchor()
    file = save(carol, post)
    done = verify(file)
    assert done.code == HOLDS
    assert "UNSIGNED: nobody's key stands behind this record" in done.out
    assert json.loads(verify(file, "--json").out)["unsigned"] is True
    other = "01890a5d-ac96-774b-bcce-b302099a8057"
    assert verify(change(file, lambda bundle: bundle.update(account=other))).code == FAILS


def test_an_erased_message_is_said_loudly_and_does_not_count(
    verify: Verify, alice: Person, anchor: Callable[[], None], save: Callable[..., Path]
) -> None:
    post = alice.publish(alice.post_record("soon gone")).json
    anchor()
    alice.delete(post)
    anchor()
    file = save(alice, post, post["content"])
    done = verify(file)
    assert done.code == HOLDS
    assert "ERASED: the text is gone" in done.out
    as_json = verify(file, "--json")
    assert json.loads(as_json.out)["erased"] is True
    assert verdicts(as_json)["integrity"] == "unknown"
    assert verdicts(as_json)["author"] == "pass"
    assert verify(file, "--offline").code == HOLDS
    swapped = change(file, lambda bundle: bundle.update(signature="0x" + "11" * 65))
    assert verify(swapped).code == FAILS


def test_a_deletion_holds_like_any_entry(
    verify: Verify, alice: Person, anchor: Callable[[], None], save: Callable[..., Path]
) -> None:
    post = alice.publish().json
    alice.delete(post)
    anchor()
    done = verify(save(alice, post))
    assert done.code == HOLDS
    assert done.out.startswith("Deletion 0x")


def test_a_post_signed_by_a_device_holds_and_names_its_authority(
    verify: Verify, alice: Person, anchor: Callable[[], None], save: Callable[..., Path]
) -> None:
    alice.allow_device()
    post = alice.publish(key=alice.device).json
    anchor()
    file = save(alice, post)
    done = verify(file, "--json")
    assert done.code == HOLDS
    assert json.loads(done.out)["signer"] == str(alice.device.address).lower()
    without = change(file, lambda bundle: bundle.update(delegation=None))
    assert verify(without).code == FAILS


@pytest.mark.timeout(60)
def test_what_is_no_regular_file_is_unusable_and_not_waited_for(
    verify: Verify, tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, Path("/dev/zero"), tmp_path):
        done = verify(path)
        assert (done.code, done.out) == (UNUSABLE, "")
        assert "no regular file" in done.err
