"""Whom one mutes is left out of lists of what others did, and stays where one asks for them."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.support.relating import mute
from tests.support.wallet import Person
from webapp.posts import views
from workers.delivery import deliver


def done(who: Person, path: str, body: Any = None) -> dict[str, Any]:
    answer = who.call("POST", path, body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def post(who: Person, **fields: Any) -> dict[str, Any]:
    return done(who, "/posts", {"text": "x", **fields})


def read(who: Person, path: str) -> dict[str, Any]:
    answer = who.call("GET", path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def ids(who: Person, path: str, name: str = "items") -> list[str]:
    return [one["id"] for one in read(who, path)[name]]


@pytest.fixture
def muted(app: Flask, carol: Person) -> Person:
    """Give somebody whom carol mutes."""
    person = Person(app.test_client()).register("mallory")
    mute(app, carol, person)
    return person


def test_their_answers_and_quotes_are_left_out_for_the_muter_alone(
    muted: Person, alice: Person, carol: Person, visitor: Person
) -> None:
    shown = alice.publish().json
    about = {"reply_to": shown["content"], "quotes": shown["content"]}
    theirs, mine = post(muted, **about), post(carol, **about)
    below = post(carol, reply_to=theirs["content"])
    deeper = post(muted, reply_to=below["content"])
    for name, seen in (
        ("comments", [theirs, mine]),
        ("quotes", [mine, theirs]),
        ("thread", [theirs, mine, below, deeper]),
    ):
        path = f"/posts/{shown['id']}/{name}"
        for who in (alice, muted, visitor):
            assert ids(who, path) == [one["id"] for one in seen]
        unmuted = [one["id"] for one in seen if one not in (theirs, deeper)]
        assert ids(carol, path) == unmuted
        assert ids(carol, f"{path}?limit=1") == unmuted[:1]
    assert read(carol, f"/posts/{shown['id']}")["counts"]["comments"] == 1  # as the list has it


def test_no_count_goes_below_nothing_while_more_answers_come(
    muted: Person, alice: Person, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = alice.publish().json
    post(muted, reply_to=shown["content"])
    more = {UUID(shown["id"]): {"comments": 1, "quotes": 1}}
    # As it is found where the quote came after the counts were read.
    monkeypatch.setattr(views, "left_out_of", lambda *_: more)
    counts = read(carol, f"/posts/{shown['id']}")["counts"]
    assert (counts["comments"], counts["quotes"]) == (0, 0)


def test_what_is_opened_on_purpose_is_shown(app: Flask, muted: Person, carol: Person) -> None:
    dora = Person(app.test_client()).register("dora")
    theirs = post(muted)
    assert read(carol, f"/posts/{theirs['id']}")["viewer"]["muted"] is True
    more = post(muted, reply_to=theirs["content"], quotes=theirs["content"])
    answer = post(dora, reply_to=more["content"])
    for name in ("comments", "quotes"):
        assert ids(carol, f"/posts/{theirs['id']}/{name}") == [more["id"]]
    assert ids(carol, f"/posts/{theirs['id']}/thread") == [more["id"], answer["id"]]
    opened = f"/posts/{answer['id']}/thread"
    assert ids(carol, opened, "ancestors") == [theirs["id"], more["id"]]
    done(muted, f"/posts/{theirs['id']}/repost")
    own = f"/users/{muted.account}/posts?reposts=true"
    assert ids(carol, own) == [theirs["id"], more["id"], theirs["id"]]
    done(dora, f"/posts/{theirs['id']}/repost")
    passed_on = f"/users/{dora.account}/posts?reposts=true"
    assert ids(carol, passed_on) == [answer["id"]]
    assert ids(muted, passed_on) == [theirs["id"], answer["id"]]
    done(carol, f"/posts/{theirs['id']}/like")
    assert ids(carol, f"/users/{carol.account}/likes") == [theirs["id"]]


@pytest.mark.parametrize("deed", ["like", "repost"])
def test_their_reactions_are_left_out_for_the_muter_alone(
    muted: Person, alice: Person, carol: Person, deed: str
) -> None:
    shown = alice.publish().json
    for who in (alice, muted):
        done(who, f"/posts/{shown['id']}/{deed}")
    path = f"/posts/{shown['id']}/{deed}s"
    accounts = [
        [one["account"] for one in read(who, path)["items"]] for who in (carol, alice, muted)
    ]
    both = [muted.account, alice.account]
    assert accounts == [[alice.account], both, both]


def test_a_group_stays_whole_and_tells_nothing_of_them(
    app: Flask, muted: Person, alice: Person, carol: Person
) -> None:
    members = {"members": [muted.account, carol.account]}
    place = done(alice, "/conversations", members)["id"]
    done(muted, "/messages", {"conversation": place, "text": "you there?"})
    with app.app_context():
        deliver()
    (one,) = read(carol, f"/messages/{place}")["items"]
    assert (one["text"], one["profile"]["viewer"]["muted"]) == ("you there?", True)
    (talk,) = read(carol, "/conversations")["items"]
    assert (talk["unread"], talk["last_message"]["id"]) == (0, one["id"])
    (talk,) = read(alice, "/conversations")["items"]
    assert talk["unread"] == 1
    assert read(carol, "/notifications")["items"] == []
    assert len(read(alice, "/notifications?kinds=message")["items"]) == 1
    done(alice, "/messages", {"conversation": place, "text": "yes"})
    with app.app_context():
        deliver()
    (told,) = read(carol, "/notifications?kinds=message")["items"]
    assert [face["id"] for face in told["profiles"]] == [alice.account]
    unread = read(carol, "/notifications/unread")
    assert (unread["unread"], unread["messages"]) == (1, 1)
    assert read(carol, f"/conversations/{place}")["unread"] == 1
    # Once they are muted no more, what they wrote is unread as anybody's.
    assert carol.call("DELETE", f"/users/{muted.account}/mute").status_code == 204
    assert read(carol, f"/conversations/{place}")["unread"] == 2


def test_between_two_people_what_the_muted_write_still_counts_as_unread(
    app: Flask, muted: Person, carol: Person
) -> None:
    done(muted, "/messages", {"to": carol.account, "text": "only you"})
    with app.app_context():
        deliver()
    (talk,) = read(carol, "/conversations")["items"]
    assert talk["unread"] == 1
    assert read(carol, "/notifications")["items"] == []
