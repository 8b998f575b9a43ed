"""Counts agree with lists: blocked, muted, suspended and deleted people are in neither, wherever counts are shown."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.counting import check_counts
from tests.support.statements import cost
from tests.support.wallet import PASSWORD, Person
from webapp.accounts.models import Account
from webapp.database import writing
from workers.delivery import deliver

COUNTS = {"likes": "likes", "reposts": "reposts", "comments": "comments", "quotes": "quotes"}


class Square:
    """Ann has posted; five people like, pass on, answer and quote it, and follow each other."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        names = ("ann", "ben", "cid", "dan", "eve", "fay")
        self.people = {name: Person(app.test_client()).register(name) for name in names}
        self.moderator = Person(app.test_client()).register("calm_one")
        with app.app_context(), writing() as session:
            mine = update(Account).where(Account.id == UUID(self.moderator.account))
            session.execute(mine.values(role="moderator"))
        ann = self["ann"]
        self.post = self.did(ann, "POST", "/posts", {"text": "aardvark #all"})
        for name in names[1:]:
            one = self[name]
            for what in ("like", "repost"):
                self.did(one, "POST", f"/posts/{self.post['id']}/{what}")
            body = {"text": "so", "reply_to": self.post["content"], "quotes": self.post["content"]}
            self.did(one, "POST", "/posts", body)
            self.did(one, "POST", f"/users/{ann.account}/follow")
            self.did(ann, "POST", f"/users/{one.account}/follow")
        self.did(self["ben"], "POST", f"/posts/{self.post['id']}/like")
        with app.app_context():
            deliver()

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    @staticmethod
    def did(who: Person, method: str, path: str, body: Any = None) -> Any:
        answer = who.call(method, path, body)
        assert answer.status_code in (200, 201, 202, 204), (path, answer.text)
        return answer.json if answer.data else None

    def moderate(self, act: str, kind: str, subject: str) -> None:
        body = {"act": act, "type": kind, "subject": subject, "reason": "the rules"}
        self.did(self.moderator, "POST", "/moderation/actions", body)

    def seen_by(self, viewer: Person) -> list[dict[str, int]]:
        """Return the counts of the post wherever the viewer may come upon it."""
        post, ann = self.post["id"], self["ann"].account
        own = self.did(viewer, "GET", f"/posts/{post}/comments")["items"][0]
        pages = {
            "/search/posts?q=aardvark": "items",
            "/tags/all/posts": "items",
            f"/users/{ann}/posts": "items",
            f"/users/{viewer.account}/likes": "items",
            f"/feed/{viewer.account}": "items",
            f"/posts/{own['id']}/thread": "ancestors",
        }
        found = [self.did(viewer, "GET", f"/posts/{post}")["counts"]]
        found.append(self.did(viewer, "GET", f"/posts/{post}/thread")["post"]["counts"])
        for path, name in pages.items():
            items = self.did(viewer, "GET", path)[name]
            found += [one["counts"] for one in items if one["id"] == post]
        assert len(found) == len(pages) + 2
        return found

    def listed_to(self, viewer: Person) -> dict[str, int]:
        lists = {
            name: self.did(viewer, "GET", f"/posts/{self.post['id']}/{path}")["items"]
            for name, path in COUNTS.items()
        }
        return {name: len(items) for name, items in lists.items()}

    def check(self, viewer: Person, number: int) -> None:
        """Check that all counts of the post, and of its author, are those of the viewer's lists."""
        assert self.listed_to(viewer) == dict.fromkeys(COUNTS, number)
        assert self.seen_by(viewer) == [dict.fromkeys(COUNTS, number)] * 8

    def people_of(self, viewer: Person) -> set[tuple[int, ...]]:
        """Return followers and followed of Ann, as her profile, the lists and search say."""
        ann = self["ann"].account
        shown = self.did(viewer, "GET", f"/users/{ann}")["counts"]
        found = set()
        for name in ("followers", "following"):
            page = self.did(viewer, "GET", f"/users/{ann}/{name}")
            found.add((shown[name], page["total"], len(page["items"])))
        [one] = self.did(viewer, "GET", "/search/people?q=ann")["items"]
        return found | {(one["followers"],) * 3}


@pytest.fixture
def square(app: Flask) -> Square:
    return Square(app)


