"""The list: grouped, in pages, with what is read; preferences; what is deleted in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from tests.support.answers import refused
from tests.support.wallet import Person
from tests.webapp.notifications.conftest import World, post, told, unread
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.notifications import service, telling
from webapp.notifications.models import Notification
from workers.delivery import deliver
from workers.upkeep import tidy

People = tuple[Person, Person, Person]


def crowd(app: Flask, number: int) -> list[Person]:
    return [Person(app.test_client()).register(f"crowd{n}") for n in range(number)]


def test_many_likes_of_a_post_are_shown_as_one(app: Flask, world: World, people: People) -> None:
    anna = people[0]
    first, second = post(anna), post(anna)
    likers = crowd(app, 5)
    world.deliver(*(world.liked(one, first) for one in likers[:3]))
    world.deliver(world.liked(likers[0], second))
    world.deliver(*(world.liked(one, first) for one in likers[3:]))
    one, other = told(anna)
    assert [one["people"], one["count"], other["people"]] == [5, 5, 1]
    assert [face["handle"] for face in one["profiles"]] == ["crowd4", "crowd3", "crowd2"]
    assert one["post"]["id"] == first["id"]
    assert unread(anna) == 6
    world.suspend(likers[4])  # the newest: the group stays, without them
    one, _ = told(anna)
    assert (one["people"], one["profiles"][0]["handle"]) == (4, "crowd3")


def test_a_person_who_answers_twice_is_one_person(world: World, people: People) -> None:
    anna, ben, _ = people
    first = post(anna)
    answers = [post(ben, text, reply_to=first["content"]) for text in ("one", "two")]
    world.deliver(*map(world.wrote, answers))
    (item,) = told(anna)
    assert (item["people"], item["count"], item["about"]["text"]) == (1, 2, "two")


def test_groups_end_with_their_window_and_when_they_are_full(
    app: Flask, world: World, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = people[0]
    first = post(anna)
    monkeypatch.setattr(telling, "MOST_IN_GROUP", 2)
    likers = crowd(app, 4)
    world.deliver(*(world.liked(one, first) for one in likers[:3]))
    assert [item["people"] for item in told(anna)] == [1, 2]
    with app.app_context(), writing() as session:
        session.execute(update(Notification).values(group_began_at=utc_now() - timedelta(days=2)))
    world.deliver(world.liked(likers[3], first))
    assert [item["people"] for item in told(anna)] == [1, 1, 2]


def test_pages_lead_to_the_end_and_stay_right_while_new_ones_come(
    world: World, people: People
) -> None:
    anna, ben, cleo = people
    posts = [post(anna, str(number)) for number in range(5)]
    world.deliver(*(world.liked(ben, one) for one in posts))
    seen: list[str] = []
    path = "/notifications?limit=2&kinds=like"
    while path:
        answer = anna.call("GET", path)
        seen += [item["post"]["text"] for item in answer.json["items"]]
        link = answer.headers.get("Link", "")
        path = link[link.index("/notifications") : link.index(">")] if link else ""
        assert bool(link) == bool(answer.json["next"])
        assert "kinds=like" in path or not path
        world.deliver(world.followed(cleo, anna))
    assert seen == ["4", "3", "2", "1", "0"]
    assert [item["kind"] for item in told(anna, "?kinds=follow,quote")] == ["follow"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "kinds=gossip", "cursor=x"])
def test_a_query_that_is_not_documented_is_refused(people: People, query: str) -> None:
    refused(people[0].call("GET", f"/notifications?{query}"), 400, "malformed")


def test_a_made_up_cursor_is_only_a_place(people: People) -> None:
    made_up = "A" * 11 + "_" * 21
    assert people[0].call("GET", f"/notifications?cursor={made_up}").json["items"] == []


def test_reading_goes_forward_only_and_not_beyond_what_there_is(
    world: World, people: People
) -> None:
    anna, ben, cleo = people
    first = post(anna)
    world.deliver(world.liked(ben, first), world.followed(ben, anna))

    def read(up_to: Any) -> Any:
        return anna.call("POST", "/notifications/read", {"up_to": up_to})

    assert read("1").json == {
        "unread": 1,
        "messages": 0,
        "more": False,
        "read_up_to": "1",
        "newest": "2",
    }
    assert [item["read"] for item in told(anna)] == [False, True]
    assert read("999999999999999999").json["read_up_to"] == "2"
    assert read("1").json["read_up_to"] == "2"
    world.deliver(world.liked(cleo, first))
    assert unread(anna) == 1
    for bad in ("-1", "x", "01", 1, None, "9" * 20):
        refused(read(bad), 400, "malformed")


def test_what_is_unread_of_messages_is_counted_apart(
    app: Flask, world: World, people: People
) -> None:
    anna, ben, _ = people
    ben.call("POST", "/messages", {"to": anna.account, "text": "psst"})
    with app.app_context():
        deliver()
    world.deliver(world.followed(ben, anna))

    def counted() -> tuple[int, int]:
        found = anna.call("GET", "/notifications/unread").json
        return found["unread"], found["messages"]

    assert counted() == (2, 1)
    anna.call("POST", "/notifications/read", {"up_to": "2"})
    assert counted() == (0, 0)


def test_signed_out_nothing_is_told(visitor: Person) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/unread"),
        ("POST", "/read"),
        ("GET", "/preferences"),
        ("PUT", "/preferences"),
    ):
        refused(visitor.call(method, f"/notifications{path}"), 401, "no_session")


def test_preferences_are_changed_by_whoever_saw_the_newest(people: People) -> None:
    anna = people[0]
    path = "/notifications/preferences"
    before = anna.call("GET", path)
    assert set(before.json["kinds"].values()) == {"all"}
    mark = {"If-Match": before.headers["ETag"]}
    after = anna.call("PUT", path, {"kinds": {"like": "off"}}, mark)
    assert (after.status_code, after.json["kinds"]["like"]) == (200, "off")
    refused(anna.call("PUT", path, {"kinds": {"like": "all"}}, mark), 412, "preferences_stale")
    for weak in (f"W/{after.headers['ETag']}", ""):
        stale = anna.call("PUT", path, {"kinds": {"like": "all"}}, {"If-Match": weak})
        refused(stale, 412, "preferences_stale")
    one_of_both = {"If-Match": f'"99", {after.headers["ETag"]}'}
    after = anna.call("PUT", path, {"kinds": {"like": "off"}}, one_of_both)
    assert after.status_code == 200
    again = anna.call("GET", path)
    assert (again.json, again.headers["ETag"]) == (after.json, after.headers["ETag"])
    assert people[1].call("GET", path).json["kinds"]["like"] == "all"
    for bad in (
        {"gossip": "all"},
        {"like": "sometimes"},
        {"anchored": "following"},
        {"like": None},
        [],
    ):
        refused(anna.call("PUT", path, {"kinds": bad}), 400, "malformed")


def test_told_by_many_at_once_every_one_is_counted(
    app: Flask, world: World, people: People
) -> None:
    anna = people[0]
    posts = [post(anna) for _ in range(3)]
    likers = crowd(app, 6)
    events = [[world.liked(one, each) for each in posts] for one in likers]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda some: world.deliver(*some), events))
    assert unread(anna) == 18
    assert [item["people"] for item in told(anna)] == [6, 6, 6]
    with app.app_context():
        numbers = list(db.session.scalars(select(Notification.number).order_by("number")))
        heads = db.session.scalar(select(func.count()).where(Notification.is_head))
    assert (numbers, heads) == (list(range(1, 19)), 3)


def test_what_is_old_is_deleted_some_at_a_time(
    app: Flask, world: World, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben, cleo = people
    posts = [post(anna) for _ in range(3)]
    world.deliver(*(world.liked(ben, one) for one in posts))
    with app.app_context(), writing() as session:
        old = utc_now() - service.KEPT - timedelta(hours=1)
        session.execute(update(Notification).values(created_at=old))
    world.deliver(world.followed(cleo, anna))
    monkeypatch.setattr(service, "MOST_DELETED", 2)
    with app.app_context():
        tidy()
        assert db.session.scalar(select(func.count()).select_from(Notification)) == 2
        tidy()
    assert [item["kind"] for item in told(anna)] == ["follow"]


def test_a_page_costs_the_same_number_of_queries_however_long_it_is(
    app: Flask, world: World, people: People
) -> None:
    anna, ben, _ = people
    world.deliver(*(world.liked(ben, post(anna)) for _ in range(6)))
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    costs = []
    for limit in (1, 6):
        asked.clear()
        assert len(told(anna, f"?limit={limit}")) == limit
        costs.append(len(asked))
    assert costs[0] == costs[1]
