"""`troth stamp` and `troth verify --file`: from a file to a proof that it is the one."""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.support import instance
from tests.support.answers import closed_port
from tests.support.wallet import Person
from workers.anchoring import sweep
from workers.timer import SweepTimer

from .conftest import Run, Verify, change

DONE, REFUSED, UNUSABLE, WAITING = 0, 1, 2, 3
HOLDS, FAILS, UNDECIDED = 0, 1, 3


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Once on SQLite is enough: the command itself never opens a database."""
    return instance.copied_sqlite(sqlite_template, tmp_path)


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    """Give the address of the application."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    found = f"http://127.0.0.1:{server.server_port}"
    app.config["TROTH"] = replace(app.config["TROTH"], public_url=found)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sweeping(app: Flask) -> Iterator[None]:
    """Anchor what comes in, as a worker does."""
    timer = SweepTimer(app, 0.2, sweep)
    timer.start()
    yield
    timer.stop()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file of more than one piece."""
    path = tmp_path / "report.pdf"
    path.write_bytes(b"every byte counts" * 100_000)
    return path


def private(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.mark.usefixtures("sweeping")
def test_a_file_is_stamped_with_a_wallet_and_only_that_file_passes(
    troth: Run, verify: Verify, url: str, file: Path, tmp_path: Path
) -> None:
    key = private(tmp_path / "key", "0x" + "5a" * 32)
    done = troth("stamp", file, "--url", url, "--key-file", key)
    bundle = Path(f"{file}.troth.json")
    assert done.code == DONE, done.err
    assert f"verify {bundle} --file {file}" in done.out
    assert json.loads(bundle.read_text())["message"]["about"] == "report.pdf, 1700000 bytes"
    assert verify(bundle, "--file", file).code == HOLDS
    assert verify(bundle, "--file", file, "--offline").code == HOLDS
    with file.open("r+b") as opened:
        opened.write(b"E")
    changed = verify(bundle, "--file", file)
    assert changed.code == FAILS
    assert "the record names 0x" in changed.out
    as_json = json.loads(verify(bundle, "--file", file, "--json").out)
    assert (as_json["file"]["verdict"], as_json["exit_code"]) == ("fail", FAILS)
    assert verify(bundle).code == HOLDS
    kept = bundle.read_bytes()
    assert troth("stamp", file, "--url", url, "--key-file", key).code == UNUSABLE
    assert bundle.read_bytes() == kept
    forged = change(bundle, lambda one: one["message"].update(digest="0x" + "00" * 32))
    assert verify(forged, "--file", file).code == FAILS


def test_without_a_wallet_a_token_is_enough_and_waiting_can_go_on_later(
    troth: Run, verify: Verify, url: str, app: Flask, carol: Person, file: Path, tmp_path: Path
) -> None:
    token = private(tmp_path / "token", carol.token + "\n")
    words = ("stamp", file, "--url", url, "--token-file", token)
    done = troth(*words, "--about", "mine", "--wait", 0)
    assert done.code == WAITING
    (made,) = carol.call("GET", "/stamps").json["items"]
    assert f"--id {made['id']}" in done.err
    assert made["about"] == "mine"
    with app.app_context():
        timer = SweepTimer(app, 0.2, sweep)
        timer.start()
        assert troth(*words, "--id", made["id"]).code == DONE
        timer.stop()
    assert verify(Path(f"{file}.troth.json"), "--file", file).code == HOLDS
    other = tmp_path / "other"
    other.write_bytes(b"")
    done = troth("stamp", other, "--url", url, "--token-file", token, "--id", made["id"])
    assert done.code == REFUSED
    assert "is of another file" in done.err


def test_what_cannot_be_stamped_says_why(troth: Run, url: str, file: Path, tmp_path: Path) -> None:
    key = private(tmp_path / "key", "0x" + "5a" * 32)
    exposed = tmp_path / "exposed"
    exposed.write_text("token")
    exposed.chmod(0o644)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with_key = ("--url", url, "--key-file", key)
    assert troth("stamp", tmp_path / "missing", *with_key).code == UNUSABLE
    assert "no regular file" in troth("stamp", fifo, *with_key).err
    done = troth("stamp", file, "--url", url)
    assert (done.code, "--token-file" in done.err) == (UNUSABLE, True)
    assert troth("stamp", file, "--url", url, "--token-file", exposed).code == UNUSABLE
    assert troth("stamp", file, *with_key, "--token-file", exposed).code == UNUSABLE
    wrong = private(tmp_path / "wrong", "no token")
    done = troth("stamp", file, "--url", url, "--token-file", wrong)
    assert (done.code, "(401)" in done.err) == (REFUSED, True)
    nowhere = f"http://127.0.0.1:{closed_port()}"
    done = troth("stamp", file, "--url", nowhere, "--key-file", key)
    assert (done.code, "does not answer" in done.err) == (REFUSED, True)
    assert not Path(f"{file}.troth.json").exists()


def test_a_bundle_that_names_no_file_cannot_prove_one(
    verify: Verify, whole: Path, file: Path, tmp_path: Path
) -> None:
    assert verify(whole, "--file", file).code == FAILS
    assert verify(whole, "--file", tmp_path / "missing").code == UNUSABLE
    erased = change(whole, lambda bundle: bundle.update(message=None))
    assert verify(erased, "--file", file).code == UNDECIDED
    deletion = change(whole, lambda bundle: bundle.update(type="Deletion"))
    assert verify(deletion, "--file", file).code in (UNUSABLE, FAILS)