def test_counts_are_those_of_the_lists_for_everybody(square: Square) -> None:
    ben, cid, dan, eve = (square[name] for name in ("ben", "cid", "dan", "eve"))
    square.check(ben, 5)
    assert square.people_of(ben) == {(5, 5, 5)}
    square.did(ben, "POST", f"/users/{cid.account}/block")
    square.did(dan, "POST", f"/users/{ben.account}/block")
    square.check(ben, 3)
    assert square.people_of(ben) == {(3, 3, 3)}
    square.check(cid, 4)
    square.did(ben, "POST", f"/users/{eve.account}/mute")
    square.did(ben, "POST", f"/users/{cid.account}/mute")  # blocked as well: taken off once
    square.check(ben, 2)
    assert square.people_of(ben) == {(3, 3, 3)}  # those lists show whom one mutes
    square.check(eve, 5)

    square.moderate("suspend", "account", eve.account)
    square.check(ben, 2)
    square.check(cid, 3)
    assert square.people_of(cid) == {(3, 3, 3)}
    square.did(ben, "DELETE", f"/users/{eve.account}/mute")
    square.check(ben, 2)
    square.moderate("restore", "account", eve.account)
    square.check(ben, 3)
    for person in (cid, dan):
        square.did(person, "DELETE", "/me", {"password": PASSWORD})
    square.check(ben, 3)
    square.check(square["fay"], 3)
    assert square.people_of(ben) == {(3, 3, 3)}
    check_counts(square.app)


def test_what_is_hidden_counts_for_nobody_until_it_is_shown(square: Square) -> None:
    ben, eve = square["ben"], square["eve"]
    answer = square.did(eve, "GET", f"/users/{eve.account}/posts")["items"][0]["id"]
    both, fewer = dict.fromkeys(COUNTS, 5), {"likes": 5, "reposts": 5, "comments": 4, "quotes": 4}
    for acts, wanted in ((("hide",), fewer), (("show",), both)):
        for act in acts:
            square.moderate(act, "post", answer)
        assert square.listed_to(ben) == wanted
        assert square.seen_by(ben)[0] == wanted
        shown = square.did(ben, "GET", f"/users/{eve.account}")["counts"]["posts"]
        assert shown == len(square.did(ben, "GET", f"/users/{eve.account}/posts")["items"])
        check_counts(square.app)
    # What is hidden, edited, deleted or suspended meanwhile is taken off once.
    square.moderate("hide", "post", answer)
    square.moderate("suspend", "account", eve.account)
    square.moderate("show", "post", answer)
    check_counts(square.app)
    square.moderate("hide", "post", answer)
    square.moderate("restore", "account", eve.account)
    square.did(eve, "DELETE", f"/posts/{answer}")
    check_counts(square.app)
    square.did(eve, "POST", f"/users/{ben.account}/follow")
    square.moderate("suspend", "account", eve.account)
    square.did(ben, "POST", f"/users/{eve.account}/follow")
    square.did(ben, "DELETE", f"/users/{eve.account}/follow")
    square.did(ben, "POST", f"/users/{eve.account}/block")
    check_counts(square.app)
    square.did(eve, "DELETE", "/me", {"password": PASSWORD})
    check_counts(square.app)


def test_what_somebody_muted_says_below_their_own_post_counts(square: Square) -> None:
    ann, ben = square["ann"], square["ben"]
    body = {"text": "more", "reply_to": square.post["content"]}
    square.did(ann, "POST", "/posts", body)
    square.did(ben, "POST", f"/users/{ann.account}/mute")
    assert square.listed_to(ben)["comments"] == 6
    assert square.did(ben, "GET", f"/posts/{square.post['id']}")["counts"]["comments"] == 6


def test_who_blocks_and_mutes_nobody_pays_nothing_and_others_one_statement(square: Square) -> None:
    fay, cid = square["fay"], square["cid"]
    paths = [f"/posts/{square.post['id']}", f"/feed/{fay.account}?limit=1", f"/feed/{fay.account}"]
    cost(square.app, fay, paths[1])
    before = [cost(square.app, fay, path) for path in paths]
    assert before[1] == before[2]
    square.did(fay, "POST", f"/users/{cid.account}/mute")
    assert [cost(square.app, fay, path) for path in paths] == [one + 1 for one in before]
    profile = f"/users/{square['ann'].account}"
    free = cost(square.app, square["ben"], profile)
    assert cost(square.app, fay, profile) == free
