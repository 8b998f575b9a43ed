"""Lists of posts and people: order, pages, who is left out, and what a page costs."""

import json
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.support.answers import refused
from tests.support.relating import block, follow, hide, mute, suspend
from tests.support.statements import cost
from tests.support.wallet import V1, Person
from webapp.database import writing
from webapp.posts.models import Post


def post(person: Person, text: str = "x", **fields: Any) -> dict[str, Any]:
    answer = person.call("POST", "/posts", {"text": text, **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def people(client: Person, count: int, prefix: str = "person") -> list[Person]:
    return [Person(client.http).register(f"{prefix}{n}") for n in range(count)]


def walked(person: Person, path: str, name: str = "id") -> list[str]:
    """Return a whole list's ids, page by page, two at a time, by its Link headers."""
    url: str | None = f"{V1}{path}{'&' if '?' in path else '?'}limit=2"
    seen: list[str] = []
    while url:
        answer = person.http.get(url, headers=person.headers)
        assert answer.status_code == 200, answer.text
        assert len(answer.json["items"]) <= 2
        seen += [item[name] for item in answer.json["items"]]
        link = answer.headers.get("Link")
        url = link.split(">")[0].strip("<") if link else None
        assert (url is None) == (answer.json["next"] is None)
    return seen


def ids(posts: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in posts]


@pytest.mark.parametrize("path", ["like", "repost"])
def test_people_who_reacted_are_listed_newest_first_without_the_blocked(
    app: Flask, alice: Person, visitor: Person, path: str
) -> None:
    shown = alice.publish().json
    crowd = people(alice, 5)
    for person in crowd:
        assert person.call("POST", f"/posts/{shown['id']}/{path}").status_code == 201
    url = f"/posts/{shown['id']}/{path}s"
    newest = [person.account for person in reversed(crowd)]
    assert walked(visitor, url, "account") == newest
    first = crowd[0]
    follow(app, first, crowd[1])
    mute(app, first, crowd[2])
    page = first.call("GET", f"{url}?limit=3").json
    assert [item["account"] for item in page["items"]] == [*newest[:2], newest[3]]
    assert [item["viewer"] for item in page["items"]] == [
        dict.fromkeys(("following", "followed_by", "muted", "blocking"), False) | changed
        for changed in ({}, {}, {"following": True})
    ]
    assert set(page["items"][0]) == {"account", "profile", "created_at", "viewer"}
    assert page["items"][0]["profile"]["handle"] == "person4"
    since = f"{url}?since={page['next']}"
    assert [one["account"] for one in first.call("GET", since).json["items"]] == newest[:2]
    block(app, crowd[4], first)
    block(app, first, crowd[3])
    suspend(app, crowd[1])
    assert walked(first, url, "account") == [newest[4]]
    assert walked(visitor, url, "account") == [newest[0], newest[1], newest[2], newest[4]]
    assert visitor.call("GET", f"/posts/{shown['id']}").json["counts"][f"{path}s"] == 4
    alice.delete(shown)
    assert walked(visitor, url, "account") == []


def test_comments_are_oldest_first_and_quotes_newest_first(
    app: Flask, alice: Person, carol: Person, visitor: Person
) -> None:
    shown = alice.publish().json
    both = {"reply_to": shown["content"], "quotes": shown["content"]}
    made = [post(carol, str(n), **both) for n in range(5)]
    deeper = post(carol, "deeper", reply_to=made[0]["content"])
    comments, quotes = (f"/posts/{shown['id']}/{name}" for name in ("comments", "quotes"))
    assert walked(visitor, comments) == ids(made)
    assert walked(visitor, quotes) == ids(made)[::-1]
    assert walked(visitor, f"/posts/{made[0]['id']}/comments") == [deeper["id"]]
    hide(app, made[1])
    carol.call("DELETE", f"/posts/{made[2]['id']}")
    edit = {"id": made[3]["id"], "replaces": made[3]["content"], "text": "for whom", **both}
    assert carol.call("POST", "/posts", edit | {"audience": "followers"}).status_code == 201
    left = [made[0]["id"], made[4]["id"]]
    assert (walked(visitor, comments), walked(visitor, quotes)) == (left, left[::-1])
    assert walked(carol, comments) == [made[n]["id"] for n in (0, 1, 3, 4)]
    follow(app, alice, carol)
    assert walked(alice, comments) == [made[n]["id"] for n in (0, 3, 4)]
    block(app, carol, alice)
    assert walked(alice, comments) == walked(alice, quotes) == []
    refused(carol.call("GET", comments), 404, "post_not_found")


def test_a_thread_shows_what_is_above_and_a_page_of_what_is_below(
    app: Flask, alice: Person, carol: Person, visitor: Person
) -> None:
    chain = [post(carol, "0")]
    for n in range(1, 6):
        chain.append(post(carol, str(n), reply_to=chain[-1]["content"]))
    branch = post(carol, "branch", reply_to=chain[2]["content"])
    assert {one["root"] for one in (*chain[1:], branch)} == {chain[0]["id"]}
    path = f"/posts/{chain[2]['id']}/thread"
    page = visitor.call("GET", path).json
    assert (ids(page["ancestors"]), page["post"]["id"]) == (ids(chain[:2]), chain[2]["id"])
    below = [*ids(chain[3:]), branch["id"]]
    assert (ids(page["items"]), page["next"]) == (below, None)
    assert walked(visitor, path) == below
    assert walked(visitor, f"/posts/{chain[0]['id']}/thread") == [*ids(chain[1:]), branch["id"]]
    assert walked(visitor, f"/posts/{branch['id']}/thread") == []
    hide(app, chain[0])
    carol.call("DELETE", f"/posts/{chain[1]['id']}")
    carol.call("DELETE", f"/posts/{chain[4]['id']}")
    page = visitor.call("GET", path).json
    assert [(one["id"], one["text"]) for one in page["ancestors"]] == [(chain[1]["id"], None)]
    assert ids(page["items"]) == [chain[3]["id"], chain[5]["id"], branch["id"]]
    block(app, alice, carol)
    refused(alice.call("GET", path), 404, "post_not_found")


def test_posts_that_came_to_answer_each_other_are_a_thread_that_ends(
    app: Flask, carol: Person, visitor: Person
) -> None:
    first = post(carol)
    second = post(carol, reply_to=first["content"])
    with app.app_context(), writing() as session:  # two edits at once can do this
        session.get_one(Post, UUID(first["id"])).parent_id = UUID(second["id"])
    page = visitor.call("GET", f"/posts/{first['id']}/thread").json
    assert ids(page["ancestors"]) == ids(page["items"]) == [second["id"]]


def test_posts_with_a_tag_are_listed_newest_first(
    app: Flask, alice: Person, carol: Person, visitor: Person
) -> None:
    made = [post(carol, f"{n} #Straße") for n in range(4)]
    for name in ("straße", "STRASSE", "%53trasse"):
        assert walked(visitor, f"/tags/{name}/posts") == ids(made)[::-1]
    assert walked(visitor, "/tags/nothing/posts") == []
    for bad in ("%23x", "a%20b", "a%00b", "_", "x" * 101, "%3Cb%3E", "'"):
        problem = refused(visitor.call("GET", f"/tags/{bad}/posts"), 400, "malformed")
        assert problem["errors"][0]["field"] == "tag"
    edit = {"id": made[0]["id"], "replaces": made[0]["content"], "text": "no more"}
    carol.call("POST", "/posts", edit)
    carol.call("DELETE", f"/posts/{made[1]['id']}")
    hide(app, made[2])
    assert walked(visitor, "/tags/strasse/posts") == [made[3]["id"]]
    mute(app, alice, carol)
    assert walked(alice, "/tags/strasse/posts") == []


def test_what_one_likes_is_ones_own_to_see(
    app: Flask, alice: Person, carol: Person, visitor: Person
) -> None:
    made = [post(carol, str(n)) for n in range(4)]
    order = [made[n] for n in (2, 0, 3, 1)]
    for one in order:
        alice.call("POST", f"/posts/{one['id']}/like")
    path = f"/users/{alice.account}/likes"
    assert walked(alice, path) == ids(order)[::-1]
    refused(carol.call("GET", path), 403, "not_your_likes")
    refused(visitor.call("GET", path), 401, "no_session")
    carol.call("DELETE", f"/posts/{made[0]['id']}")
    alice.call("DELETE", f"/posts/{made[3]['id']}/like")
    assert walked(alice, path) == [made[1]["id"], made[2]["id"]]
    block(app, carol, alice)
    assert walked(alice, path) == []


def test_a_persons_list_is_with_or_without_answers_and_reposts(
    app: Flask, alice: Person, bob: Person, carol: Person, visitor: Person
) -> None:
    others = [bob.publish().json for _ in range(3)]
    own = [post(carol, "first")]
    for one in others[:2]:
        carol.call("POST", f"/posts/{one['id']}/repost")
    own.append(post(carol, "answer", reply_to=others[0]["content"]))
    for one in (others[2], own[0]):
        carol.call("POST", f"/posts/{one['id']}/repost")
    path = f"/users/{carol.account}/posts"
    assert walked(visitor, path) == [own[1]["id"], own[0]["id"]]
    assert walked(visitor, f"{path}?replies=false") == [own[0]["id"]]
    all_of_it = [own[0], others[2], own[1], others[1], others[0], own[0]]
    assert walked(visitor, f"{path}?reposts=true") == ids(all_of_it)
    del all_of_it[2]
    with_reposts = f"{path}?reposts=true&replies=false"
    assert walked(visitor, with_reposts) == ids(all_of_it)
    page = visitor.call("GET", with_reposts).json["items"]
    assert ["reposted_at" in item for item in page] == [True] * 4 + [False]
    for bad in ("replies=1", "reposts=yes", "reposts="):
        refused(visitor.call("GET", f"{path}?{bad}"), 400, "malformed")
    bob.delete(others[0])
    hide(app, others[1])
    edit = bob.edit_record(others[2], audience="followers")
    assert bob.publish(edit).status_code == 201
    follow(app, alice, bob)
    for person in (visitor, alice):
        assert walked(person, with_reposts) == [own[0]["id"]] * 2
    block(app, carol, alice)
    fresh = bob.publish().json
    carol.call("POST", f"/posts/{fresh['id']}/repost")
    refused(alice.call("GET", with_reposts), 404, "user_not_found")
    assert walked(visitor, with_reposts)[0] == fresh["id"]


def test_no_list_costs_more_statements_for_a_longer_page(
    app: Flask, alice: Person, carol: Person
) -> None:
    shown = alice.publish().json
    both = {"reply_to": shown["content"], "quotes": shown["content"]}
    for n in range(20):
        made = post(carol, f"{n} #many", **both)
        for path in ("like", "repost"):
            assert carol.call("POST", f"/posts/{made['id']}/{path}").status_code == 201
    for person in people(alice, 20):
        for path in ("like", "repost"):
            assert person.call("POST", f"/posts/{shown['id']}/{path}").status_code == 201
    lists = [
        *(
            f"/posts/{shown['id']}/{n}"
            for n in ("likes", "reposts", "comments", "quotes", "thread")
        ),
        "/tags/many/posts",
        f"/users/{carol.account}/likes",
        f"/users/{carol.account}/posts",
        f"/users/{carol.account}/posts?reposts=true&replies=false",
    ]
    for path in lists:
        url = f"{path}{'&' if '?' in path else '?'}limit="
        assert len(carol.call("GET", f"{url}20").json["items"]) == 20, path
        assert cost(app, carol, f"{url}2") == cost(app, carol, f"{url}20"), path


def test_the_description_names_the_new_paths_and_fields(visitor: Person) -> None:
    described = json.loads(visitor.http.get(f"{V1}/openapi.json").data)
    paths, schemas = described["paths"], described["components"]["schemas"]
    for path in ("like", "repost"):
        assert {"post", "delete"} <= set(paths[f"{V1}/posts/{{post_id}}/{path}"])
    for path in ("comment", "likes", "reposts", "comments", "quotes", "thread"):
        assert f"{V1}/posts/{{post_id}}/{path}" in paths
    assert f"{V1}/tags/{{tag}}/posts" in paths
    named = {one["name"] for one in paths[f"{V1}/users/{{user_id}}/posts"]["get"]["parameters"]}
    assert {"replies", "reposts", "cursor", "since", "limit"} <= named
    assert set(schemas["Post"]["properties"]["counts"]["properties"]) == {
        "likes",
        "comments",
        "reposts",
        "quotes",
    }
    assert "liked" in schemas["Post"]["properties"]["viewer"]["properties"]
    assert {"reply_to", "replaces"}.isdisjoint(schemas["Comment"]["properties"])
