"""What came since: every list says where its newest item stands, and gives what is newer than that."""

from typing import Any

import pytest
from flask import Flask

from tests.support.answers import refused
from tests.support.relating import hide
from tests.support.wallet import Person
from tests.webapp.test_page_costs import lists
from webapp.pagination import BEGINNING

NOBODY = "01234567-89ab-7def-8123-456789abcdef"
NAMES = dict.fromkeys(("user_id", "post_id", "conversation", "webhook_id"), NOBODY) | {
    "tag": "x",
    "token_id": "1",
}


def page(person: Person, path: str, **query: object) -> dict[str, Any]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = person.call("GET", f"{path}?{asked}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def post(person: Person, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = person.call("POST", "/posts", {"text": "x", **fields}).json
    return made


def ids(found: dict[str, Any]) -> list[str]:
    return [one["id"] for one in found["items"]]


@pytest.mark.parametrize("name", ["comments", "thread"])
def test_newer_answers_are_fetched_after_the_last_one(
    carol: Person, visitor: Person, name: str
) -> None:
    shown = post(carol)
    path = f"/posts/{shown['id']}/{name}"
    empty = page(visitor, path)
    assert (empty["items"], empty["newest"]) == ([], str(BEGINNING))
    made = [post(carol, reply_to=shown["content"])["id"] for _ in range(3)]
    first = page(visitor, path, since=empty["newest"], limit=2)
    assert ids(first) == made[:2]
    last = page(visitor, path, since=empty["newest"], limit=2, cursor=first["next"])
    assert (ids(last), last["next"]) == (made[2:], None)
    assert page(visitor, path, since=first["newest"])["newest"] == last["newest"]
    assert page(visitor, path, since=last["newest"])["items"] == []
    made.append(post(carol, reply_to=shown["content"])["id"])
    assert ids(page(visitor, path, since=last["newest"])) == made[3:]
    assert ids(page(visitor, path, since=last["newest"], cursor=first["newest"])) == made[3:]


def test_newer_posts_are_fetched_page_by_page_down_to_the_last_one(
    app: Flask, carol: Person, visitor: Person
) -> None:
    path = f"/users/{carol.account}/posts"
    start = page(visitor, path)["newest"]
    made = [post(carol) for _ in range(2)]
    before = page(visitor, path, since=start)
    assert ids(before) == [one["id"] for one in reversed(made)]
    fresh = [post(carol)["id"] for _ in range(3)]
    first = page(visitor, path, since=before["newest"], limit=2)
    assert ids(first) == [fresh[2], fresh[1]]
    last = page(visitor, path, since=before["newest"], limit=2, cursor=first["next"])
    assert (ids(last), last["next"]) == ([fresh[0]], None)
    nothing = page(visitor, path, since=first["newest"])
    assert (nothing["items"], nothing["newest"]) == ([], first["newest"])
    hide(app, made[1])
    assert ids(page(visitor, path, since=start, limit=1, cursor=before["newest"])) == [
        made[0]["id"]
    ]


def test_newer_items_of_a_feed_and_a_conversation_are_fetched(alice: Person, carol: Person) -> None:
    feed = f"/feed/{carol.account}"
    start = page(carol, feed)["newest"]
    assert ids(page(carol, feed, since=start)) == []
    mine = [post(carol)["id"] for _ in range(2)]
    seen = page(carol, feed, since=start, limit=1)
    assert (ids(seen), seen["next"] is None) == (mine[1:], False)
    later = post(carol)["id"]
    assert ids(page(carol, feed, since=seen["newest"])) == [later]
    said = alice.call("POST", "/messages", {"to": carol.account, "text": "1"}).json
    talk = f"/messages/{said['conversation']}"
    seen, all_talks = page(carol, talk), page(carol, "/conversations")
    second = alice.call("POST", "/messages", {"to": carol.account, "text": "2"}).json
    assert ids(page(carol, talk, since=seen["newest"])) == [second["id"]]
    (active,) = page(carol, "/conversations", since=all_talks["newest"])["items"]
    assert active["id"] == said["conversation"]


def test_whoever_is_new_is_found_since_also_by_their_whole_handle(
    app: Flask, carol: Person, visitor: Person
) -> None:
    query = {"q": "olga"}
    nobody = page(visitor, "/search/people", **query)
    Person(carol.http).register("olgas")
    one = page(visitor, "/search/people", since=nobody["newest"], **query)
    exact = Person(app.test_client()).register("olga")
    both = page(visitor, "/search/people", limit=1, **query)
    assert [found["account"] for found in both["items"]] == [exact.account]
    new = page(visitor, "/search/people", since=one["newest"], **query)
    assert [found["account"] for found in new["items"]] == [exact.account]


def test_a_since_that_is_none_or_means_nothing_is_refused_by_every_list(
    app: Flask, alice: Person
) -> None:
    paths = lists(app)
    for path, query in paths.items():
        url = f"{path.format(**NAMES)}{query}"
        for wrong in ("AAAA", "", "%ff"):
            body = refused(alice.call("GET", f"{url}since={wrong}"), 400, "malformed")
            assert body["errors"][0]["field"].endswith("since"), (path, body)
    assert paths.keys() - lists(app, "since").keys() == {
        "/log/entries",
        "/log/batches",
        "/moderation/audit",
        "/moderation/reports",
        "/moderation/appeals",
        "/search/tags",
    }
