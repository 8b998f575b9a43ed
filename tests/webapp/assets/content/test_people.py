"""Content of a person in their export, and of an instance in doctor, status and metrics."""

import io
import json
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.answers import closed_port
from tests.support.fake_ipfs import fake_ipfs
from tests.support.wallet import Person
from tests.webapp.assets.content.conftest import Get, Store
from tests.webapp.assets.content.test_store import on_disk
from webapp.assets.content import service
from webapp.assets.content.cids import CHUNK
from webapp.assets.content.models import Content
from webapp.commands.doctor.content import check_content
from webapp.commands.doctor.findings import Finding
from webapp.commands.status_screen import screen
from webapp.config import InvalidSettingError, load_settings
from webapp.database import one_snapshot, writing
from webapp.status.service import read_state
from workers import content as worker
from workers.chores import do_chores

once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_an_export_holds_ones_content_and_what_is_damaged_costs_no_more_than_itself(
    app: Flask, store: Store, alice: Person, carol: Person
) -> None:
    good, bad, torn = (store(carol, data) for data in (b"good", b"bad", bytes(CHUNK + 9)))
    store(alice, b"somebody else's")
    with app.app_context(), writing() as session:
        service.hold(session, UUID(carol.account), good.cid)
    for path in on_disk(app):
        if path.name in (bad.cid, torn.cid):
            flip(path, path.stat().st_size - 1)
    made = carol.call("POST", "/me/exports").json
    with app.app_context():
        do_chores()
    with carol.call("GET", f"/me/exports/{made['id']}/download") as answer:
        archive = ZipFile(io.BytesIO(answer.data))
    items = {one["cid"]: one for one in json.loads(archive.read("content.json"))}
    assert set(items) == {good.cid, bad.cid, torn.cid}
    assert (items[good.cid]["uses"], items[good.cid]["mime"]) == (1, "text/plain")
    assert archive.read(items[good.cid]["file"]) == b"good"
    assert items[bad.cid]["file"] not in archive.namelist()
    assert archive.read(items[torn.cid]["file"]) == bytes(CHUNK)  # no wrong byte either


def findings(app: Flask) -> list[Finding]:
    with app.app_context():
        return check_content(app.config["TROTH"])


def shown(app: Flask) -> str:
    with app.app_context(), one_snapshot() as connection:
        return screen(read_state(connection, app.config["TROTH"]), {})


def test_damage_is_a_finding_until_it_is_mended(
    app: Flask, store: Store, get: Get, carol: Person
) -> None:
    assert [one.level for one in findings(app)] == ["ok"]
    content = store(carol, b"on a bad disk")
    (path,) = on_disk(app)
    flip(path, 0)
    assert get(content.cid).status_code == 500
    (found,) = findings(app)
    assert (found.level, content.cid in found.says) == ("fail", True)
    assert "1 damaged" in shown(app)
    assert b"troth_content_damaged 1.0" in app.test_client().get("/metrics").data
    with app.app_context():
        assert worker.recheck_damaged() == 0
        flip(path, 0)
        assert worker.recheck_damaged() == 1
    assert [one.level for one in findings(app)] == ["ok"]
    assert get(content.cid).data == b"on a bad disk"


def test_pins_that_wait_are_told_of(app: Flask, store: Store, carol: Person) -> None:
    here = app.config["TROTH"]
    assert "content   nothing waits" in shown(app)
    with fake_ipfs() as fake:
        object.__setattr__(here, "ipfs_url", f"http://127.0.0.1:{closed_port()}")
        content = store(carol, b"to be pinned")
        (found,) = findings(app)
        assert (found.level, "1 pins wait" in found.says) == ("warn", True)
        assert "1 pins wait, 0 failed" in shown(app)
        metrics = app.test_client().get("/metrics").data
        assert b"troth_content_pins_waiting 1.0" in metrics
        object.__setattr__(here, "ipfs_url", fake.url)
        fake.fault = "wrong"
        with app.app_context():
            worker.work()
        (found,) = findings(app)
        assert (found.level, content.cid in found.says) == ("fail", True)
        assert b"troth_content_pins_failed 1.0" in app.test_client().get("/metrics").data
        object.__setattr__(here, "ipfs_url", "")
        (found,) = findings(app)
        assert (found.level, "No IPFS node is set" in found.says) == ("warn", True)


@once
def test_the_document_tells_of_content(app: Flask) -> None:
    document = json.loads(app.test_client().get("/api/v1/openapi.json").data)
    asked = document["paths"]["/ipfs/{cid}"]["get"]
    assert {"200", "206", "304"} <= set(asked["responses"])
    assert {"cid", "Range", "If-None-Match"} <= {one["name"] for one in asked["parameters"]}
    assert not asked.get("security")


@pytest.mark.parametrize(
    "url", ["kubo:5001", "ftp://kubo", "http://", "http://kubo:x", "http://kubo/api", "http://a?b"]
)
def test_a_url_that_leads_to_no_node_is_refused(url: str) -> None:
    with pytest.raises(InvalidSettingError, match="TROTH_IPFS_URL"):
        load_settings({"TROTH_IPFS_URL": url})
    assert load_settings({"TROTH_IPFS_URL": "http://me:pass@kubo:5001"}).ipfs_url


def test_a_row_that_is_damaged_in_the_database_is_found_as_well(
    app: Flask, store: Store, get: Get, carol: Person
) -> None:
    content = store(carol, b"a")
    with app.app_context(), writing() as session:
        session.execute(update(Content).values(leaves=bytes(32)))
    assert get(content.cid).status_code == 500
    assert [one.level for one in findings(app)] == ["fail"]
