"""`troth verify` accepts every bundle of an exported archive, without the server that wrote it."""

import io
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask

from tests.support import instance
from tests.support.wallet import Person
from workers.chores import do_chores

from .conftest import Verify

HOLDS = 0


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Once on SQLite is enough: the command itself never opens a database."""
    return instance.copied_sqlite(sqlite_template, tmp_path)


def test_every_exported_bundle_holds(
    app: Flask, alice: Person, anchor: Callable[[], None], verify: Verify, tmp_path: Path
) -> None:
    post = alice.publish(alice.post_record("first")).json
    alice.publish(alice.edit_record(post, "second"))
    gone = alice.publish(alice.post_record("to be deleted")).json
    assert alice.delete(gone).status_code == 200
    assert alice.stamp(alice.stamp_record("0x" + "ab" * 32)).status_code == 201
    anchor()
    export = alice.call("POST", "/me/exports").json
    with app.app_context():
        do_chores()
    with alice.call("GET", f"/me/exports/{export['id']}/download") as answer:
        archive = ZipFile(io.BytesIO(answer.data))
    names = [name for name in archive.namelist() if name.startswith("bundles/")]
    assert len(names) == 5  # two versions, a deleted post with its Deletion, a stamp
    archive.extractall(tmp_path / "mine", names)
    for name in names:
        done = verify(tmp_path / "mine" / name)
        assert (done.code, done.err) == (HOLDS, ""), done.out
