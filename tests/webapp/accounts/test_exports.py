"""Exports: all of one's own, nothing of others', one at a time, for a day."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

from flask import Flask
from sqlalchemy import update

from chain.proofs.bundle import parse_bundle
from tests.support.answers import at_once, refused
from tests.support.files import loaded, picture, upload
from tests.support.wallet import Person
from webapp.accounts.exports.models import Export
from webapp.columns import utc_now
from webapp.database import writing
from workers.chores import do_chores
from workers.delivery import deliver

Anchor = Callable[[], None]


def work(app: Flask) -> None:
    with app.app_context():
        do_chores()


def ask(person: Person) -> Any:
    return person.call("POST", "/me/exports")


def fetch(person: Person, export: dict[str, Any]) -> Any:
    answer = person.call("GET", f"/me/exports/{export['id']}/download")
    assert answer.data
    answer.close()
    return answer


def listed(archive: ZipFile, name: str) -> list[Any]:
    found: list[Any] = json.loads(archive.read(name))
    return found


def test_an_export_holds_all_that_is_ones_own(
    app: Flask, alice: Person, carol: Person, anchor: Anchor
) -> None:
    post = alice.publish(alice.post_record("the first text")).json
    alice.publish(alice.edit_record(post, "the second text"))
    carol.call("POST", "/posts", {"text": "of somebody else"})
    alice.call("POST", f"/users/{carol.account}/follow")
    alice.call("POST", f"/users/{carol.account}/mute")
    alice.call("PATCH", "/me", {"name": "Alice Liddell"})
    written = alice.call("POST", "/messages", {"to": carol.account, "text": "a private word"}).json
    file = upload(alice, picture()).json
    stamp = alice.stamp(alice.stamp_record("0x" + "ab" * 32, about="a thesis")).json
    anchor()
    with app.app_context():
        deliver()
    export = ask(alice)
    assert (export.status_code, export.json["state"]) == (202, "waiting")
    refused(fetch(alice, export.json), 409, "export_not_ready")
    work(app)
    state = alice.call("GET", f"/me/exports/{export.json['id']}").json
    assert state["state"] == "ready"
    answer = fetch(alice, state)
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer.data) == state["size"]
    archive = ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    assert b"somebody else" not in b"".join(archive.read(name) for name in archive.namelist())
    assert listed(archive, "profile.json")[0]["profile"]["name"] == "Alice Liddell"
    versions = listed(archive, "posts.json")[0]["versions"]
    assert [one["message"]["text"] for one in versions] == ["the first text", "the second text"]
    for name in ("following", "mutes"):
        assert [one["handle"] for one in listed(archive, f"{name}.json")] == ["carol"]
    for name in ("followers", "blocks", "likes", "reposts"):
        assert listed(archive, f"{name}.json") == []
    assert len(listed(archive, "sessions.json")) == 1
    bundles = [archive.read(name) for name in archive.namelist() if name.startswith("bundles/")]
    assert len(bundles) == 3
    assert f"bundles/stamps/{stamp['id']}/1.troth.json" in archive.namelist()
    assert [one["about"] for one in listed(archive, "stamps.json")] == ["a thesis"]
    (conversation,) = listed(archive, "messages.json")
    assert conversation["id"] == written["conversation"]
    assert [one["text"] for one in conversation["messages"]] == ["a private word"]
    (media,) = listed(archive, "media.json")
    assert (media["id"], media["digest"]) == (file["id"], file["digest"])
    assert loaded(archive.read(media["file"])).size == (40, 30)
    assert {one["kind"] for one in listed(archive, "notifications.json")} == {"anchored"}
    assert all(parse_bundle(bundle).anchor is not None for bundle in bundles)
    path = app.config["TROTH"].data_dir / "exports" / f"{state['id']}.zip"
    assert path.stat().st_mode & 0o077 == 0


def test_only_its_owner_sees_an_export_and_only_for_a_day(
    app: Flask, alice: Person, carol: Person, visitor: Person
) -> None:
    export = ask(carol).json
    assert ask(carol).json["id"] == export["id"]
    work(app)
    path = f"/me/exports/{export['id']}"
    for where in (path, f"{path}/download"):
        refused(alice.call("GET", where), 404, "export_not_found")
        refused(visitor.call("GET", where), 401, "no_session")
    assert fetch(carol, export).status_code == 200
    with app.app_context(), writing() as session:
        session.execute(update(Export).values(expires_at=utc_now() - timedelta(seconds=1)))
    refused(fetch(carol, export), 410, "export_gone")
    work(app)
    assert list((app.config["TROTH"].data_dir / "exports").iterdir()) == []
    assert carol.call("GET", path).json["state"] == "expired"


def test_exports_are_listed_wherever_one_signs_in_newest_first_and_for_nobody_else(
    app: Flask, alice: Person, carol: Person
) -> None:
    def listed_for(person: Person) -> list[Any]:
        found: list[Any] = person.again(app.test_client()).call("GET", "/me/exports").json["items"]
        return found

    assert listed_for(carol) == []
    first = ask(carol).json
    assert listed_for(carol) == [first]
    work(app)
    (ready,) = listed_for(carol)
    assert ready == carol.call("GET", f"/me/exports/{first['id']}").json
    assert ready["state"] == "ready"
    assert ready["created_at"] <= ready["ready_at"] < ready["expires_at"]
    second = ask(carol).json
    states = [(one["id"], one["state"]) for one in listed_for(carol)]
    assert states == [(second["id"], "waiting"), (first["id"], "expired")]
    assert listed_for(alice) == []
    page = carol.call("GET", "/me/exports?limit=1").json
    assert [one["id"] for one in page["items"]] == [second["id"]]
    page = carol.call("GET", f"/me/exports?limit=1&cursor={page['next']}").json
    assert ([one["id"] for one in page["items"]], page["next"]) == ([first["id"]], None)


def test_exports_asked_for_at_once_are_one(app: Flask, carol: Person) -> None:
    answers = at_once(*[lambda: ask(carol.again(app.test_client()))] * 3)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 202]
    assert len({answer.json["id"] for answer in answers}) == 1


def test_an_export_whose_worker_died_is_written_again_and_given_up_in_the_end(
    app: Flask, carol: Person
) -> None:
    export = ask(carol).json
    for tries, state in ((1, "ready"), (3, "failed")):
        with app.app_context(), writing() as session:
            session.execute(update(Export).values(state="running", tries=tries))
        stray = app.config["TROTH"].data_dir / "exports" / f"{export['id']}.part"
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"half")
        work(app)
        assert carol.call("GET", f"/me/exports/{export['id']}").json["state"] == state
        assert not stray.exists()
