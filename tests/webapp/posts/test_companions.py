"""Publishing keeps counts, hashtags and mentions right in the commit of the post."""

from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from chain.proofs.records import ZERO_HASH, Kind
from tests.support.answers import nothing_written, refused
from tests.support.counting import check_counts
from tests.support.relating import block
from tests.support.wallet import Person
from webapp.accounts.models import Account, AccountCounts
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.posts.models import PostMention, PostTag
from webapp.posts.together import SignedPost, publish_many


def tags(app: Flask, post: dict[str, Any]) -> set[str]:
    with app.app_context():
        found = select(PostTag.tag).where(PostTag.post_id == UUID(post["id"]))
        return set(db.session.scalars(found))


def mentions(app: Flask, post: dict[str, Any]) -> set[str]:
    with app.app_context():
        found = select(PostMention.account_id).where(PostMention.post_id == UUID(post["id"]))
        return {str(one) for one in db.session.scalars(found)}


def counts(person: Person, post: dict[str, Any]) -> tuple[int, int]:
    found = person.call("GET", f"/posts/{post['id']}").json["counts"]
    return found["comments"], found["quotes"]


def posts_of(app: Flask, person: Person) -> int:
    with app.app_context():
        return db.session.get_one(AccountCounts, UUID(person.account)).posts


