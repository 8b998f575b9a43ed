"""What is rebuilt is what was there: after any course of follows, posts, deletions, blocks."""

import random
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from tests.support.wallet import Person
from tests.webapp.feed.conftest import Town, ids
from webapp import cli
from webapp.accounts.models import AccountCounts
from webapp.accounts.relations.models import Block, Follow, Mute
from webapp.commands import rebuild
from webapp.database import writing
from webapp.extensions import db
from webapp.feed import fan_out, keeping
from webapp.feed.keeping import drop_dormant
from webapp.feed.models import Feed, FeedItem, MergedAccount
from webapp.posts.models import PostCounts, Repost

ACTS = 70


def live(town: Town, seed: int, people: list[Person]) -> None:
    """Let people act at random, reading and delivering now and then."""
    chance = random.Random(seed)  # noqa: S311
    posts: list[tuple[Person, str]] = []
    for _ in range(ACTS):
        one, other = chance.sample(people, 2)
        act = chance.choice("ppprrRfffFbBmMdhaegv")
        table: Any = {"f": Follow, "b": Block, "m": Mute, "r": Repost}.get(act.lower())
        if act == "p" or not posts:
            posts.append((one, town.post(one)))
        elif table is Repost:
            post = chance.choice(posts)[1]
            (town.do if act == "r" else town.undo)(table, one.account, post)
        elif table is not None:
            (town.do if act.islower() else town.undo)(table, one.account, other.account)
        elif act == "d":
            author, post = posts.pop(chance.randrange(len(posts)))
            author.call("DELETE", f"/posts/{post}")
        elif act == "h":
            town.change(chance.choice(posts)[1], hidden_at=chance.choice([None, town.clock]))
        elif act == "a":
            town.change(chance.choice(posts)[1], audience=chance.choice(["public", "followers"]))
        elif act == "e":
            ids(one)
        else:
            town.deliver()
    town.deliver()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_feed_that_was_kept_rebuilt_or_only_looked_up_is_the_same(
    town: Town, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "FOLLOWERS_PER_COMMIT", 2)
    monkeypatch.setattr(keeping, "MOST_FILLED", 6 * seed)
    object.__setattr__(town.app.config["TROTH"], "feed_merge_followers", 2 + seed)
    people = [town.person(f"person{number}") for number in range(5)]
    for one in people[1:]:
        ids(one)
    live(town, seed, people)
    kept = [ids(one, "?limit=100") for one in people]
    assert any(kept)
    with writing() as session:
        session.execute(delete(FeedItem))  # all of it can be made anew
    assert rebuild.rebuild_feeds() == len(people)
    assert [ids(one, "?limit=100") for one in people] == kept
    with writing() as session:
        session.execute(update(Feed).values(read_at=town.clock.replace(year=2020)))
        session.execute(delete(MergedAccount))
    drop_dormant()
    monkeypatch.setattr(keeping, "MOST_FILLED", 0)
    assert [ids(one, "?limit=100") for one in people] == kept


def test_counts_are_made_anew_from_what_is_counted(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = town.person("ann"), town.person("ben")
    town.do(Follow, ann.account, ben.account)
    post = town.post(ben)
    content = ben.call("GET", f"/posts/{post}").json["content"]
    town.post(ann, reply_to=content)
    gone = town.post(ann, reply_to=content)
    ann.call("DELETE", f"/posts/{gone}")
    town.post(ann, quotes=content)
    town.do(Repost, ann.account, post)
    with writing() as session:
        session.execute(delete(PostCounts))
        session.execute(update(AccountCounts).values(followers=7, following=7, posts=7))
    monkeypatch.setattr("webapp.create_app", lambda: town.app)
    answer = CliRunner().invoke(cli.cli, ["rebuild", "counts"])
    assert answer.stdout == "3 wrong counts made anew\n", answer.exception
    [row] = db.session.scalars(select(PostCounts)).all()
    assert (str(row.post_id), row.likes, row.comments, row.reposts, row.quotes) == (
        post,
        0,
        1,
        1,
        1,
    )
    found = {str(one.account_id): one for one in db.session.scalars(select(AccountCounts))}
    assert [
        (found[one.account].followers, found[one.account].following, found[one.account].posts)
        for one in (ann, ben)
    ] == [(0, 1, 2), (1, 0, 1)]
    assert CliRunner().invoke(cli.cli, ["rebuild", "feeds"]).stdout == "0 feeds made anew\n"
    assert CliRunner().invoke(cli.cli, ["rebuild", "nothing"]).exit_code == 2
