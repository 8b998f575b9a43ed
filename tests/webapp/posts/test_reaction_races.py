"""Many at once on PostgreSQL: counts stay those of the rows, nothing is there twice, nobody waits in a circle."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from chain.proofs.records import Kind
from tests.support.answers import at_once, refused
from tests.support.counting import check_counts
from tests.support.wallet import Person
from webapp.events.models import Event
from webapp.extensions import db
from webapp.posts.models import PostCounts
from webapp.posts.together import SignedPost, publish_many
from workers.delivery import deliver

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.parametrize("database_url", ["postgres"], indirect=True),
]


def at_own_client(app: Flask, person: Person, path: str, method: str = "POST") -> Callable[[], Any]:
    own = person.again(app.test_client())
    return lambda: own.call(method, path)


@pytest.mark.parametrize("path", ["like", "repost"])
def test_one_person_who_presses_many_times_reacts_once(
    app: Flask, alice: Person, carol: Person, path: str
) -> None:
    post = alice.publish().json
    url = f"/posts/{post['id']}/{path}"
    answers = at_once(*[at_own_client(app, carol, url) for _ in range(8)])
    assert sorted(one.status_code for one in answers) == [200] * 7 + [201]
    check_counts(app)
    answers = at_once(*[at_own_client(app, carol, url, "DELETE") for _ in range(8)])
    assert [one.status_code for one in answers] == [204] * 8
    check_counts(app)
    with app.app_context():
        kinds = Event.type.in_(
            [f"post.{prefix}{path}{'d' if path == 'like' else 'ed'}" for prefix in ("", "un")]
        )
        assert db.session.scalar(select(func.count()).where(kinds)) == 2
        [row] = db.session.scalars(select(PostCounts))
        assert (row.likes, row.reposts) == (0, 0)


def test_a_crowd_that_does_everything_at_once_leaves_exact_counts(
    app: Flask, alice: Person, bob: Person
) -> None:
    crowd = [Person(app.test_client()).register(f"person{n}") for n in range(5)]
    posts = [alice.publish().json for _ in range(2)] + [bob.publish().json]
    barrier = threading.Barrier(len(crowd) + 1)

    def live(number: int) -> list[tuple[int, str]]:
        person, chance = crowd[number].again(app.test_client()), random.Random(number)  # noqa: S311
        mine: list[dict[str, Any]] = []
        answers = []
        barrier.wait(timeout=60)
        for _ in range(14):
            shown, other = chance.sample(posts, 2)
            act = chance.choice(
                ["like", "unlike", "repost", "unrepost", "comment", "edit", "delete"]
            )
            both = {"reply_to": shown["content"], "quotes": other["content"]}
            if act in ("like", "repost"):
                answer = person.call("POST", f"/posts/{shown['id']}/{act}")
            elif act in ("unlike", "unrepost"):
                answer = person.call("DELETE", f"/posts/{shown['id']}/{act.removeprefix('un')}")
            elif act == "comment" or not mine:
                answer = person.call("POST", "/posts", {"text": "#x @person0", **both})
                mine += [answer.json] if answer.status_code == 201 else []
            elif act == "edit":
                last = mine.pop()
                edit = {"id": last["id"], "replaces": last["content"], "text": "#y", **both}
                answer = person.call("POST", "/posts", edit)
                mine += [answer.json] if answer.status_code == 201 else []
            else:
                answer = person.call("DELETE", f"/posts/{mine.pop()['id']}")
            answers.append(
                (answer.status_code, answer.json["code"] if answer.status_code > 399 else "")
            )
        return answers

    def delete_one() -> None:
        barrier.wait(timeout=60)
        assert alice.again(app.test_client()).delete(posts[0]).status_code == 200

    with ThreadPoolExecutor(len(crowd) + 1) as pool:
        deleting = pool.submit(delete_one)
        answers = [one for found in pool.map(live, range(len(crowd))) for one in found]
        deleting.result()
    refusals = {(status, code) for status, code in answers if status > 399}
    assert refusals <= {(409, "post_deleted"), (422, "answered_post_unknown")}
    check_counts(app)


def test_publishing_many_beside_each_other_and_one_by_one_never_waits_in_a_circle(
    app: Flask, alice: Person, bob: Person
) -> None:
    posts = [alice.publish().json, bob.publish().json]
    people = (alice, bob)

    def offered(order: int) -> list[SignedPost]:
        found = []
        for n in range(6):
            person, other = people[(n + order) % 2], posts[(n + order) % 2]
            record = person.post_record(replyTo=other["content"], quotes=posts[n % 2]["content"])
            body = person.sign(Kind.POST, record)
            signature = bytes.fromhex(body["signature"][2:])
            found.append(SignedPost(UUID(person.account), body["message"], signature))
        return found

    barrier = threading.Barrier(4)

    def publish(batch: list[SignedPost]) -> int:
        barrier.wait(timeout=60)
        with app.app_context():
            return sum(not isinstance(one, Exception) for one in publish_many(batch))

    def like(person: Person) -> int:
        own = person.again(app.test_client())
        barrier.wait(timeout=60)
        for _ in range(3):
            for post in posts:
                for method in ("POST", "DELETE"):
                    assert own.call(method, f"/posts/{post['id']}/like").status_code < 300
        return 0

    with ThreadPoolExecutor(4) as pool:
        batches = [pool.submit(publish, offered(order)) for order in (0, 1)]
        likes = [pool.submit(like, person) for person in people]
        assert [one.result() for one in batches] == [6, 6]
        assert [one.result() for one in likes] == [0, 0]
    check_counts(app)


def test_whoever_reacts_while_they_are_blocked_counts_for_those_who_see_them_and_for_nobody_else(
    app: Flask, alice: Person, bob: Person
) -> None:
    """Either comes first: what a block keeps from somebody is in their list and their count, or in neither."""
    crowd = [Person(app.test_client()).register(f"person{n}") for n in range(4)]
    posts = [alice.publish().json for _ in crowd]
    for person, post in zip(crowd, posts, strict=True):
        there = f"/posts/{post['id']}"
        reply = {"text": "so", "reply_to": post["content"], "quotes": post["content"]}
        comment = partial(person.again(app.test_client()).call, "POST", "/posts", reply)
        at_once(
            at_own_client(app, person, f"{there}/like"),
            at_own_client(app, person, f"{there}/repost"),
            at_own_client(app, alice, f"/users/{person.account}/block"),
            at_own_client(app, person, f"/users/{alice.account}/follow"),
            comment,
        )
        for viewer, most in ((alice, 0), (bob, 1)):
            counts = viewer.call("GET", there).json["counts"]
            for name in ("likes", "reposts", "comments", "quotes"):
                items = viewer.call("GET", f"{there}/{name}").json["items"]
                assert counts[name] == len(items) <= most, (name, viewer.account)
        assert alice.call("GET", f"/users/{alice.account}").json["counts"]["followers"] == 0
        refused(person.call("GET", there), 404, "post_not_found")
    check_counts(app)
    with app.app_context():
        deliver()
    assert alice.call("GET", "/notifications").json["items"] == []
    assert alice.call("GET", "/notifications/unread").json["unread"] == 0
