"""Lists of posts: pages, cursors, limits, and what a page costs."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.answers import refused
from tests.support.statements import cost
from tests.support.wallet import V1, Person, hex_id
from webapp.columns import utc_now
from webapp.database import writing
from webapp.posts.models import Post

Anchor = Callable[[], None]


def publish_many(person: Person, count: int) -> list[str]:
    """Publish and return the ids, newest first."""
    made = [person.call("POST", "/posts", {"text": str(number)}).json for number in range(count)]
    return [post["id"] for post in reversed(made)]


def listed(person: Person, path: str) -> dict[str, Any]:
    answer = person.call("GET", path)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json
    return page


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


def test_a_list_is_walked_by_its_link_headers_newest_first(carol: Person, visitor: Person) -> None:
    wanted = publish_many(carol, 7)
    path: str | None = f"{V1}/users/{carol.account}/posts?limit=3"
    seen: list[str] = []
    sizes: list[int] = []
    while path:
        answer = visitor.http.get(path)
        seen += ids(answer.json)
        sizes.append(len(answer.json["items"]))
        link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        path = link[1] if link else None
        assert (answer.json["next"] is not None) == (path is not None)
    assert seen == wanted
    assert sizes == [3, 3, 1]


def walked(person: Person, limit: int) -> list[str]:
    """Return the ids of a person's whole list, page by page."""
    path = f"/users/{person.account}/posts?limit={limit}"
    page = listed(person, path)
    seen = ids(page)
    while page["next"]:
        page = listed(person, f"{path}&cursor={page['next']}")
        assert set(seen).isdisjoint(ids(page)), "a page came twice"
        seen += ids(page)
    return seen


@pytest.mark.parametrize("same_moment", [False, True], ids=["by time", "by id at one moment"])
def test_the_order_is_by_time_and_then_by_id(app: Flask, carol: Person, same_moment: bool) -> None:
    wanted = [f"{digit * 8}-0000-7000-8000-000000000000" for digit in "13254"]
    for identifier in reversed(wanted):
        assert carol.call("POST", "/posts", {"id": identifier, "text": "x"}).status_code == 201
    if same_moment:
        with app.app_context(), writing() as session:
            session.execute(update(Post).values(created_at=utc_now()))
        wanted = sorted(wanted, reverse=True)
    assert walked(carol, 2) == wanted


def test_a_page_that_is_just_full_has_no_next(carol: Person) -> None:
    publish_many(carol, 2)
    answer = carol.call("GET", f"/users/{carol.account}/posts?limit=2")
    assert len(answer.json["items"]) == 2
    assert answer.json["next"] is None
    assert "Link" not in answer.headers


def test_cursors_stay_put_under_new_posts_edits_and_deletions(carol: Person) -> None:
    wanted = publish_many(carol, 4)
    path = f"/users/{carol.account}/posts"
    first = listed(carol, f"{path}?limit=2")
    publish_many(carol, 2)
    newest = listed(carol, f"{path}?limit=1")["items"][0]
    edit = {"id": newest["id"], "replaces": newest["content"], "text": "edited"}
    assert carol.call("POST", "/posts", edit).status_code == 201
    assert carol.call("DELETE", f"/posts/{wanted[1]}").status_code == 200
    second = listed(carol, f"{path}?limit=2&cursor={first['next']}")
    assert ids(first) + ids(second) == wanted


def test_since_gives_what_is_newer_than_a_cursor(carol: Person) -> None:
    old = publish_many(carol, 3)
    path = f"/users/{carol.account}/posts"
    cursor = listed(carol, f"{path}?limit=1")["next"]
    assert ids(listed(carol, f"{path}?since={cursor}")) == []
    new = publish_many(carol, 3)
    assert ids(listed(carol, f"{path}?since={cursor}")) == new
    first = carol.call("GET", f"{path}?since={cursor}&limit=2")
    assert ids(first.json) == new[:2]
    link = first.headers["Link"].split(";")[0].strip("<>").removeprefix(V1)
    assert ids(listed(carol, link)) == new[2:]
    assert set(old).isdisjoint(new)


def test_a_limit_is_from_1_to_100(carol: Person) -> None:
    path = f"/users/{carol.account}/posts"
    publish_many(carol, 1)
    for limit in ("1", "100"):
        assert len(listed(carol, f"{path}?limit={limit}")["items"]) == 1
    for limit in ("0", "101", "-1", "1.5", "x", ""):
        problem = refused(carol.call("GET", f"{path}?limit={limit}"), 400, "malformed")
        assert problem["errors"][0]["field"] == "limit"


def test_tampered_cursors_are_malformed(carol: Person) -> None:
    publish_many(carol, 2)
    path = f"/users/{carol.account}/posts"
    good = listed(carol, f"{path}?limit=1")["next"]
    wrong = ["", "x", good[:-1], good[:-4], good + "AAAA", "*" * 32, "\xe9" * 8, "_" * 32]
    for name in ("cursor", "since"):
        for cursor in wrong:
            problem = refused(carol.call("GET", f"{path}?{name}={cursor}"), 400, "malformed")
            assert problem["errors"][0]["field"] == name


def test_a_persons_list_holds_only_their_posts(alice: Person, carol: Person) -> None:
    mine = publish_many(carol, 2)
    post = alice.publish().json
    assert ids(listed(alice, f"/users/{carol.account}/posts")) == mine
    assert ids(listed(carol, f"/users/{alice.account}/posts")) == [post["id"]]


def test_items_of_a_list_are_the_posts_themselves(alice: Person, anchor: Anchor) -> None:
    post = alice.publish().json
    anchor()
    page = listed(alice, f"/users/{alice.account}/posts")
    assert page["items"] == [alice.call("GET", f"/posts/{post['id']}").json]


def test_a_long_page_costs_as_many_statements_as_a_short_one(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    alice.allow_device()
    for number in range(20):
        alice.publish(key=alice.device if number % 2 else alice.wallet)
        if number % 5 == 0:
            anchor()
    path = f"/users/{alice.account}/posts"
    short, long = cost(app, alice, f"{path}?limit=2"), cost(app, alice, f"{path}?limit=20")
    assert 0 < short == long


def test_a_long_history_costs_as_many_statements_as_a_short_one(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    alice.allow_device()
    short, long = alice.publish(key=alice.device).json, alice.publish(key=alice.device).json
    last = {"short": short, "long": long}
    for name, edits in {"short": 1, "long": 12}.items():
        for number in range(edits):
            record = alice.edit_record(last[name], str(number))
            last[name] = alice.publish(record, key=alice.device).json
            if number % 4 == 0:
                anchor()
    anchor()
    assert len(listed(alice, f"/posts/{long['id']}/history")["items"]) == 13
    few = cost(app, alice, f"/posts/{short['id']}/history")
    assert 0 < few == cost(app, alice, f"/posts/{long['id']}/history")


def test_unknown_posts_are_not_found_at_every_path(visitor: Person) -> None:
    missing = "/posts/00000000-0000-7000-8000-000000000000"
    for path in (missing, f"{missing}/bundle", f"{missing}/history"):
        refused(visitor.call("GET", path), 404, "post_not_found")


def test_a_posts_id_is_taken_from_its_record(alice: Person) -> None:
    record = alice.post_record()
    assert hex_id(alice.publish(record).json) == record["id"]
