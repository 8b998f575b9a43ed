"""Follow, block and mute: counts exact, blocks honoured everywhere, nobody told."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.support.answers import at_once, nothing_written, refused
from tests.support.relating import suspend
from tests.support.wallet import Person
from webapp.accounts.models import AccountCounts
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.events.models import Event
from webapp.extensions import db

UNKNOWN = "00000000-0000-7000-8000-000000000000"


def on(person: Person, deed: str = "follow") -> str:
    return f"/users/{person.account}/{deed}"


def counts(app: Flask, person: Person) -> tuple[int, int]:
    """Return followers and following as counted, after checking them against the rows."""
    with app.app_context():
        row = db.session.scalars(
            select(AccountCounts).where(AccountCounts.account_id == UUID(person.account))
        ).one()
        found = tuple(
            db.session.scalar(
                select(func.count()).select_from(Follow).where(column == row.account_id)
            )
            for column in (Follow.followee_id, Follow.follower_id)
        )
        assert (row.followers, row.following) == found
        return row.followers, row.following


def events(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        rows = db.session.scalars(select(Event).order_by(Event.id))
        made = "account.created"
        return [(row.type, str(row.account_id), row.subject) for row in rows if row.type != made]


def listed(person: Person, path: str) -> list[str]:
    answer = person.call("GET", path)
    assert answer.status_code == 200, answer.text
    return [item["account"] for item in answer.json["items"]]


def test_following_is_counted_once_told_and_taken_back(
    app: Flask, alice: Person, carol: Person
) -> None:
    first = carol.call("POST", on(alice))
    assert first.status_code == 201
    flags = {"following": True, "followed_by": False, "muted": False, "blocking": False}
    assert first.json == {"account": alice.account, "viewer": flags}
    assert carol.call("POST", on(alice)).status_code == 200
    assert (counts(app, alice), counts(app, carol)) == ((1, 0), (0, 1))
    page = alice.call("GET", f"/users/{alice.account}/followers").json
    assert (page["total"], page["next"]) == (1, None)
    assert page["items"][0]["profile"]["handle"] == "carol"
    assert page["items"][0]["viewer"]["followed_by"] is True
    assert listed(alice, f"/users/{carol.account}/following") == [alice.account]
    for _ in range(2):
        assert carol.call("DELETE", on(alice)).status_code == 204
    assert (counts(app, alice), counts(app, carol)) == ((0, 0), (0, 0))
    assert events(app) == [
        ("account.followed", carol.account, alice.account),
        ("account.unfollowed", carol.account, alice.account),
    ]


@pytest.mark.parametrize("deed", ["follow", "block", "mute"])
def test_nobody_does_it_to_themselves_or_to_nobody(
    app: Flask, alice: Person, visitor: Person, deed: str
) -> None:
    with nothing_written(app):
        refused(alice.call("POST", on(alice, deed)), 422, "not_oneself")
        refused(alice.call("POST", f"/users/{UNKNOWN}/{deed}"), 404, "user_not_found")
        refused(visitor.call("POST", on(alice, deed)), 401, "no_session")
        refused(visitor.call("DELETE", on(alice, deed)), 401, "no_session")
        assert alice.call("DELETE", f"/users/{UNKNOWN}/{deed}").status_code == 204


def test_a_block_ends_following_both_ways_and_hides_the_blocker(
    app: Flask, alice: Person, carol: Person, visitor: Person
) -> None:
    carol.call("POST", on(alice))
    alice.call("POST", on(carol))
    answer = alice.call("POST", on(carol, "block"))
    assert answer.status_code == 201
    assert answer.json["viewer"] == {
        "following": False,
        "followed_by": False,
        "muted": False,
        "blocking": True,
    }
    assert alice.call("POST", on(carol, "block")).status_code == 200
    assert (counts(app, alice), counts(app, carol)) == ((0, 0), (0, 0))
    hidden = [on(alice), on(alice, "mute"), on(alice, "block")]
    for path in hidden:
        refused(carol.call("POST", path), 404, "user_not_found")
    for path in ("followers", "following"):
        told = refused(carol.call("GET", on(alice, path)), 404, "user_not_found")
        unknown = refused(carol.call("GET", f"/users/{UNKNOWN}/{path}"), 404, "user_not_found")
        assert told["detail"].replace(alice.account, UNKNOWN) == unknown["detail"]
        assert alice.call("GET", on(carol, path)).status_code == 200
    refused(alice.call("POST", on(carol)), 409, "you_block_them")
    assert listed(alice, "/me/blocks") == [carol.account]
    assert listed(carol, "/me/blocks") == []
    refused(visitor.call("GET", "/me/blocks"), 401, "no_session")
    assert alice.call("DELETE", on(carol, "block")).status_code == 204
    assert carol.call("POST", on(alice)).status_code == 201
    kinds = [kind for kind, _, _ in events(app)]
    assert kinds.count("account.unfollowed") == 2
    assert [kinds.count(f"account.{kind}") for kind in ("blocked", "unblocked")] == [1, 1]


def test_lists_leave_out_whom_a_block_stands_between(
    alice: Person, bob: Person, carol: Person, visitor: Person
) -> None:
    alice.call("POST", on(bob))
    carol.call("POST", on(bob))
    alice.call("POST", on(carol, "block"))
    path = on(bob, "followers")
    assert listed(visitor, path) == [carol.account, alice.account]
    assert listed(alice, path) == [alice.account]
    assert listed(carol, path) == [carol.account]
    assert carol.call("GET", path).json["total"] == 1
    assert visitor.call("GET", path).json["total"] == 2


def test_the_list_of_the_muted_counts_whom_it_shows_and_tells_of_no_block(
    alice: Person, bob: Person, carol: Person
) -> None:
    for other in (bob, carol):
        alice.call("POST", on(other, "mute"))
    assert carol.call("POST", on(alice, "block")).status_code == 201
    assert listed(alice, "/me/mutes") == [bob.account]
    assert alice.call("GET", "/me/mutes").json["total"] == 1
    carol.call("DELETE", on(alice, "block"))
    assert alice.call("GET", "/me/mutes").json["total"] == 2


def test_of_somebody_suspended_ones_own_lists_show_the_handle_alone(
    app: Flask, alice: Person, carol: Person
) -> None:
    carol.call("PATCH", "/me", {"name": "Rude words"})
    alice.call("POST", on(carol, "block"))
    assert alice.call("GET", "/me/blocks").json["items"][0]["profile"]["name"] == "Rude words"
    suspend(app, carol)
    shown = alice.call("GET", "/me/blocks").json["items"][0]["profile"]
    assert shown == {"id": carol.account, "handle": "carol", "name": None, "avatar": None}


def test_a_mute_is_told_to_the_muter_alone(app: Flask, alice: Person, carol: Person) -> None:
    carol.call("POST", on(alice))
    assert alice.call("POST", on(carol, "mute")).status_code == 201
    assert alice.call("POST", on(carol, "mute")).status_code == 200
    assert listed(alice, "/me/mutes") == [carol.account]
    item = alice.call("GET", on(alice, "followers")).json["items"][0]
    assert item["viewer"]["muted"] is True
    seen = carol.call("GET", on(carol, "following")).json["items"][0]["viewer"]
    assert seen == {"following": True, "followed_by": False, "muted": False, "blocking": False}
    assert alice.call("DELETE", on(carol, "mute")).status_code == 204
    assert listed(alice, "/me/mutes") == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Mute)) == 0


def test_lists_are_paged_newest_first(app: Flask, alice: Person) -> None:
    people = [Person(app.test_client()).register(f"fan_{number}") for number in range(5)]
    for person in people:
        person.call("POST", on(alice))
    path, seen = f"/users/{alice.account}/followers?limit=2", []
    while path:
        answer = alice.call("GET", path)
        seen += [item["profile"]["handle"] for item in answer.json["items"]]
        cursor = answer.json["next"]
        assert (cursor is None) == ("Link" not in answer.headers)
        path = f"/users/{alice.account}/followers?limit=2&cursor={cursor}" if cursor else ""
    assert seen == [f"fan_{number}" for number in (4, 3, 2, 1, 0)]
    refused(alice.call("GET", on(alice, "followers?limit=101")), 400, "malformed")
    refused(alice.call("GET", on(alice, "followers?cursor=x")), 400, "malformed")


def test_a_follow_with_an_idempotency_key_is_answered_twice(alice: Person, carol: Person) -> None:
    key = {"Idempotency-Key": "once"}
    first = carol.call("POST", on(alice), headers=key)
    again = carol.call("POST", on(alice), headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"


def crossing(app: Flask, people: list[Person], deeds: list[tuple[str, str]]) -> list[Any]:
    """Let everybody do every deed to everybody else, all at once."""

    def course(person: Person, others: list[Person]) -> Callable[[], TestResponse]:
        def run() -> TestResponse:
            mine = person.again(app.test_client())
            for method, deed in deeds:
                answers = [mine.call(method, on(other, deed)) for other in others]
                wrong = [one for one in answers if one.status_code not in (200, 201, 204, 404, 409)]
                if wrong:
                    return wrong[0]
            return answers[-1]

        return run

    calls = [
        course(person, [one for one in people if one is not person][:: 1 if turn % 2 else -1])
        for turn, person in enumerate(people)
    ]
    return at_once(*calls, *calls)


def test_many_who_follow_each_other_at_once_are_counted_exactly(app: Flask) -> None:
    people = [Person(app.test_client()).register(f"one_{number}") for number in range(4)]
    follow, end = ("POST", "follow"), ("DELETE", "follow")
    answers = crossing(app, people, [follow, end, follow])
    assert {answer.status_code for answer in answers} <= {200, 201}
    for person in people:
        followers, following = counts(app, person)
        assert followers <= 3
        assert following <= 3
    crossing(app, people, [follow, ("POST", "block")])
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Follow)) == 0
        assert db.session.scalar(select(func.count()).select_from(Block)) == 6
    assert [counts(app, person) for person in people] == [(0, 0)] * 4
