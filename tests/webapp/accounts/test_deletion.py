"""Deleting an account: nothing of it is left anywhere, and what others have stays right."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from chain.proofs.bundle import parse_bundle
from tests.support.answers import at_once, nothing_written, refused
from tests.support.databases import tables_of
from tests.support.files import picture, upload
from tests.support.wallet import PASSWORD, Person
from webapp.accounts.models import AccountCounts, SignInSession
from webapp.accounts.relations.models import Follow
from webapp.columns import utc_now
from webapp.commands.audit import audit_database
from webapp.database import writing
from webapp.extensions import db, limiter
from webapp.log.models import Entry
from webapp.messages.models import Message
from webapp.moderation.models import Report
from webapp.notifications.models import Notification
from webapp.posts.models import Like, Post, PostCounts
from workers import media
from workers.chores import do_chores
from workers.delivery import deliver
from workers.upkeep import tidy

Anchor = Callable[[], None]
SECRET = "quokka-marmalade-7391"
WORD = b"quokka"  # as the index for searching knows it


def delete(person: Person, **body: str) -> Any:
    return person.call("DELETE", "/me", body)


def wallet_proof(person: Person, **changes: Any) -> dict[str, str]:
    challenge = person.call("POST", "/me/deletion/nonce").json
    return person.signed_siwe(person.siwe(**(challenge | changes)))


def places(app: Flask, needle: bytes) -> Iterator[str]:
    """Name every table's column, file and limiter's key that holds a text, raw or as hex."""
    with app.app_context():
        for table in tables_of(db.engine).tables.values():
            for row in db.session.execute(select(table)).mappings():
                for name, value in row.items():
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else b""
                    if needle in raw or needle in repr(value).encode():
                        yield f"{table.name}.{name}"
        db.session.remove()
        tidy()
        db.session.remove()
        stored = getattr(limiter.storage, "storage", {})
        if needle in repr(stored).encode():
            yield "limiter"
    for path in app.config["TROTH"].data_dir.rglob("*"):
        if path.is_file() and needle in path.read_bytes():
            yield path.name


def test_nothing_of_a_deleted_account_is_left(
    app: Flask, carol: Person, anchor: Anchor, capfd: pytest.CaptureFixture[str]
) -> None:
    key = {"Idempotency-Key": "once"}
    first = carol.call("POST", "/posts", {"text": f"one {SECRET}"}, headers=key).json
    edit = {"text": f"two {SECRET}", "id": first["id"], "replaces": first["content"]}
    carol.call("POST", "/posts", edit, headers={"Idempotency-Key": "twice"})
    anchor()
    carol.call("POST", "/posts", {"text": f"not sealed yet {SECRET}"})
    links = [f"https://{SECRET}.example"]
    carol.call("PATCH", "/me", {"name": SECRET, "bio": SECRET, "links": links})
    export = carol.call("POST", "/me/exports").json
    carol.call("POST", "/me/recovery-codes", {"password": PASSWORD})
    stamp = carol.call("POST", "/stamps", {"digest": "0x" + "ab" * 32, "about": SECRET})
    assert stamp.status_code == 201
    app_body = {"name": SECRET, "redirect_uris": [f"https://{SECRET}.example/back"]}
    assert carol.call("POST", "/oauth/apps", app_body).status_code == 201
    with app.app_context():
        salt = db.session.scalars(select(Entry.message).order_by(Entry.id)).first()["salt"]
        do_chores()
    assert set(places(app, SECRET.encode())) >= {"posts.text", "entries.message", "accounts.bio"}
    assert set(places(app, SECRET.encode())) >= {"stamps.about", "oauth_apps.name"}
    assert set(places(app, salt.encode())) >= {"entries.message"}
    exported = app.config["TROTH"].data_dir / "exports" / f"{export['id']}.zip"
    assert exported.exists()
    assert delete(carol, password=PASSWORD).status_code == 204
    with app.app_context():
        do_chores()
    assert not exported.exists()
    assert list(places(app, SECRET.encode())) == []
    assert list(places(app, WORD)) == []
    assert list(places(app, salt.encode())) == []
    assert list(places(app, b"'carol'")) == []
    refused(carol.call("GET", "/me"), 401, "no_session")
    assert SECRET not in "".join(capfd.readouterr())
    anchor()  # what was not sealed yet is sealed all the same
    visitor = Person(app.test_client())
    shown = visitor.call("GET", f"/users/{carol.account}").json
    assert (shown["state"], shown["handle"], shown["authors"]) == ("deleted", None, [])
    assert visitor.call("GET", f"/posts/{first['id']}").json["text"] is None
    answer = visitor.call("GET", f"/posts/{first['id']}/bundle?content={first['content']}")
    bundle = parse_bundle(answer.data)
    assert bundle.message is None
    assert bundle.anchor is not None
    body = {"handle": "Carol", "password": PASSWORD}
    refused(visitor.call("POST", "/auth/password", body), 401, "sign_in_refused")
    refused(visitor.call("POST", "/users", body), 409, "handle_taken")


def test_nothing_that_it_said_to_others_or_they_were_told_of_it_is_left(
    app: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    post = alice.publish().json
    written = carol.call("POST", "/messages", {"to": alice.account, "text": SECRET}).json
    report = {"type": "post", "subject": post["id"], "reason": "spam", "text": SECRET}
    assert carol.call("POST", "/reports", report).status_code == 201
    file = upload(carol, picture(), alt=SECRET).json
    body = {"text": f"look {SECRET}", "media": [{"id": file["id"]}]}
    with app.app_context():
        media.work()
    assert carol.call("POST", "/posts", body).status_code == 201
    carol.call("POST", f"/posts/{post['id']}/repost")
    for person in (bob, carol):  # carol's is the newest of the two, which stands for both
        assert person.call("POST", f"/posts/{post['id']}/like").status_code in (200, 201, 204)
        with app.app_context():
            deliver()
    assert alice.call("GET", "/notifications").json["items"][0]["people"] == 2
    search = f"/search/posts?q={WORD.decode()}"
    assert len(bob.call("GET", search).json["items"]) == 1
    folder = app.config["TROTH"].data_dir / "media"
    assert [path for path in folder.rglob("*") if path.is_file()]
    assert delete(carol, password=PASSWORD).status_code == 204
    with app.app_context():
        media.work()
        me = UUID(carol.account)
        told = select(func.count()).select_from(Notification)
        assert db.session.scalar(told.where(Notification.actor_id == me)) == 0
        assert db.session.scalars(select(Report.text)).all() == [""]
        assert db.session.scalars(select(Message.text)).all() == [None]
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert list(places(app, SECRET.encode())) == []
    assert list(places(app, WORD)) == []
    assert bob.call("GET", search).json["items"] == []
    items = alice.call("GET", f"/messages/{written['conversation']}").json["items"]
    assert [one["text"] for one in items] == [None]
    shown = alice.call("GET", "/notifications").json["items"]
    assert [(one["kind"], one["people"]) for one in shown] == [("like", 1)]


def test_what_others_have_stays_counted_right(
    app: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    for one, other in ((carol, alice), (alice, carol), (carol, bob), (bob, alice)):
        one.call("POST", f"/users/{other.account}/follow")
    bob.call("POST", f"/users/{carol.account}/block")
    post = alice.publish().json
    answer = {"text": "an answer", "reply_to": post["content"]}
    assert carol.call("POST", "/posts", answer).status_code == 201
    with app.app_context(), writing() as session:
        where = {"post_id": session.scalars(select(Post.id).where(Post.parent_id.is_(None))).one()}
        mine = session.scalars(select(Post.account_id).where(Post.parent_id.is_not(None))).one()
        session.merge(PostCounts(**where, likes=1, comments=1, reposts=0, quotes=0))
        session.add(Like(account_id=mine, **where, created_at=utc_now()))
    assert delete(carol, password=PASSWORD).status_code == 204
    with app.app_context():
        counts = db.session.get(PostCounts, where["post_id"])
        assert counts is not None
        assert (counts.likes, counts.comments) == (0, 0)
        assert db.session.scalar(select(func.count()).select_from(Like)) == 0
        assert db.session.scalar(select(func.count()).select_from(Follow)) == 1
        rows = {str(row.account_id): row for row in db.session.scalars(select(AccountCounts))}
    kept = {one: (rows[one].followers, rows[one].following) for one in rows}
    assert kept == {alice.account: (1, 0), bob.account: (0, 1), carol.account: (0, 0)}
    assert bob.call("GET", "/me/blocks").json["items"] == []


def test_a_wallets_account_is_deleted_by_a_fresh_signature_alone(
    app: Flask, alice: Person, bob: Person
) -> None:
    post = alice.publish().json
    with nothing_written(app):
        refused(delete(alice, password=PASSWORD), 403, "password_wrong")
        refused(delete(alice), 400, "malformed")
        refused(alice.call("DELETE", "/me", alice.signed_siwe()), 401, "sign_in_nonce_refused")
        other = wallet_proof(alice, statement="Sign in.")
        refused(alice.call("DELETE", "/me", other), 401, "sign_in_message_refused")
        stranger = alice.again(alice.http)
        stranger.wallet = bob.wallet
        refused(alice.call("DELETE", "/me", wallet_proof(stranger)), 404, "wallet_not_found")
        body = wallet_proof(alice)
        refused(alice.call("POST", "/auth/siwe", body), 401, "sign_in_nonce_refused")
    assert alice.call("DELETE", "/me", body).status_code == 204
    refused(alice.call("GET", "/me"), 401, "no_session")
    before = alice.account
    # The wallet may begin anew, and has nothing to do with what was.
    assert alice.sign_in().account != before
    assert alice.publish().status_code == 201
    refused(alice.publish(alice.edit_record(post)), 403, "not_your_post")
    assert bob.call("GET", f"/posts/{post['id']}").json["text"] is None
    with app.app_context():
        assert audit_database().first == {}


def test_a_wrong_password_deletes_nothing(app: Flask, carol: Person, visitor: Person) -> None:
    with nothing_written(app):
        refused(delete(carol, password="wrong password"), 403, "password_wrong")
        refused(delete(visitor, password=PASSWORD), 401, "no_session")
        both = wallet_proof(carol) | {"password": PASSWORD}
        refused(carol.call("DELETE", "/me", both), 400, "malformed")


def test_messages_that_come_while_the_account_is_deleted_are_refused_or_erased(
    app: Flask, alice: Person, carol: Person
) -> None:
    def write() -> Any:
        body = {"to": alice.account, "text": SECRET}
        return carol.again(app.test_client()).call("POST", "/messages", body)

    def leave() -> Any:
        return delete(carol.again(app.test_client()), password=PASSWORD)

    answers = at_once(write, write, leave, write)
    assert answers[2].status_code == 204
    assert {one.status_code for one in answers} <= {201, 204, 401, 404}
    with app.app_context():
        assert db.session.scalars(select(Message.id).where(Message.text.is_not(None))).all() == []


def test_posts_that_come_while_the_account_is_deleted_are_refused_or_erased(
    app: Flask, carol: Person
) -> None:
    def publish(text: str) -> Any:
        return carol.again(app.test_client()).call("POST", "/posts", {"text": text})

    answers = at_once(
        lambda: publish("one"),
        lambda: publish("two"),
        lambda: delete(carol.again(app.test_client()), password=PASSWORD),
        lambda: publish("three"),
    )
    assert answers[2].status_code == 204
    assert {one.status_code for one in answers} <= {201, 204, 401, 403, 422}
    with app.app_context():
        assert db.session.scalars(select(Post.text).where(Post.text.is_not(None))).all() == []
        left = select(Entry.id).where(Entry.message["text"].is_not(None), Entry.erased_at.is_(None))
        assert db.session.scalars(left).all() == []
        assert db.session.scalar(select(func.count()).select_from(SignInSession)) == 0
