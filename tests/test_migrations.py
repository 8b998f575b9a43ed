"""Migrations: from nothing, and from each release's rows, to the tables that the code knows.

A migration that comes later passes all of these as they stand; rows of a release are never changed to suit it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import (
    inspect,
    select,
    text,
)

from chain.devnode.node import DevNode
from tests.support import instance, revision_0001, revision_0002
from tests.support.counting import check_counts
from tests.support.migrating import (
    FIRST,
    change,
    check_kept,
    differences,
    first_rows,
    insert,
    partial_indexes,
    rows_of,
)
from tests.support.revision_0001 import STATES, post_id
from tests.support.services import fresh_database, missing, postgres_server
from tests.support.wallet import V1, Person
from webapp.database import writing
from webapp.extensions import Base, db
from webapp.factory import MIGRATIONS
from webapp.feed.candidates import Window
from webapp.feed.replaying import said
from webapp.log.models import Log
from webapp.migrating import BrokenReferencesError, migrating
from webapp.notifications.webhooks.models import WebhookDelivery
from webapp.outbox.models import Attempt, Chain, Transaction
from webapp.posts.restoring import restore_counts
from webapp.status.readiness import check_ready
from workers import anchoring

LAST, LOG = "0002", 1


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a database of the test's own in which there is nothing at all."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'own.sqlite'}"
        return
    server = postgres_server()
    if server is None:
        missing("PostgreSQL", "TROTH_TEST_DATABASE_URL")
    assert server is not None
    with fresh_database(server) as url:
        yield url


@pytest.fixture
def empty(empty_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give an application on it."""
    app = instance.make_app(tmp_path, empty_url)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_there_is_one_line_of_migrations() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert len(script.get_heads()) == 1
    assert script.get_base() == FIRST


def test_from_nothing_to_the_tables_that_the_code_knows_and_back(empty: Flask) -> None:
    with empty.app_context():
        upgrade()
        assert differences() == []
        wanted = {
            index.name
            for table in Base.metadata.tables.values()
            for index in table.indexes
            if index.dialect_options[db.engine.dialect.name]["where"] is not None
        }
        assert set(partial_indexes()) == wanted
        upgrade()  # again changes nothing
        assert differences() == []
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}


def test_the_rows_of_the_first_release_are_carried_over(empty: Flask) -> None:
    with first_rows(empty) as rows:
        upgrade()
        assert differences() == []
        check_kept(rows)
        check_ready()
        states = db.session.scalars(select(Transaction.state).order_by(Transaction.id)).all()
        assert states == ["unknown" if one == "signed" else one for one in STATES]
        assert set(db.session.scalars(select(Attempt.kind))) == {"call"}
        assert db.session.scalars(select(Chain.state)).all() == ["syncing"]
        assert db.session.scalars(select(Chain.final_to)).all() == [revision_0002.PROVED]
        db.session.remove()
        told = {
            empty.test_client().get(f"{V1}/posts/{post_id(number)}").json["anchoring"]["state"]
            for number in range(1, len(STATES) + 2)
        }
        assert told == {"final", "mined", "sent", "delayed", "sealed", "saved"}


def test_the_rows_of_the_last_release_are_carried_over_and_back(empty: Flask) -> None:
    with rows_of(empty, LAST, revision_0002.insert_rows) as rows:
        before = schema()
        upgrade()
        assert differences() == []
        check_kept(rows)
        found = db.session.execute(select(Chain.id, Chain.final_to)).all()
        assert dict(tuple(one) for one in found) == {
            revision_0002.HERE: revision_0002.PROVED,
            revision_0002.GONE: None,
        }
        db.session.remove()
        answer = empty.test_client().get(f"{V1}/log").json
        assert answer["notBefore"]["number"] == revision_0002.PROVED
        downgrade(revision=LAST)
        assert schema() == before
        check_kept(rows)
        upgrade()
        assert differences() == []
        check_kept(rows)