def test_counts_follow_what_is_written_edited_and_deleted(
    app: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    first, second = alice.publish().json, alice.publish().json
    answer = bob.publish(bob.post_record(replyTo=first["content"], quotes=first["content"])).json
    unsigned = {"text": "me too", "reply_to": answer["content"], "quotes": second["content"]}
    deeper = carol.call("POST", "/posts", unsigned).json
    assert (answer["parent"], answer["root"], answer["quoted"]) == (first["id"],) * 2 + (
        first["id"],
    )
    assert (deeper["parent"], deeper["root"]) == (answer["id"], first["id"])
    assert [counts(alice, one) for one in (first, second, answer)] == [(1, 1), (0, 1), (1, 0)]
    assert [posts_of(app, one) for one in (alice, bob, carol)] == [2, 1, 1]
    check_counts(app)
    moved = bob.edit_record(answer, replyTo=second["content"], quotes=ZERO_HASH)
    answer = bob.publish(moved).json
    assert [counts(alice, one) for one in (first, second)] == [(0, 0), (1, 1)]
    same = bob.publish(bob.edit_record(answer, "as before", replyTo=second["content"])).json
    assert bob.publish(moved).status_code == 200
    assert counts(alice, second) == (1, 1)
    for _ in range(2):
        assert bob.delete(same).status_code == 200
        carol.call("DELETE", f"/posts/{deeper['id']}")
    assert [counts(alice, one) for one in (first, second, answer)] == [(0, 0)] * 3
    assert [posts_of(app, one) for one in (alice, bob, carol)] == [2, 0, 0]
    check_counts(app)


def test_a_refused_post_or_edit_counts_nothing(app: Flask, alice: Person, bob: Person) -> None:
    post = alice.publish(alice.post_record("#kept")).json
    answer = bob.publish(bob.post_record(replyTo=post["content"])).json
    with nothing_written(app):
        stale = alice.post_record("#other", id=alice.post_record()["id"], replaces=post["content"])
        refused(alice.publish(stale), 409, "version_conflict")
        taken = bob.post_record("#mine", id="0x" + UUID(post["id"]).hex, replyTo=post["content"])
        refused(bob.publish(taken), 409, "post_id_taken")
    assert posts_of(app, bob) == 1
    for within in (post, answer):
        circle = alice.edit_record(post, replyTo=within["content"])
        refused(alice.publish(circle), 422, "answers_itself")
    assert tags(app, post) == {"kept"}
    check_counts(app)


def test_tags_and_mentions_are_those_of_the_current_version(
    app: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    dave = Person(alice.http).register("dave")
    post = alice.publish(alice.post_record("#One #two @carol @DAVE @nobody <b>#one</b>")).json
    assert tags(app, post) == {"one", "two"}
    assert mentions(app, post) == {carol.account, dave.account}
    edited = alice.publish(alice.edit_record(post, "#two #three @carol")).json
    assert tags(app, post) == {"two", "three"}
    assert mentions(app, post) == {carol.account}
    alice.delete(edited)
    assert tags(app, post) == mentions(app, post) == set()
    mine = carol.call("POST", "/posts", {"text": "@dave #own"}).json
    assert (tags(app, mine), mentions(app, mine)) == ({"own"}, {dave.account})


def test_only_active_people_without_a_block_are_mentioned(
    app: Flask, alice: Person, carol: Person
) -> None:
    people = [Person(alice.http).register(f"person{n}") for n in range(4)]
    block(app, alice, people[0])
    block(app, people[1], alice)
    with app.app_context(), writing() as session:
        session.get_one(Account, UUID(people[2].account)).suspended_at = utc_now()
        session.get_one(Account, UUID(people[3].account)).deleted_at = utc_now()
    text = "@carol @person0 @person1 @person2 @person3"
    record = alice.post_record(text)
    assert mentions(app, alice.publish(record).json) == {carol.account}
    body = alice.sign(Kind.POST, alice.post_record(text))
    with app.app_context():
        [view] = publish_many([signed(alice, body)])
    assert mentions(app, {"id": str(view.id)}) == {carol.account}


def signed(person: Person, body: dict[str, Any]) -> SignedPost:
    signature = bytes.fromhex(body["signature"][2:])
    return SignedPost(UUID(person.account), body["message"], signature)


def test_publishing_many_keeps_all_of_it_too(
    app: Flask, alice: Person, bob: Person, carol: Person
) -> None:
    parent, quoted = alice.publish().json, bob.publish().json
    answers = {"replyTo": parent["content"], "quotes": quoted["content"]}
    records = [
        (person, person.post_record(f"{n} #many #n{n} @carol", **answers))
        for n in range(3)
        for person in (alice, bob)
    ]
    within = alice.content_of(Kind.POST, records[0][1])
    records += [(bob, bob.post_record("deeper", replyTo=within))]
    with app.app_context():
        published = publish_many(
            [signed(person, person.sign(Kind.POST, record)) for person, record in records]
        )
    assert counts(alice, parent) == (6, 0)
    assert counts(alice, quoted) == (0, 6)
    assert (posts_of(app, alice), posts_of(app, bob)) == (4, 5)
    for n, view in enumerate(published[:6]):
        assert tags(app, {"id": str(view.id)}) == {"many", f"n{n // 2}"}
        assert mentions(app, {"id": str(view.id)}) == {carol.account}
    check_counts(app)


def test_whoever_blocks_is_answered_and_quoted_like_nobody(
    app: Flask, alice: Person, bob: Person
) -> None:
    post, mine = alice.publish().json, bob.publish().json
    block(app, alice, bob)
    with nothing_written(app):
        for person, other in ((alice, mine), (bob, post)):
            for name in ("replyTo", "quotes"):
                record = person.post_record(**{name: other["content"]})
                refused(person.publish(record), 422, "answered_post_unknown")
    assert posts_of(app, bob) == 1


def test_odd_texts_are_data_and_nothing_else(app: Flask, carol: Person) -> None:
    text = (
        "#<img/src=x> #x');DROP TABLE posts;-- #{{7*7}} #%27 #\u202eabc #\U0001f600 "
        "@carol<script> @carol');-- #\u0661\u0662 #e\u0301 \\#back #ok\u200b"
    )
    post = carol.call("POST", "/posts", {"text": text}).json
    assert tags(app, post) == {"x", "\u0661\u0662", "\xe9", "back", "ok"}
    assert mentions(app, post) == {carol.account}
    shown = carol.call("GET", "/tags/\u0661\u0662/posts")
    assert [one["text"] for one in shown.json["items"]] == [text]
    assert shown.content_type == "application/json"
