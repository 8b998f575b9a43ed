"""The feed: whose posts, in which order, each once; and nothing that its reader may not see now."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from tests.support.answers import refused
from tests.support.wallet import V1, Person
from tests.webapp.feed.conftest import Town, ids, read
from webapp.accounts.models import Account
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.database import writing
from webapp.extensions import db
from webapp.feed import fan_out, keeping, service
from webapp.feed.models import FanOut, Feed, FeedItem, MergedAccount
from webapp.posts.models import Repost
from webapp.posts.schemas import PostSchema
from webapp.posts.views import shown_post
from webapp.posts.wire import post_json


@pytest.fixture(params=["kept", "filled"])
def late(request: pytest.FixtureRequest) -> bool:
    """Whether the feed is read for the first time only when all has happened."""
    return bool(request.param == "filled")


def follow(town: Town, one: Person, *others: Person) -> None:
    for other in others:
        town.do(Follow, one.account, other.account)


def test_a_feed_is_of_people_one_follows_and_oneself_newest_first(town: Town, late: bool) -> None:
    ann, ben, cid, dan = (town.person(name) for name in ("ann", "ben", "cid", "dan"))
    follow(town, ann, ben, cid)
    if not late:
        assert ids(ann) == []
    wanted = [town.post(one) for one in (ben, cid, ann, ben)]
    town.post(dan)
    town.deliver()
    assert ids(ann) == wanted[::-1]
    assert ids(dan) != ids(ann)


def test_ones_own_post_is_there_at_once(town: Town) -> None:
    ann = town.person("ann")
    assert ids(ann) == []
    post = town.post(ann)
    assert ids(ann) == [post]


def test_a_feed_is_for_its_owner_only(town: Town, visitor: Person) -> None:
    ann, ben = town.person("ann"), town.person("ben")
    refused(ann.call("GET", f"/feed/{ben.account}"), 403, "not_your_feed")
    missing = "00000000-0000-7000-8000-000000000000"
    refused(ann.call("GET", f"/feed/{missing}"), 404, "user_not_found")
    refused(visitor.call("GET", f"/feed/{ben.account}"), 401, "no_session")
    for query in ("?limit=0", "?limit=101", "?cursor=x", "?answers=maybe"):
        refused(ann.call("GET", f"/feed/{ann.account}{query}"), 400, "malformed")


def test_reposts_show_who_passed_on_and_each_post_comes_once(town: Town, late: bool) -> None:
    ann, ben, cid, dan = (town.person(name) for name in ("ann", "ben", "cid", "dan"))
    follow(town, ann, ben, cid)
    if not late:
        read(ann)
    theirs, foreign = town.post(ben), town.post(dan)
    town.do(Repost, cid.account, theirs)  # whose author she follows
    town.do(Repost, cid.account, foreign)
    town.do(Repost, ben.account, foreign)  # the second one moves nothing
    newest = town.post(ben)
    town.deliver()
    items = read(ann)["items"]
    assert [item["id"] for item in items] == [newest, foreign, theirs]
    assert [item["reposted_by"] and item["reposted_by"]["handle"] for item in items] == [
        None,
        "cid",
        None,
    ]
    town.undo(Repost, cid.account, foreign)
    again = read(ann)["items"]
    assert [item["reposted_by"] and item["reposted_by"]["handle"] for item in again] == [
        None,
        "ben",
        None,
    ]
    town.undo(Repost, ben.account, foreign)
    assert ids(ann) == [newest, theirs]
    town.do(Repost, ben.account, foreign)
    town.deliver()
    assert ids(ann) == [foreign, newest, theirs]


def test_answers_are_left_out_when_asked(town: Town) -> None:
    ann, ben = town.person("ann"), town.person("ben")
    follow(town, ann, ben)
    first = town.post(ben)
    content = ben.call("GET", f"/posts/{first}").json["content"]
    answers = [town.post(ben, reply_to=content) for _ in range(3)]
    assert ids(ann) == [*answers[::-1], first]
    assert ids(ann, "?answers=false") == [first]
    last = town.post(ben)
    town.deliver()
    answer = ann.call("GET", f"/feed/{ann.account}?answers=false&limit=1")
    assert "answers=false" in answer.headers["Link"]
    assert ids(ann, f"?answers=false&cursor={answer.json['next']}") == [first]
    assert answer.json["items"][0]["id"] == last


def test_what_changes_takes_effect_at_once(town: Town) -> None:
    """Nothing is delivered in between: the kept feed still holds all of it."""
    ann, ben, cid, dan = (town.person(name) for name in ("ann", "ben", "cid", "dan"))
    follow(town, ann, ben, cid)
    read(ann)
    bens, cids, dans = town.post(ben), town.post(cid), town.post(dan)
    town.do(Repost, cid.account, dans)
    town.deliver()
    everything = [dans, cids, bens]
    assert ids(ann) == everything
    for table, one, other in (
        (Mute, ann, cid),
        (Block, ann, cid),
        (Block, cid, ann),
    ):
        town.do(table, one.account, other.account)
        assert ids(ann) == [bens]
        town.undo(table, one.account, other.account)
        assert ids(ann) == everything
    town.do(Mute, ann.account, dan.account)
    assert ids(ann) == [cids, bens]
    town.undo(Mute, ann.account, dan.account)
    with writing() as session:
        mine = update(Account).where(Account.handle == "cid")
        session.execute(mine.values(suspended_at=town.clock))
    assert ids(ann) == [bens]
    with writing() as session:
        session.execute(update(Account).values(suspended_at=None))
    town.change(bens, hidden_at=town.clock)
    town.change(dans, audience="followers")
    assert ids(ann) == [cids]
    town.undo(Follow, ann.account, cid.account)
    assert ids(ann) == []
    town.change(bens, hidden_at=None)
    assert ids(ann) == [bens]
    assert ben.call("DELETE", f"/posts/{bens}").status_code == 200
    assert ids(ann) == []


def test_who_follows_gets_the_past_and_who_unfollows_loses_it(town: Town) -> None:
    ann, ben = town.person("ann"), town.person("ben")
    assert ids(ann) == []
    posts = [town.post(ben) for _ in range(3)]
    town.deliver()
    follow(town, ann, ben)
    town.deliver()
    assert ids(ann) == posts[::-1]
    town.undo(Follow, ann.account, ben.account)
    town.deliver()
    assert db.session.scalar(select(func.count()).select_from(FeedItem)) == 0
    follow(town, ann, ben)
    town.deliver()
    assert ids(ann) == posts[::-1]


def walked(person: Person, query: str) -> list[str]:
    path: str | None = f"/feed/{person.account}?{query}"
    seen: list[str] = []
    while path:
        answer = person.call("GET", path)
        assert answer.status_code == 200, answer.text
        seen += [item["id"] for item in answer.json["items"]]
        link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        path = link[1].removeprefix(V1) if link else None
        assert (answer.json["next"] is not None) == (path is not None)
    return seen


def test_pages_go_on_below_what_is_kept_and_stay_put_under_new_posts(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_FILLED", 4)
    monkeypatch.setattr(keeping, "MOST_OF_ONE", 2)
    ann, ben, cid = (town.person(name) for name in ("ann", "ben", "cid"))
    follow(town, ann, ben)
    posts = [town.post(ben) for _ in range(7)]
    theirs = town.post(cid)
    town.do(Repost, ben.account, theirs)
    wanted = [theirs, *posts[::-1]]
    assert walked(ann, "limit=3") == wanted
    kept = db.session.scalars(select(Feed)).one()
    assert kept.from_at is not None
    assert db.session.scalar(select(func.count()).select_from(FeedItem)) == 4
    db.session.rollback()
    first = read(ann, "?limit=2")
    newer = [town.post(one) for one in (ben, ann)]
    town.deliver()
    assert walked(ann, f"limit=3&cursor={first['next']}") == wanted[2:]
    assert walked(ann, f"limit=1&since={first['next']}") == [*newer[::-1], wanted[0]]
    follow(town, ann, cid)  # and gets the past of cid, from the same moment on
    old = [town.post(cid) for _ in range(4)]
    town.deliver()
    assert walked(ann, "limit=3") == [*old[::-1], *newer[::-1], *wanted]


def test_a_page_is_full_though_much_of_it_is_hidden(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, cid = (town.person(name) for name in ("ann", "ben", "cid"))
    follow(town, ann, ben, cid)
    wanted = [town.post(ben) for _ in range(3)]
    for _ in range(12):
        town.post(cid)
    town.do(Mute, ann.account, cid.account)
    assert ids(ann, "?limit=2") == wanted[:0:-1]
    assert walked(ann, "limit=1") == wanted[::-1]
    monkeypatch.setattr(service, "MOST_LOOKS", 1)
    monkeypatch.setattr(service, "SPARE", 0)
    assert walked(ann, "limit=1") == wanted[::-1]


def test_a_post_goes_to_many_followers_some_at_a_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "FOLLOWERS_PER_COMMIT", 2)
    ben = town.person("ben")
    readers = [town.person(f"reader{number}") for number in range(5)]
    for one in readers:
        follow(town, one, ben)
        read(one)
    town.deliver()
    post = town.post(ben)
    real, steps = fan_out._step, iter([True, False])
    monkeypatch.setattr(fan_out, "_step", lambda: next(steps) and real())  # killed after one commit
    town.deliver()
    assert db.session.scalar(select(func.count()).select_from(FeedItem)) == 2
    db.session.rollback()
    monkeypatch.setattr(fan_out, "_step", real)
    town.deliver()
    assert [ids(one) for one in readers] == [[post]] * 5
    assert db.session.scalar(select(func.count()).select_from(FanOut)) == 0


def test_very_popular_people_are_looked_up_when_a_feed_is_read(town: Town) -> None:
    object.__setattr__(town.app.config["TROTH"], "feed_merge_followers", 2)
    ann, ben, cid, eve = (town.person(name) for name in ("ann", "ben", "cid", "eve"))
    follow(town, ann, ben, eve)
    follow(town, cid, ben)
    read(ann)
    town.deliver()
    before = town.post(eve)
    post, foreign = town.post(ben), town.post(cid)
    town.do(Repost, ben.account, foreign)
    last = town.post(eve)
    town.deliver()
    items = db.session.execute(select(FeedItem.post_id, FeedItem.actor_id)).all()
    # What made Ben very popular still went to everybody.
    by_ben = {str(one.post_id) for one in items if str(one.actor_id) == ben.account}
    assert by_ben == {post}
    assert {str(one.actor_id) for one in items} == {ben.account, eve.account}
    assert db.session.scalars(select(MergedAccount.account_id)).one().hex
    db.session.rollback()
    assert ids(ann) == [last, foreign, post, before]
    assert walked(ann, "limit=1") == [last, foreign, post, before]
    town.undo(Follow, ann.account, ben.account)
    assert ids(ann) == [last, before]


def test_somebody_who_is_followed_while_the_feed_is_filled_is_in_it_with_everything(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_OF_ONE", 2)
    ann, ben = town.person("ann"), town.person("ben")
    posts = [town.post(ben) for _ in range(5)]
    town.deliver()
    real = keeping.looked_up

    def overtaken(*args: Any) -> Any:
        found = real(*args)
        town.do(Follow, ann.account, ben.account)
        town.deliver()
        return found

    with monkeypatch.context() as once:
        once.setattr(keeping, "looked_up", overtaken)
        assert ids(ann) == posts[::-1]
    for _ in range(2):
        assert ids(ann) == posts[::-1]


def test_feeds_that_nobody_reads_are_dropped_and_come_back(town: Town) -> None:
    ann, ben = town.person("ann"), town.person("ben")
    follow(town, ann, ben)
    post = town.post(ben)
    assert ids(ann) == [post]
    assert keeping.drop_dormant() == 0
    with writing() as session:
        session.execute(update(Feed).values(read_at=town.clock.replace(year=2020)))
    assert keeping.drop_dormant() == 1
    assert db.session.scalars(select(FeedItem)).all() == []
    db.session.rollback()
    newer = town.post(ben)
    town.deliver()
    assert db.session.scalars(select(FeedItem)).all() == []
    db.session.rollback()
    assert ids(ann) == [newer, post]


def test_a_long_feed_is_trimmed_and_goes_on_below(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 2)
    ann, ben = town.person("ann"), town.person("ben")
    follow(town, ann, ben)
    posts = [town.post(ben) for _ in range(5)]
    read(ann)
    with writing() as session:
        session.execute(update(Feed).values(read_at=town.clock.replace(year=2020)))
    read(ann)
    assert db.session.scalar(select(func.count()).select_from(FeedItem)) == 2
    db.session.rollback()
    assert walked(ann, "limit=2") == posts[::-1]


def test_posts_are_shown_as_the_schema_says(town: Town, alice: Person) -> None:
    plain = alice.publish().json
    record = alice.post_record(replyTo=plain["content"], quotes=plain["content"])
    for post in (plain, alice.publish(record).json):
        for viewer in (None, UUID(alice.account)):
            view = shown_post(db.session(), UUID(post["id"]), viewer)
            assert post_json(view) == PostSchema().dump(view)
    [item] = [one for one in read(alice)["items"] if one["id"] == plain["id"]]
    shown = alice.call("GET", f"/posts/{plain['id']}").json
    assert item == shown | {"reposted_by": None, "reposted_at": None}