def test_an_upgrade_is_taken_back_without_losing_a_row(empty: Flask) -> None:
    with first_rows(empty) as rows:
        before = schema()
        upgrade()
        downgrade(revision=FIRST)
        assert schema() == before
        check_kept(rows)
        upgrade()
        assert differences() == []
        check_kept(rows)


def test_messages_to_webhooks_say_whom_they_name(empty: Flask) -> None:
    """What was owed before there was a column for it must be erased with them as well."""
    now, who, hook = datetime.now(UTC), uuid4(), uuid4()
    named, nameless = uuid4(), uuid4()
    with empty.app_context():
        upgrade(revision="0014")
        with db.engine.begin() as connection:
            insert(connection, "accounts", id=who, role="member", created_at=now)
            texts = dict.fromkeys(("url", "host", "secret"), "x")
            insert(
                connection,
                "webhooks",
                id=hook,
                account_id=who,
                kinds=[],
                position=0,
                created_at=now,
                **texts,
            )
            for id_, profile in ((named, {"id": str(who)}), (nameless, None)):
                body = {"type": "notification.like", "data": {"profile": profile}}
                row = {"webhook_id": hook, "kind": "like", "body": body, "created_at": now}
                insert(connection, "webhook_deliveries", id=id_, **row)
        upgrade()
        found = select(WebhookDelivery.id, WebhookDelivery.actor_id)
        assert dict(tuple(one) for one in db.session.execute(found)) == {named: who, nameless: None}
        db.session.remove()
        downgrade(revision="0014")
        upgrade()
        assert differences() == []


def test_what_older_events_do_not_say_is_written_down(empty: Flask) -> None:
    """Counts made anew from events are those of the rows, also of what was there before the upgrade."""
    now = datetime.now(UTC)
    silent, follower, liked = people = [uuid4() for _ in range(3)]
    with rows_of(empty, FIRST, revision_0001.insert_rows) as rows:
        upgrade(revision="0016")
        posts = [one["id"] for one in rows["posts"] if one["deleted_at"] is None]
        with db.engine.begin() as connection:
            for one in people:
                insert(connection, "accounts", id=one, role="member", created_at=now)
                insert(connection, "account_counts", account_id=one)
            for one in (silent, follower):
                follow = {"follower_id": one, "followee_id": liked}
                insert(connection, "follows", **follow, created_at=now)
                for name in ("likes", "reposts"):
                    insert(connection, name, account_id=one, post_id=posts[0], created_at=now)
                change(connection, "account_counts", {"account_id": one}, following=1)
            known = {"type": "post.liked", "account_id": follower, "subject": str(posts[0])}
            insert(connection, "events", **known, data={}, created_at=now, delivered=True)
            change(connection, "accounts", {"id": silent}, suspended_at=now)
            for one in posts[1:3]:
                change(connection, "posts", {"id": one}, parent_id=posts[0])
            change(connection, "posts", {"id": posts[2]}, hidden_at=now)
            change(connection, "account_counts", {"account_id": liked}, followers=2)
            reactions = {"likes": 2, "reposts": 2, "comments": 2}
            insert(connection, "post_counts", post_id=posts[0], **reactions)
        upgrade()
        check_counts(empty)
        assert restore_counts() == 0
        check_counts(empty)
        told = [one.created_at for one in said(db.session(), follower, Window(limit=9))]
        assert told == [now]
        db.session.remove()
        downgrade(revision="0016")
        with db.engine.connect() as connection:
            shown = connection.execute(text("SELECT likes, reposts, comments FROM post_counts"))
            assert [tuple(row) for row in shown] == [(2, 2, 2)]
        upgrade()
        assert restore_counts() == 0


