"""Authors with funds and a key file, records that the server left, and the command."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import Sender
from chain.signer import LocalSigner
from tests.support import instance
from tests.support.wallet import Person
from tests.webapp.commands.conftest import Done, Run
from webapp.commands.setup import EMBEDDED_BANK
from webapp.extensions import db
from webapp.log.service import current_log
from workers.anchoring import seal

DONE, REFUSED, UNUSABLE, NOT_YET = 0, 1, 2, 3
Save = Callable[..., Path]
Anchored = Callable[..., Done]


def write_private(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o600)


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Once on SQLite is enough: the command itself never opens a database."""
    return instance.copied_sqlite(sqlite_template, tmp_path)


@pytest.fixture
def client(rpc: str) -> ChainClient:
    return ChainClient(rpc)


@pytest.fixture
def funded(alice: Person, client: ChainClient) -> Person:
    """Give an author who can pay for a transaction."""
    Sender(client, LocalSigner(EMBEDDED_BANK)).send(alice.address, value=10**18)
    return alice


@pytest.fixture
def stalled(app: Flask, funded: Person, save: Save) -> Callable[..., Path]:
    """Give a function that publishes, and saves a bundle that the server never anchors."""

    def publish(**how: Any) -> Path:
        post = funded.publish(funded.post_record(), **how).json
        with app.app_context():
            seal(current_log(db.session()).id)
        return save(funded, post)

    return publish


@pytest.fixture
def key_file(alice: Person, tmp_path: Path) -> Path:
    path = tmp_path / "key"
    write_private(path, "0x" + bytes(alice.wallet.key).hex() + "\n")
    return path


@pytest.fixture
def run(troth: Run, rpc: str, key_file: Path, data_dir: Path) -> Anchored:
    """Give the command with the author's key and a node that answers."""

    def self_anchor(file: Path, *options: object) -> Done:
        key = () if "--key-file" in options or "--keystore" in options else ("--key-file", key_file)
        words = ("--rpc", rpc, *key, "--yes", *options)
        done = troth("self-anchor", file, *words, data_dir=data_dir)
        secret = key_file.read_text().strip().removeprefix("0x")
        assert secret not in done.out + done.err
        return done

    return self_anchor


def out_of(file: Path) -> Path:
    return file.with_name(file.name.removesuffix(".troth.json") + ".self-anchored.troth.json")


def pending_of(file: Path) -> Path:
    return out_of(file).with_name(out_of(file).name + ".pending")


def batches_of(client: ChainClient, person: Person) -> int:
    contract = person.log()["domain"]["verifyingContract"]
    return AnchorLog(client, contract).next(person.address)[0]
