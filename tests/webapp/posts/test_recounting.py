"""Counts that drifted are found and corrected, whoever writes meanwhile."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, update

from tests.support.counting import check_counts, kept
from tests.support.relating import follow
from tests.support.wallet import Person
from webapp.accounts.models import AccountCounts
from webapp.database import writing
from webapp.posts import recounting
from webapp.posts.models import PostCounts
from webapp.posts.recounting import recount_all
from workers import upkeep


@pytest.fixture
def drifted(app: Flask, alice: Person, bob: Person) -> Flask:
    """Give an application in which four accounts' and posts' counts are wrong, each in another way."""
    posts = [alice.publish().json for _ in range(3)]
    for post in posts:
        bob.call("POST", f"/posts/{post['id']}/like")
        bob.publish(bob.post_record(replyTo=post["content"], quotes=post["content"]))
    bob.call("POST", f"/posts/{posts[0]['id']}/repost")
    follow(app, bob, alice)
    check_counts(app)
    with app.app_context(), writing() as session:
        first, second = (UUID(post["id"]) for post in posts[:2])
        wrong = {"likes": 7, "comments": 0, "reposts": -1}
        session.execute(update(PostCounts).where(PostCounts.post_id == first).values(wrong))
        session.execute(delete(PostCounts).where(PostCounts.post_id == second))
        session.execute(update(AccountCounts).values(posts=9, followers=3, following=0))
    return app


def test_every_drift_is_found_and_corrected(
    drifted: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "ROWS", 2)
    before = kept(drifted)
    with drifted.app_context():
        found = list(recount_all(correct=False))
    assert kept(drifted) == before
    assert [one.kind for one in found] == ["accounts"] * 2 + ["posts"] * 2
    assert str(found[2]).endswith("likes 7 -> 1, comments 0 -> 1, reposts -1 -> 1")
    with drifted.app_context():
        assert list(recount_all(correct=True)) == found
        assert list(recount_all(correct=True)) == []
    check_counts(drifted)


def test_the_worker_goes_on_where_it_left_off_and_says_what_it_corrected(
    drifted: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "ROWS", 1)
    monkeypatch.setattr(upkeep, "RECOUNT_BATCHES", 1)
    with drifted.app_context():
        assert sum(upkeep.recount() for _ in range(8)) == 4
    check_counts(drifted)
    metrics = drifted.test_client().get("/metrics").text
    for kind in ("accounts", "posts"):
        assert f'troth_counts_corrected{{kind="{kind}"}} 2.0' in metrics
        assert f'troth_counts_compared_timestamp_seconds{{kind="{kind}"}}' in metrics


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.postgres
def test_counting_anew_while_people_write_loses_nothing(app: Flask, alice: Person) -> None:
    posts = [alice.publish().json["id"] for _ in range(2)]
    fans = [Person(app.test_client()).register(f"fan{n}") for n in range(4)]
    over = threading.Event()

    def spoil_and_mend() -> int:
        mended = 0
        while not over.is_set():
            with app.app_context():
                with writing() as session:  # what comes out is right whatever was added by mistake
                    session.execute(update(PostCounts).values(likes=PostCounts.likes + 1))
                mended += len(list(recount_all(correct=True)))
        return mended

    def like(fan: Person) -> None:
        own = fan.again(app.test_client())
        for number in range(12):
            for post in posts:
                path = f"/posts/{post}/like"
                answer = own.call("DELETE" if number % 3 == 2 else "POST", path)
                assert answer.status_code in (200, 201, 204), answer.text

    with ThreadPoolExecutor(5) as pool:
        mending = pool.submit(spoil_and_mend)
        try:
            list(pool.map(like, fans))
        finally:
            over.set()
        assert mending.result() > 0
    with app.app_context():
        list(recount_all(correct=True))
    check_counts(app)