def schema() -> dict[str, Any]:
    """Return columns, keys and indexes by table."""
    inspector = inspect(db.engine)
    return {
        table: (
            {
                one["name"]: (str(one["type"]), one["nullable"])
                for one in inspector.get_columns(table)
            },
            sorted(str(one["name"]) for one in inspector.get_indexes(table)),
            sorted(str(one["name"]) for one in inspector.get_unique_constraints(table)),
            sorted(str(one["name"]) for one in inspector.get_foreign_keys(table)),
        )
        for table in inspector.get_table_names()
    }


def test_work_goes_on_over_a_downgrade_and_an_upgrade(empty: Flask, node: DevNode) -> None:
    with empty.app_context():
        upgrade()
    instance.use_node(empty, node)
    carol = Person(empty.test_client()).register("carol")

    def publish(text: str) -> dict[str, Any]:
        post: dict[str, Any] = carol.call("POST", "/posts", {"text": text}).json
        return post

    posts = [publish("final")]
    with empty.app_context():
        anchoring.sweep()
        anchoring.sweep()
    posts.append(publish("sealed"))
    with empty.app_context():
        anchoring.seal(LOG)
    posts.append(publish("saved"))
    bundle = carol.call("GET", f"/posts/{posts[0]['id']}/bundle").data
    with empty.app_context():
        db.session.remove()
        downgrade(revision=FIRST)
        upgrade()
        for _ in range(3):
            anchoring.sweep()
    shown = [carol.call("GET", f"/posts/{post['id']}").json for post in posts]
    assert [post["anchoring"]["state"] for post in shown] == ["final"] * 3
    assert carol.call("GET", f"/posts/{posts[0]['id']}/bundle").data == bundle
    with empty.app_context(), writing() as session:
        assert session.scalar(select(Log.next_position)) == 3


def test_search_follows_texts_and_names_after_all_migrations(empty: Flask, node: DevNode) -> None:
    """A migration that rebuilds a table on SQLite drops its triggers, which nothing else would notice."""
    with empty.app_context():
        for revision in ("head", FIRST, "head"):
            (downgrade if revision == FIRST else upgrade)(revision=revision)
        if db.engine.dialect.name == "sqlite":
            named = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            moments = ("delete", "insert", "update")
            wanted = [f"search_{one}_{at}" for one in ("people", "posts") for at in moments]
            assert sorted(db.session.scalars(named)) == wanted
        db.session.remove()
    instance.use_node(empty, node)
    carol = Person(empty.test_client()).register("carol")

    def found(what: str, words: str) -> list[str]:
        items = carol.call("GET", f"/search/{what}?q={words}").json["items"]
        return [one["id" if what == "posts" else "account"] for one in items]

    post = carol.call("POST", "/posts", {"text": "an aardvark"}).json
    assert found("posts", "aardvark") == [post["id"]]
    edit = {"id": post["id"], "replaces": post["content"], "text": "a bandicoot"}
    assert carol.call("POST", "/posts", edit).status_code == 201
    assert (found("posts", "aardvark"), found("posts", "bandicoot")) == ([], [post["id"]])
    assert carol.call("DELETE", f"/posts/{post['id']}").status_code == 200
    assert found("posts", "bandicoot") == []
    for name in ("Wilhelmina", "Ottilie"):
        assert carol.call("PATCH", "/me", {"name": name}).status_code == 200
        assert found("people", name[:5]) == [carol.account]
    assert found("people", "Wilhel") == []


def test_foreign_keys_hold_after_a_migration(empty: Flask) -> None:
    with first_rows(empty):
        upgrade()
        if db.engine.dialect.name != "sqlite":
            return
        with db.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_a_migration_that_breaks_a_reference_changes_nothing(empty: Flask) -> None:
    with first_rows(empty):
        with pytest.raises(BrokenReferencesError) as raised, migrating() as connection:
            connection.execute(text("DELETE FROM transactions WHERE id = 1"))
        assert set(raised.value.tables) == {"attempts", "batches"}
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM transactions")) == len(STATES)
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
