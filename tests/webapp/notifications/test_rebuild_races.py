"""Rebuilding and recounting while people do everything at once: nothing is lost, and nobody is in the way."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import psycopg.errors
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from tests.support.counting import check_counts
from tests.support.wallet import PASSWORD, Person
from webapp.deadlocks import TRIES, untangled
from webapp.events.models import EventFailure
from webapp.extensions import db
from webapp.feed.models import FeedItem
from webapp.feed.rebuilding import rebuild_feeds
from webapp.notifications.models import Notification
from webapp.notifications.rebuilding import rebuild_notifications
from webapp.posts.recounting import recount_all
from workers.delivery import deliver

PEOPLE, ACTS = 7, 25
WAYS = ("like", "repost", "follow", "block", "mute")
# What the last person does at last, while the others go on.
LEAVING = ("DELETE", "/me", {"password": PASSWORD})


class Crowd:
    """People who each have a client and a thread of their own."""

    def __init__(self, app: Flask, seed: int) -> None:
        self.app, self.seed = app, seed
        self.people = [Person(app.test_client()).register(f"person{n}") for n in range(PEOPLE)]
        self.posts = [one.call("POST", "/posts", {"text": "x"}).json for one in self.people]
        self.barrier = threading.Barrier(PEOPLE + 3)
        self.done = threading.Event()
        self.failed: list[str] = []

    def live(self, number: int) -> None:
        person = self.people[number].again(self.app.test_client())
        chance = random.Random(100 * self.seed + number)  # noqa: S311
        self.barrier.wait(60)
        leaves = number == PEOPLE - 1
        for act in range(ACTS):
            leaving = leaves and act == ACTS - 1
            answer = person.call(*(LEAVING if leaving else self._act(chance, person)))
            if answer.status_code >= 500:
                self.failed.append(answer.text)
            if answer.status_code == 201 and "content" in answer.json:
                self.posts.append(answer.json)

    def _act(self, chance: random.Random, person: Person) -> tuple[str, str, Any]:
        post, other = chance.choice(self.posts), chance.choice(self.people)
        act = chance.choice([*WAYS, *WAYS, "comment", "comment", "delete", "edit", "read"])
        if act in WAYS:
            what = f"posts/{post['id']}" if act in WAYS[:2] else f"users/{other.account}"
            return chance.choice(["POST", "DELETE"]), f"/{what}/{act}", None
        if act == "comment":
            body = {"text": "@person1 @person2 #x", "quotes": chance.choice(self.posts)["content"]}
            return "POST", f"/posts/{post['id']}/comment", body
        if act == "edit":
            edit = {"id": post["id"], "replaces": post["content"], "text": "@person3 #y"}
            return "POST", "/posts", edit | {"audience": chance.choice(["public", "followers"])}
        if act == "delete":
            return "DELETE", f"/posts/{post['id']}", None
        return "GET", f"/feed/{person.account}", None

    def work(self, what: Callable[[], object]) -> None:
        self.barrier.wait(60)
        while not self.done.is_set():
            with self.app.app_context():
                what()


def recount() -> None:
    assert list(recount_all(correct=True)) == []


def rebuild() -> None:
    rebuild_feeds()
    rebuild_notifications()


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("seed", [1, 2])
def test_rebuilding_while_everybody_does_everything_harms_nothing(app: Flask, seed: int) -> None:
    crowd = Crowd(app, seed)
    with ThreadPoolExecutor(PEOPLE + 3) as pool:
        workers = [pool.submit(crowd.work, one) for one in (deliver, recount, rebuild)]
        try:
            list(pool.map(crowd.live, range(PEOPLE)))
        finally:
            crowd.done.set()
        for worker in workers:
            worker.result()
    assert crowd.failed == []
    check_counts(app)
    with app.app_context():
        deliver()
        assert db.session.scalars(select(EventFailure.reason)).all() == []
        unplaced = select(func.count()).where(Notification.number < 0)
        assert db.session.scalar(unplaced) == 0
        gone = UUID(crowd.people[-1].account)
        by_gone = select(func.count()).where(Notification.actor_id == gone)
        assert db.session.scalar(by_gone) == 0
        assert db.session.scalar(select(func.count()).where(FeedItem.account_id == gone)) == 0


def test_a_transaction_that_waited_in_a_circle_is_made_again() -> None:
    tries = []

    def work(error: Exception, failures: int) -> str:
        tries.append(error)
        if len(tries) <= failures:
            raise OperationalError("", {}, error)
        return "done"

    circle = psycopg.errors.DeadlockDetected()
    assert untangled(lambda: work(circle, TRIES - 1)) == "done"
    assert len(tries) == TRIES
    for error, times in ((circle, TRIES), (psycopg.errors.DiskFull(), 1)):
        tries.clear()
        with pytest.raises(OperationalError):
            untangled(lambda error=error: work(error, 99))  # type: ignore[misc]
        assert len(tries) == times
