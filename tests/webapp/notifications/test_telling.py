"""Who is told what, and who is not."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.support.wallet import Person
from tests.webapp.notifications.conftest import World, happening, post, told, unread
from webapp.database import writing
from webapp.events.models import EventType
from webapp.notifications.models import NOBODYS, Kind, Whom
from webapp.notifications.telling import notify
from webapp.posts.models import Like

People = tuple[Person, Person, Person]


def summary(person: Person) -> list[tuple[str, list[str]]]:
    return [(one["kind"], [face["handle"] for face in one["profiles"]]) for one in told(person)]


def test_everything_that_others_do_is_told_once_however_often_it_is_delivered(
    world: World, people: People
) -> None:
    anna, ben, cleo = people
    first = post(anna)
    answer = post(ben, "an answer", reply_to=first["content"])
    quote = post(ben, "a quote", quotes=first["content"])
    mention = post(ben, "@anna @cleo")
    events = [
        world.followed(ben, anna),
        world.liked(ben, first),
        world.reposted(ben, first),
        world.wrote(answer, [anna]),  # told as an answer, not as a mention too
        world.wrote(quote),
        world.wrote(mention, [anna, cleo, ben]),
        happening(EventType.PROFILE_CHANGED, ben.account, ben.account),
    ]
    for again in (events, events, events[::-1]):
        world.deliver(*again)
    assert summary(anna) == [
        (kind, ["ben"]) for kind in ("mention", "quote", "comment", "repost", "like", "follow")
    ]
    shown = {one["kind"]: one for one in told(anna)}
    assert shown["comment"]["post"]["id"] == first["id"]
    assert shown["comment"]["about"]["text"] == "an answer"
    assert shown["quote"]["about"]["id"] == quote["id"]
    assert shown["mention"]["post"]["id"] == mention["id"]
    assert shown["follow"]["post"] is None
    assert unread(anna) == 6
    assert summary(cleo) == [("mention", ["ben"])]
    assert told(ben) == []


def test_an_edit_tells_only_whom_it_names_for_the_first_time(world: World, people: People) -> None:
    anna, ben, cleo = people
    named = post(ben, "@anna")
    world.deliver(world.wrote(named, [anna]))
    world.deliver(world.wrote(named, [anna, cleo], EventType.POST_EDITED))
    assert (unread(anna), unread(cleo)) == (1, 1)


def test_nobody_is_told_of_themselves(world: World, people: People) -> None:
    anna = people[0]
    own = post(anna)
    answer = post(anna, "more", reply_to=own["content"])
    world.deliver(world.liked(anna, own), world.wrote(answer, [anna]))
    assert (told(anna), unread(anna)) == ([], 0)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("what", ["blocked", "blocking", "muted", "suspended", "hidden", "deleted"])
def test_of_whom_one_does_not_want_to_hear_and_of_what_is_gone_nothing_is_told(
    world: World, people: People, what: str, before: bool
) -> None:
    anna, ben, cleo = people
    first, answer = post(anna), None
    answer = post(ben, "rude", reply_to=first["content"])
    events = [world.wrote(answer)]

    def happen() -> None:
        if what == "blocked":
            world.block(anna, ben)
        elif what == "blocking":
            world.block(ben, anna)
        elif what == "muted":
            world.mute(anna, ben)
        elif what == "suspended":
            world.suspend(ben)
        elif what == "hidden":
            world.hide(answer)
        else:
            assert ben.call("DELETE", f"/posts/{answer['id']}").status_code == 200

    if before:
        happen()
    world.deliver(*events, world.liked(cleo, first))
    if not before:
        assert unread(anna) == 2
        happen()
    assert summary(anna) == [("like", ["cleo"])]
    assert unread(anna) == 1


def test_what_is_taken_back_is_not_shown_and_done_again_is_not_told_again(
    world: World, people: People
) -> None:
    anna, ben, _ = people
    first = post(anna)
    world.deliver(world.liked(ben, first))
    world.remove(Like, account_id=UUID(ben.account), post_id=UUID(first["id"]))
    assert (told(anna), unread(anna)) == ([], 0)
    assert anna.call("POST", "/notifications/read", {"up_to": "1"}).status_code == 200
    world.deliver(world.liked(ben, first))
    assert summary(anna) == [("like", ["ben"])]
    assert unread(anna) == 0


def test_what_is_edited_away_is_not_shown(world: World, people: People) -> None:
    anna, ben, _ = people
    first = post(anna)
    said = {"text": "@anna so", "reply_to": first["content"]}
    answer, quote = post(ben, **said), post(ben, "so", quotes=first["content"])
    mention = post(ben, "@anna")
    world.deliver(*(world.wrote(one) for one in (answer, quote, mention)))
    assert [kind for kind, _ in summary(anna)] == ["mention", "quote", "comment"]
    left = [["mention", "quote"], ["mention"], []]
    for gone, kinds in zip((answer, quote, mention), left, strict=True):
        edit = {"id": gone["id"], "replaces": gone["content"], "text": "nothing"}
        assert ben.call("POST", "/posts", edit).status_code == 201
        assert [kind for kind, _ in summary(anna)] == kinds
        assert unread(anna) == len(kinds)


def test_only_those_who_may_read_a_post_are_told_of_it(world: World, people: People) -> None:
    anna, ben, cleo = people
    named = post(ben, "@anna @cleo", audience="followers")
    world.followed(cleo, ben)
    world.deliver(world.wrote(named, [anna, cleo]))
    assert told(anna) == []
    assert summary(cleo) == [("mention", ["ben"])]


def test_a_suspended_person_is_told_nothing(world: World, people: People) -> None:
    anna, ben, _ = people
    first = post(anna)
    world.suspend(anna)
    world.deliver(world.liked(ben, first))
    world.change_back(anna)
    assert told(anna) == []


def test_preferences_say_of_whom_one_is_told(world: World, people: People) -> None:
    anna, ben, cleo = people
    first = post(anna)
    world.followed(anna, ben)
    chosen = {"kinds": {"like": "following", "repost": "off"}}
    assert anna.call("PUT", "/notifications/preferences", chosen).status_code == 200
    world.deliver(
        *(world.liked(one, first) for one in (ben, cleo)),
        *(world.reposted(one, first) for one in (ben, cleo)),
        world.followed(cleo, anna),
    )
    assert summary(anna) == [("follow", ["cleo"]), ("like", ["ben"])]


@pytest.mark.parametrize("whom", [Whom.OFF, Whom.FOLLOWING])
def test_preferences_hold_for_every_kind_that_somebody_does(
    app: Flask, world: World, people: People, whom: Whom
) -> None:
    """Anna follows Ben; Cleo is a stranger, and does the same."""
    anna, ben, cleo = people
    world.followed(anna, ben)
    kinds = sorted({*Kind} - NOBODYS)
    chosen = {"kinds": dict.fromkeys(kinds, whom)}
    assert anna.call("PUT", "/notifications/preferences", chosen).status_code == 200
    first = post(anna)
    for one in (cleo, ben):
        answer, quote, mention = (
            post(one, "an answer", reply_to=first["content"]),
            post(one, "a quote", quotes=first["content"]),
            post(one, "@anna"),
        )
        world.deliver(
            *(world.followed(one, anna), world.liked(one, first), world.reposted(one, first)),
            *(world.wrote(answer), world.wrote(quote), world.wrote(mention, [anna])),
        )
        with app.app_context(), writing() as session:
            for kind in (Kind.MESSAGE, Kind.ASSET_RECEIVED):
                actor = UUID(one.account)
                notify(session, UUID(anna.account), kind, f"{kind}:{actor}", actor_id=actor)
    wanted = [] if whom == Whom.OFF else [(str(kind), ["ben"]) for kind in kinds]
    assert sorted(summary(anna)) == wanted
    assert unread(anna) == len(wanted)


def test_whoever_does_not_want_answers_is_still_told_that_one_mentions_them(
    world: World, people: People
) -> None:
    anna, ben, cleo = people
    chosen = {"kinds": {"comment": "off", "quote": "following"}}
    assert anna.call("PUT", "/notifications/preferences", chosen).status_code == 200
    first = post(anna)
    answer = post(ben, "@anna no", reply_to=first["content"])
    quote = post(cleo, "@anna look", quotes=first["content"])
    events = [world.wrote(answer, [anna]), world.wrote(quote, [anna])]
    world.deliver(*events)
    world.deliver(*events)
    assert summary(anna) == [("mention", ["cleo"]), ("mention", ["ben"])]
    assert anna.call("PUT", "/notifications/preferences", {"kinds": {"mention": "off"}})
    world.deliver(world.wrote(post(ben, "@anna no", reply_to=first["content"]), [anna]))
    assert unread(anna) == 2


def test_other_features_tell_by_one_call_once_for_each_source(
    app: Flask, world: World, people: People
) -> None:
    anna, ben, cleo = people

    def message(number: int, sender: Person) -> None:
        with app.app_context(), writing() as session:
            about: dict[str, Any] = {"subject": "talk", "topic": "talk"}
            person = UUID(anna.account)
            source = f"message:{number}"
            notify(session, person, Kind.MESSAGE, source, actor_id=UUID(sender.account), **about)

    for number in (1, 2, 2, 3):
        message(number, ben)
    world.block(anna, cleo)
    message(4, cleo)
    (item,) = told(anna)
    assert (item["kind"], item["people"], item["count"], item["subject"]) == (
        "message",
        1,
        3,
        "talk",
    )
    with app.app_context(), writing() as session:
        notify(session, UUID(anna.account), Kind.VERIFIED, "claim:1", subject="claim")
    assert told(anna)[0]["profiles"] == []
    assert told(anna)[0]["subject"] == "claim"
