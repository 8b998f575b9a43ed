"""The cache, in a real Redis: it may make a feed old, never show what its reader may not see."""

from uuid import UUID

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as AwayError
from sqlalchemy import select

from tests.support.answers import closed_port
from tests.support.statements import counting
from tests.support.wallet import Person
from tests.webapp.feed.conftest import Town, ids, read, use
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.extensions import db
from webapp.feed import cache as caching
from webapp.feed import fan_out, rebuilding, service
from webapp.feed.cache import CachedPart, FeedCache, Held, new_part
from webapp.feed.candidates import Candidate, Window
from webapp.feed.models import MergedAccount
from webapp.feed.rebuilding import rebuild_feeds
from webapp.pagination import EPOCH
from webapp.posts.models import Repost


@pytest.fixture
def people(town: Town) -> list[Person]:
    """Give Ann who follows Ben and Cid, and Dan whom nobody follows."""
    found = [town.person(name) for name in ("ann", "ben", "cid", "dan")]
    for one in found[1:3]:
        town.do(Follow, found[0].account, one.account)
    town.deliver()
    return found


def cached_ids(cache: FeedCache, person: Person) -> list[str]:
    found = cache.load(UUID(person.account)).part
    assert found is not None
    part = found.part(Window(limit=100))
    assert part is not None
    return [str(one.post_id) for one in part]


def without_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> list[Candidate]:
        raise AssertionError("the cache was not used")

    monkeypatch.setattr(service, "read_candidates", refuse)


