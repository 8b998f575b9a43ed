"""Encrypted at rest: no table, event, log line or error holds what was written; keys can be changed."""

import json
import stat
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import MetaData, func, select, update

from tests.support.answers import refused
from tests.support.wallet import Person
from tests.webapp.conftest import MakeApp
from webapp import keyring
from webapp.commands.keys import keys as keys_command
from webapp.database import writing
from webapp.extensions import db
from webapp.keyring import KeyringError
from webapp.messages import exporting, rotation
from webapp.messages.encryption import keyring as current_ring
from webapp.messages.leaving import erase_account
from webapp.messages.models import Conversation, Message
from webapp.messages.telling import mark_told, untold
from workers.upkeep import tidy

from .conftest import conversations, group_of, texts, write

SECRET, TITLE = "MARZIPAN-4711", "QUITTENBROT-0815"


def every_value(app: Flask) -> str:
    """Return all that is in any table, as text."""
    with app.app_context(), db.engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        found = [
            bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else repr(value)
            for table in tables.sorted_tables
            for row in connection.execute(select(table))
            for value in row
        ]
    return "\n".join(found)


def test_nothing_that_was_written_is_readable_anywhere(
    app: Flask,
    alice: Person,
    carol: Person,
    dave: Person,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    key = {"Idempotency-Key": "k"}
    body = {"to": carol.account, "text": SECRET}
    sent = alice.call("POST", "/messages", body, key).json
    place = group_of(alice, carol, title=TITLE)
    write(carol, f"in the group: {SECRET}", conversation=place)
    refusals = [
        dave.call("POST", "/messages", {"conversation": place, "text": SECRET}),
        alice.call("POST", "/messages", {"to": carol.account, "text": SECRET * 400}),
        alice.call("POST", "/messages", body | {"id": sent["id"], "text": SECRET + "2"}),
        dave.call("PATCH", f"/conversations/{place}", {"title": TITLE}),
    ]
    assert {one.status_code for one in refusals} == {400, 404, 409}
    assert texts(carol, sent["conversation"]) == [SECRET]
    metrics = app.test_client().get("/metrics").text
    out = capsys.readouterr()
    said = [out.out, out.err, caplog.text, metrics, *(one.text for one in refusals)]
    said.append(every_value(app))
    for word in (SECRET, TITLE, "MARZIPAN", "QUITTENBROT"):
        assert not [text for text in said if word in text], word
    if db_file := next(tmp_path.glob("test.sqlite"), None):
        raw = b"".join(one.read_bytes() for one in tmp_path.glob(f"{db_file.name}*"))
        assert SECRET.encode() not in raw
        assert TITLE.encode() not in raw


def test_a_ciphertext_counts_only_where_it_was_written(
    app: Flask, alice: Person, carol: Person, dave: Person
) -> None:
    first = write(alice, "pay Carol", to=carol)
    second = write(alice, "pay Dave", to=dave)
    with app.app_context(), writing() as session:
        moved = session.get_one(Message, UUID(first["id"]))
        values = {"text": moved.text, "key_id": moved.key_id}
        session.execute(update(Message).where(Message.id == UUID(second["id"])).values(values))
    answer = dave.call("GET", f"/messages/{second['conversation']}")
    assert "Carol" not in refused(answer, 503, "message_unreadable")["detail"]
    with app.app_context(), writing() as session:
        session.execute(update(Message).values(key_id="0" * 16))
    answer = carol.call("GET", f"/messages/{first['conversation']}")
    refused(answer, 503, "message_unreadable")
    assert answer.headers["Retry-After"] == "60"


@pytest.fixture
def kept(make_app: MakeApp, tmp_path: Path) -> Flask:
    """Give an application whose keys are in its data folder."""
    settings = type("Here", (), {"message_keys": "", "data_dir": tmp_path})
    keyring.make_keyring(settings)  # type: ignore[arg-type]
    return make_app(message_keys="")


def people(app: Flask, *handles: str) -> list[Person]:
    return [Person(app.test_client()).register(handle) for handle in handles]


def test_a_fresh_key_encrypts_at_once_and_upkeep_encrypts_the_rest_anew(
    kept: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, ben = people(kept, "ada", "ben")
    place = group_of(ada, ben, title="old title")
    for number in range(3):
        write(ada, f"old {number}", conversation=place)
    monkeypatch.setattr(rotation, "ROWS", 2)
    file = tmp_path / keyring.FILE_NAME
    with kept.app_context():
        (old,) = rotation.rows_by_key()
        fresh = keyring.add_key(kept.config["TROTH"]).current.id
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    write(ben, "new", conversation=place)
    wanted = ["new", "old 2", "old 1", "old 0"]
    assert texts(ben, place) == wanted
    with kept.app_context():
        assert rotation.rows_by_key() == {old: 4, fresh: 1}
        tidy()
        assert rotation.rows_by_key() == {fresh: 5}
        assert rotation.reencrypt_all() == 0
        keyring.drop_keys(kept.config["TROTH"], {old, fresh})
        assert [key.id for key in current_ring().keys] == [fresh]
    assert texts(ada, place) == wanted
    assert conversations(ben)[0]["title"] == "old title"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_commands_say_what_they_did(kept: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, ben = people(kept, "ada", "ben")
    place = write(ada, "hello", to=ben)["conversation"]
    monkeypatch.setattr("webapp.create_app", lambda: kept)
    run = kept.test_cli_runner()

    def said(*words: str) -> str:
        done = run.invoke(keys_command, words)
        assert done.exit_code == 0, done.output
        return done.output

    (old, rest) = said("list").split(maxsplit=1)
    assert rest == "1 rows  encrypts\n"
    assert "1 older stay readable" in said("rotate")
    assert said("prune") == "no key would be dropped\n"
    assert said("reencrypt").startswith("1 rows encrypted anew with ")
    assert said("prune") == f"{old} would be dropped\n"
    assert said("prune", "--yes") == f"{old} dropped\n"
    assert old not in said("list")
    assert texts(ben, place) == ["hello"]
    with kept.app_context(), writing() as session:
        session.execute(update(Message).values(key_id=old))
    assert f"{old}  1 rows  MISSING" in said("list")
    assert "\n0 rows encrypted anew" in said("reencrypt")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_given_keys_are_rotated_by_whoever_gives_them(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.create_app", lambda: app)
    for words in (("rotate",), ("prune", "--yes")):
        done = app.test_cli_runner().invoke(keys_command, words)
        assert isinstance(done.exception, KeyringError)
        assert "TROTH_MESSAGE_KEYS" in str(done.exception)


@pytest.mark.parametrize("text", ["", "{", '{"version": 2}', '{"version": 1, "keys": ["x"]}'])
def test_a_file_of_keys_that_cannot_be_read_is_never_replaced(tmp_path: Path, text: str) -> None:
    here: Any = type("Here", (), {"message_keys": "", "data_dir": tmp_path})
    with pytest.raises(KeyringError, match="is not there"):
        keyring.load_keyring(here)
    (tmp_path / keyring.FILE_NAME).write_text(text)
    keyring.make_keyring(here)
    for act in (keyring.load_keyring, keyring.add_key):
        with pytest.raises(KeyringError, match="restore it from a backup"):
            act(here)
    assert (tmp_path / keyring.FILE_NAME).read_text() == text


def exported(account: UUID) -> list[dict[str, Any]]:
    """Return what an export holds of an account's conversations."""
    _, chunks = next(exporting.PARTS[0].files(db.session(), account))
    found: list[dict[str, Any]] = json.loads(b"".join(chunks))
    return found


def test_an_account_takes_its_texts_with_it_and_leaves_the_others_theirs(
    app: Flask, alice: Person, carol: Person, dave: Person
) -> None:
    direct = write(alice, "from Alice", to=carol)["conversation"]
    write(carol, "from Carol", conversation=direct)
    place = group_of(carol, alice, dave, title="ours")
    write(carol, "again Carol", conversation=place)
    alone = group_of(carol, dave)
    dave.call("DELETE", f"/conversations/{alone}/members/{dave.account}")
    write(carol, "to nobody", conversation=alone)
    account = UUID(carol.account)
    with app.app_context():
        found = {one["id"]: one for one in exported(account)}
        assert found[place]["title"] == "ours"
        assert [one["text"] for one in found[direct]["messages"]] == ["from Carol", "from Alice"]
        db.session.rollback()
        with writing() as session:
            erase_account(session, account)
        assert exported(account) == []
        left = select(func.count()).where(Message.text.is_not(None))
        assert db.session.scalar(left) == 1
    assert texts(alice, direct) == [None, "from Alice"]
    assert texts(dave, place) == [None]
    shown = conversations(dave)[0]
    assert (shown["member_count"], shown["owner"]) == (2, alice.account)
    with app.app_context():
        assert db.session.get(Conversation, UUID(alone)) is None


def test_who_is_to_be_told_of_messages(
    app: Flask, alice: Person, carol: Person, dave: Person
) -> None:
    place = group_of(alice, carol, dave)
    first = write(alice, "one", conversation=place)
    second = write(carol, "two", conversation=place)
    third = write(carol, "three", conversation=place)
    dave.call("POST", f"/messages/{place}/read", {"up_to": first["id"]})
    carol.call("DELETE", f"/messages/{place}/{third['id']}")
    with app.app_context():
        found = untold(db.session())
        told = {str(one.id): {str(who) for who in one.recipients} for one in found}
        assert told == {
            first["id"]: {carol.account},
            second["id"]: {alice.account, dave.account},
            third["id"]: set(),
        }
        with writing() as session:
            mark_told(session, [one.id for one in found])
        assert untold(db.session()) == []
