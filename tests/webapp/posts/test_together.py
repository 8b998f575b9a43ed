"""Many signed posts in one call: the same rules and answers as one at a time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from psycopg.errors import DeadlockDetected
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from chain.proofs.records import Kind
from tests.support.answers import nothing_written, row_counts
from tests.support.wallet import Person
from webapp.errors import ProblemError
from webapp.extensions import db
from webapp.log.models import Entry
from webapp.posts import together
from webapp.posts.models import Post
from webapp.posts.together import SignedPost, publish_many


def offer(person: Person, message: dict[str, Any] | None = None, **sign: Any) -> SignedPost:
    body = person.sign(Kind.POST, message or person.post_record(), **sign)
    return SignedPost(UUID(person.account), body["message"], bytes.fromhex(body["signature"][2:]))


def outcome(answer: Post | ProblemError) -> str:
    return answer.code if isinstance(answer, ProblemError) else "published"


def publish(app: Flask, *posts: SignedPost) -> list[str]:
    with app.app_context():
        return [outcome(answer) for answer in publish_many(posts)]


def test_many_posts_of_several_people_are_published_in_order(
    app: Flask, alice: Person, bob: Person, anchor: Callable[[], None]
) -> None:
    posts = [offer(person) for _ in range(3) for person in (alice, bob)]
    assert publish(app, *posts) == ["published"] * 6
    anchor()
    with app.app_context():
        order = list(db.session.scalars(select(Entry.record).order_by(Entry.position)))
    assert order == [bytes.fromhex(post.message["id"][2:]) for post in posts]
    items = alice.call("GET", f"/users/{alice.account}/posts").json["items"]
    assert [item["anchoring"]["state"] for item in items] == ["final"] * 3
    assert row_counts(app)["events"] == 2 + 6 + 1  # two accounts, six posts, one final batch


def test_one_refused_post_holds_up_no_other(app: Flask, alice: Person, bob: Person) -> None:
    used = alice.post_record()
    assert publish(app, offer(alice, used)) == ["published"]
    first = alice.post_record("first")
    posts = {
        "signature_invalid": offer(alice, key=bob.wallet),
        "not_your_author": SignedPost(
            UUID(bob.account), offer(alice).message, offer(alice).signature
        ),
        "malformed": SignedPost(UUID(alice.account), {"id": 1}, b""),
        "salt_refused": offer(alice, alice.post_record(salt=used["salt"])),
        "not_before_too_old": offer(
            alice, alice.post_record(notBefore={"number": 1, "hash": "0x" + "11" * 32})
        ),
        "version_conflict": offer(alice, alice.post_record(id=used["id"])),
    }
    answers = publish(app, offer(alice, first), *posts.values(), offer(bob))
    assert answers == ["published", *posts, "published"]
    assert row_counts(app)["posts"] == 3


def test_the_same_post_again_is_the_same_post(app: Flask, alice: Person) -> None:
    once = offer(alice)
    assert publish(app, once, once) == ["published"] * 2
    with nothing_written(app):
        assert publish(app, once) == ["published"]


def test_of_two_with_one_salt_the_first_is_published(app: Flask, alice: Person) -> None:
    first = alice.post_record()
    assert publish(
        app, offer(alice, first), offer(alice, alice.post_record(salt=first["salt"]))
    ) == ["published", "salt_refused"]


def test_an_edit_and_an_answer_to_a_post_of_the_same_call_follow_it(
    app: Flask, alice: Person, bob: Person
) -> None:
    root = offer(alice)
    content = bob.content_of(Kind.POST, root.message)
    edit = alice.post_record("edited", id=root.message["id"], replaces=content)
    answer = bob.post_record("answer", replyTo=content)
    assert publish(app, root, offer(bob, answer), offer(alice, edit)) == ["published"] * 3
    with app.app_context():
        assert db.session.scalar(select(func.max(Post.version))) == 2


def test_more_than_one_transaction_holds(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "MOST_TOGETHER", 2)
    assert publish(app, *[offer(alice) for _ in range(5)]) == ["published"] * 5
    assert publish(app) == []


def test_a_clash_with_another_writer_leaves_all_to_be_done_one_by_one(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def clash(*_: object) -> None:
        raise IntegrityError(None, None, ValueError())

    monkeypatch.setattr(together, "insert_rows", clash)
    assert publish(app, offer(alice), offer(alice)) == ["published"] * 2


def test_a_deadlock_leaves_all_to_be_done_one_by_one(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deadlock(*_: object) -> None:
        raise OperationalError(None, None, DeadlockDetected())

    monkeypatch.setattr(together, "insert_rows", deadlock)
    assert publish(app, offer(alice), offer(alice)) == ["published"] * 2


def test_of_records_checked_for_two_logs_each_goes_into_its_own(
    app: Flask, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [offer(alice), offer(alice)]
    real, seen = together.check_record, []

    def check(*args: Any) -> Any:
        record = real(*args)
        seen.append(record)
        # As if another log had been opened between the two.
        return record if len(seen) > 1 else replace(record, log=replace(record.log, id=99))

    monkeypatch.setattr(together, "check_record", check)
    assert publish(app, *posts) == ["published"] * 2
    with app.app_context():
        assert set(db.session.scalars(select(Entry.log_id))) == {1}