def test_a_feed_is_cached_for_some_minutes_and_used(
    town: Town, cache: FeedCache, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, *_ = people
    posts = [town.post(ben) for _ in range(5)]
    town.deliver()
    assert ids(ann) == posts[::-1]
    left = cache._redis.pttl(f"troth:feeds:{ann.account}")
    assert 290_000 < left <= 600_000
    without_database(monkeypatch)
    first = read(ann, "?limit=2")
    assert [item["id"] for item in first["items"]] == posts[:2:-1]
    assert ids(ann, f"?limit=2&cursor={first['next']}") == posts[2:0:-1]
    assert ids(ann, f"?since={first['next']}") == posts[:3:-1]
    assert ids(ann, "?limit=100") == posts[::-1]


def test_what_one_may_not_see_never_comes_out_of_the_cache(
    town: Town, cache: FeedCache, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is delivered, so that the cache goes on holding all of it."""
    ann, ben, cid, dan = people
    bens, cids, dans = town.post(ben), town.post(cid), town.post(dan)
    town.do(Repost, cid.account, dans)
    town.deliver()
    everything = [dans, cids, bens]
    assert ids(ann) == everything
    without_database(monkeypatch)
    for table, one, other in ((Mute, ann, cid), (Block, ann, cid), (Block, cid, ann)):
        town.do(table, one.account, other.account)
        assert ids(ann) == [bens]
        town.undo(table, one.account, other.account)
        assert ids(ann) == everything
    town.change(bens, hidden_at=town.clock)
    assert ids(ann) == [dans, cids]
    town.change(dans, audience="followers")
    town.change(cids, audience="followers")
    assert ids(ann) == [cids]
    town.undo(Follow, ann.account, cid.account)
    assert ids(ann) == []
    town.change(bens, hidden_at=None)
    assert ids(ann) == [bens]
    assert ben.call("DELETE", f"/posts/{bens}").status_code == 200
    assert ids(ann) == []
    assert cached_ids(cache, ann) == everything


def test_delivery_and_ones_own_acts_make_a_feed_new(
    town: Town, cache: FeedCache, people: list[Person]
) -> None:
    ann, ben, _, dan = people
    dans = town.post(dan)
    town.deliver()
    assert ids(ann) == []
    post = town.post(ben)
    town.deliver()
    assert ids(ann) == [post]
    town.do(Follow, ann.account, dan.account)
    town.deliver()
    assert ids(ann) == [post, dans]
    town.undo(Follow, ann.account, dan.account)
    assert ids(ann) == [post]
    own = ann.call("POST", "/posts", {"text": "mine"}).json["id"]
    assert ids(ann) == [own, post]  # before it is delivered, too
    town.deliver()
    assert ids(ann) == [own, post]
    assert cached_ids(cache, ann) == [own, post]


def test_very_popular_people_make_cached_feeds_new(
    town: Town, cache: FeedCache, people: list[Person]
) -> None:
    object.__setattr__(town.app.config["TROTH"], "feed_merge_followers", 1)
    ann, ben, *_ = people
    posts = []
    for _ in range(3):
        posts.insert(0, town.post(ben))
        town.deliver()
        assert ids(ann) == posts


def test_the_post_with_which_somebody_becomes_very_popular_is_in_feeds_that_are_cached(
    town: Town, cache: FeedCache, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "FOLLOWERS_PER_COMMIT", 1)
    ann, ben, _, dan = people
    town.do(Follow, dan.account, ben.account)
    posts = [town.post(ben)]
    town.deliver()
    for _ in range(2):
        # Over the bound, below it, and over it again: each time feeds are cached before and after.
        for most in (2, 3, 2):
            object.__setattr__(town.app.config["TROTH"], "feed_merge_followers", most)
            for one in (ann, dan):
                assert ids(one) == posts
            for _ in range(2):
                posts.insert(0, town.post(ben))
            town.deliver()
            for one in (ann, dan):
                assert ids(one) == posts
    rebuild_feeds()
    assert ids(dan) == posts
    object.__setattr__(town.app.config["TROTH"], "feed_merge_followers", 3)
    rebuild_feeds()
    assert db.session.scalars(select(MergedAccount)).all() == []
    assert ids(ann) == ids(dan) == posts


def test_what_is_left_to_readers_while_feeds_are_rebuilt_is_not_lost(
    town: Town, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, *_ = people
    settings = town.app.config["TROTH"]
    object.__setattr__(settings, "feed_merge_followers", 1)
    posts = [town.post(ben), town.post(ben)]
    town.deliver()
    assert ids(ann) == posts[::-1]
    real = rebuilding._rebuild

    def overtaken(account_id: UUID) -> None:
        real(account_id)
        posts.append(town.post(ben))
        town.deliver()
        object.__setattr__(settings, "feed_merge_followers", 2)

    monkeypatch.setattr(rebuilding, "_rebuild", overtaken)
    assert rebuild_feeds() == 1
    assert ids(ann) == posts[::-1]


def test_who_reads_while_a_feed_changes_does_not_put_back_what_was(
    town: Town, cache: FeedCache, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, *_ = people
    read(ann)
    cache.forget([UUID(ann.account)])
    real, made = service.read_candidates, []

    def overtaken(*args: object) -> list[Candidate]:
        found = real(*args)  # type: ignore[arg-type]
        made.append(town.post(ben))
        town.deliver()
        return found

    monkeypatch.setattr(service, "read_candidates", overtaken)
    assert ids(ann) == []
    assert cache.load(UUID(ann.account)).part is None
    monkeypatch.setattr(service, "read_candidates", real)
    assert ids(ann) == made


def test_with_redis_away_the_database_answers(
    town: Town, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    away = use(town, f"redis://127.0.0.1:{closed_port()}/0")
    ann, ben, *_ = people
    post = town.post(ben)
    town.deliver()
    assert ids(ann) == [post]
    monkeypatch.setattr(away, "_load", pytest.fail)  # it is left alone for a while
    newer = town.post(ben)
    town.deliver()
    assert ids(ann) == [newer, post]


def test_redis_that_comes_back_is_used_again(
    town: Town, cache: FeedCache, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "LEFT_ALONE_SECONDS", 0.0)
    ann, ben, *_ = people
    post = town.post(ben)
    town.deliver()
    with monkeypatch.context() as broken:
        broken.setattr(cache._redis.connection_pool, "get_connection", _refuse)
        assert ids(ann) == [post]
    assert cache.load(UUID(ann.account)).part is None
    assert ids(ann) == [post]
    assert cached_ids(cache, ann) == [post]


def _refuse(*_: object, **__: object) -> None:
    raise AwayError("away")


def test_what_another_release_stored_is_no_feed(cache: FeedCache) -> None:
    somebody = UUID(int=7)
    for stored in (b"", b"{}", b"[]\n", b"\xff\n", b'{"at": 1}\n'):
        name = cache.load(somebody).name
        assert name is not None
        cache.store(somebody, name, None, new_part(True, {}, []))
        cache._redis.hset(f"troth:feeds:{somebody}", bytes(_top()), stored)
        assert cache.load(somebody) == Held(name)


def _top() -> bytes:
    return (253_402_300_799_999_999).to_bytes(8, "big") + b"\xff" * 16


def commands(redis: "Redis[bytes]") -> int:
    return int(redis.info("commandstats").get("cmdstat_evalsha", {}).get("calls", 0))


def test_a_page_far_down_costs_what_the_first_one_costs(
    town: Town, cache: FeedCache, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statements, calls to Redis and bytes from it are those of page one, both when it is there and when not."""
    monkeypatch.setattr(caching, "MOST_CACHED", 30)
    monkeypatch.setattr(service, "MOST_CACHED", 30)
    ann, ben, *_ = people
    posts = [town.post(ben) for _ in range(70)][::-1]
    town.deliver()
    walked, query = list[str](), "?limit=7"
    costs: dict[str, list[tuple[int, int]]] = {"found": [], "read": []}
    while True:
        for kind in ("read", "found"):
            before = commands(cache._redis)
            with counting(town.app) as statements:
                page = read(ann, query)
            calls = commands(cache._redis) - before
            costs[kind].append((len(statements), calls))
        walked += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query = f"?limit=7&cursor={page['next']}"
    assert walked == posts
    # Found in Redis: one call, and no statement for candidates. All the same from the first page to the last.
    assert len(set(costs["found"])) == 1
    assert costs["found"][0][1] == 1
    # Read from the database: no page costs more than the first.
    assert max(costs["read"]) <= costs["read"][0]
    sizes = [
        len(value)
        for name, value in cache._redis.hgetall(f"troth:feeds:{ann.account}").items()
        if name not in (b"name", b"places")
    ]
    assert len(sizes) > 2
    assert max(sizes) - min(sizes) < 40 * 30


def test_parts_are_forgotten_together_and_only_so_many_are_kept(
    town: Town, cache: FeedCache, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_CACHED", 12)
    monkeypatch.setattr(caching, "MOST_PARTS", 2)
    ann, ben, cid, _ = people
    posts = [town.post(ben) for _ in range(40)][::-1]
    town.deliver()
    walked, following = list[str](), ""
    while following is not None:
        page = read(ann, f"?limit=5{following}")
        walked += [item["id"] for item in page["items"]]
        following = page["next"] and f"&cursor={page['next']}"
    assert walked == posts
    key = f"troth:feeds:{ann.account}"
    assert cache._redis.hlen(key) == 2 + 2
    held = cache.load(UUID(ann.account))
    newest = town.post(cid)
    town.deliver()
    assert cache._redis.exists(key) == 0
    # Who read before it was forgotten stores nothing any more.
    assert held.name is not None
    cache.store(UUID(ann.account), held.name, None, new_part(True, {}, []))
    assert ids(ann, "?limit=3")[0] == newest


def test_a_cached_part_is_given_only_where_it_is_whole() -> None:
    every = [
        Candidate(EPOCH.replace(year=2020 + n), UUID(int=n), UUID(int=1)) for n in range(9, 0, -1)
    ]
    whole, cut = (CachedPart.of_bytes(new_part(end, {}, every).to_bytes()) for end in (True, False))
    assert whole.part(Window(limit=20)) == every
    assert cut.part(Window(limit=20)) is None
    assert cut.part(Window(limit=9)) == every
    assert cut.part(Window(before=every[4].place, limit=4)) == every[5:]
    assert cut.part(Window(before=every[4].place, limit=5)) is None
    assert whole.part(Window(before=every[4].place, limit=5)) == every[5:]
    assert cut.part(Window(after=every[4].place, limit=9)) == every[:4]
    assert cut.part(Window(after=every[-1].place, limit=9)) == every[:-1]
