"""What is rebuilt is what was there: feeds, counts and notifications, after any course of events."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, func, select, update

from tests.support.counting import check_counts
from tests.support.databases import cases
from tests.support.wallet import Person
from tests.webapp.notifications.conftest import told, unread
from webapp import cli
from webapp.accounts.models import Account, AccountCounts
from webapp.columns import utc_now
from webapp.database import writing
from webapp.events.models import Event, EventType
from webapp.extensions import db
from webapp.feed.models import FeedItem
from webapp.notifications import rebuilding, restoring, telling
from webapp.notifications.models import Notification, NotificationState
from webapp.notifications.ordering import grouped, in_order, numbered
from webapp.notifications.webhooks.models import Webhook
from webapp.posts.models import PostCounts
from workers.delivery import deliver

# Who may read what is judged anew: so nobody follows any more once there is something for followers.
FOLLOWING, WRITING = "pppccqqllllllLrrRffffFbBBBedxn", "pppccqqllllllLrrRFbBBBedxn"
ACTS = 60
People = tuple[Person, Person, Person]
N = Notification


class Life:
    """People who do things to each other by the API; each is delivered at once."""

    def __init__(self, app: Flask, seed: int, people: list[Person], anchor: Any) -> None:
        self.app, self.people, self.anchor = app, people, anchor
        self.chance = random.Random(seed)  # noqa: S311
        self.audiences = ["public"]
        self.posts: list[dict[str, Any]] = []

    def go_on(self, acts: int, of: str) -> None:
        for _ in range(acts):
            self._act(self.chance.choice(of))
            with self.app.app_context():
                deliver()
        self.anchor()
        with self.app.app_context():
            deliver()

    def _act(self, act: str) -> None:
        one, other = self.chance.sample(self.people, 2)
        if act == "p" or not self.posts:
            self._write(one, f"@{self._handle(other)} @{self._handle(one)}")
            return
        post = self.chance.choice(self.posts)
        if act in "cq":
            name = {"c": "reply_to", "q": "quotes"}[act]
            self._write(one, f"so @{self._handle(other)}", **{name: post["content"]})
        elif act in "lLrR":
            path = f"/posts/{post['id']}/{'like' if act in 'lL' else 'repost'}"
            one.call("POST" if act.islower() else "DELETE", path)
        elif act in "fFbB":
            path = f"/users/{other.account}/{'follow' if act in 'fF' else 'block'}"
            one.call("POST" if act.islower() else "DELETE", path)
        elif act in "ed":
            self._change(post, act)
        elif act == "x":
            one.call("POST", "/messages", {"to": other.account, "text": "psst"})
        else:
            newest = one.call("GET", "/notifications/unread").json["newest"]
            one.call("POST", "/notifications/read", {"up_to": newest})

    def _change(self, post: dict[str, Any], act: str) -> None:
        """Delete a post, or take out of it whom it names."""
        author = next(one for one in self.people if one.account == post["account"])
        self.posts.remove(post)
        if act == "d":
            author.call("DELETE", f"/posts/{post['id']}")
            return
        body = {name: post[name] for name in ("id", "reply_to", "quotes") if post[name]}
        body["audience"] = post["audience"]
        self._write(author, "nobody", replaces=post["content"], **body)

    def _write(self, person: Person, text: str, **more: Any) -> None:
        body = {"text": text, "audience": self.chance.choice(self.audiences), **more}
        answer = person.call("POST", "/posts", body)
        if answer.status_code in (200, 201):
            self.posts.append(answer.json)

    def _handle(self, person: Person) -> str:
        return f"person{self.people.index(person)}"


def shown(people: list[Person]) -> list[list[str]]:
    """Return what everybody is told, in its order; times may differ by a delivery."""
    return [list(map(_line, told(one, "?limit=100"))) for one in people]


def _line(item: dict[str, Any]) -> str:
    posts = [item[name] and item[name]["id"] for name in ("post", "about")]
    faces = [one["handle"] for one in item["profiles"]]
    facts = [item[name] for name in ("kind", "people", "count", "subject")]
    return " ".join(map(str, [*facts, *faces, *posts]))


def marks(people: list[Person]) -> list[tuple[int, list[tuple[str, bool]]]]:
    """Return how much is unread, and what is by its number."""
    pages = [told(one, "?limit=100") for one in people]
    return [
        (unread(one), [(item["id"], item["read"]) for item in page])
        for one, page in zip(people, pages, strict=True)
    ]


def feeds(people: list[Person]) -> list[list[str]]:
    pages = [one.call("GET", f"/feed/{one.account}?limit=100").json for one in people]
    return [[item["id"] for item in page["items"]] for page in pages]


def run(app: Flask, monkeypatch: pytest.MonkeyPatch, what: str) -> str:
    monkeypatch.setattr("webapp.create_app", lambda: app)
    answer = CliRunner().invoke(cli.cli, ["rebuild", what])
    assert answer.exit_code == 0, answer.output
    # Threads of other tests log to the other stream.
    return answer.stdout


@cases("seed", sqlite=[1], postgres=[2])
def test_what_is_rebuilt_from_nothing_is_what_was_there(
    app: Flask, anchor: Callable[[], None], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((restoring, "EVENTS_AT_ONCE"), (telling, "MOST_AT_ONCE")):
        monkeypatch.setattr(module, name, 7)
    monkeypatch.setattr(rebuilding, "ROWS", 5)
    monkeypatch.setattr(rebuilding, "PEOPLE", 2)
    people = [Person(app.test_client()).register(f"person{number}") for number in range(4)]
    feeds(people)
    life = Life(app, seed, people, anchor)
    life.go_on(ACTS, FOLLOWING)
    life.audiences.append("followers")
    life.go_on(ACTS, WRITING)
    before, fed = shown(people), feeds(people)
    marked = marks(people)
    kinds = {line.split()[0] for lines in before for line in lines}
    assert {"follow", "like", "comment", "mention", "anchored"} <= kinds
    assert any(fed)
    counts = [one.call("GET", f"/users/{one.account}").json["counts"] for one in people]
    # What was edited away or deleted goes for good, unseen as it was.
    run(app, monkeypatch, "notifications")
    assert run(app, monkeypatch, "notifications") == "0 lost or wrong notifications made anew\n"
    assert (shown(people), marks(people)) == (before, marked)

    with app.app_context(), writing() as session:
        # Messages are in no event: what is told of them cannot be lost here, see below.
        session.execute(delete(N).where(N.kind != "message"))
        session.execute(delete(FeedItem))
        session.execute(delete(PostCounts))
        session.execute(update(AccountCounts).values(followers=7, following=7, posts=7))
    assert shown(people) != before
    assert feeds(people) != fed
    for what in ("counts", "feeds", "notifications"):
        run(app, monkeypatch, what)
    assert (shown(people), feeds(people)) == (before, fed)
    check_counts(app)
    # What was taken back is not put back, so what is left stands higher: unread rather than read.
    for (was, _), (now, _) in zip(marked, marks(people), strict=True):
        assert was <= now
    assert [one.call("GET", f"/users/{one.account}").json["counts"] for one in people] == counts

    with app.app_context(), writing() as session:
        rows = session.execute(select(N.account_id, N.number).where(N.kind != "message")).all()
        for account_id, number in life.chance.sample(rows, len(rows) // 3):
            session.execute(delete(N).where(N.account_id == account_id, N.number == number))
    run(app, monkeypatch, "notifications")
    assert shown(people) == before
    # Nobody ends a block: what was lost meanwhile would come back.
    life.go_on(10, WRITING.replace("B", ""))
    before, marked = shown(people), marks(people)
    run(app, monkeypatch, "notifications")
    assert (shown(people), marks(people)) == (before, marked)


def rows_of(app: Flask, person: Person) -> list[tuple[int, str]]:
    with app.app_context():
        mine = select(N.number, N.kind).where(N.account_id == UUID(person.account))
        return [(row.number, row.kind) for row in db.session.execute(mine.order_by(N.number))]


def did(app: Flask, person: Person, method: str, path: str, body: Any = None) -> Any:
    answer = person.call(method, path, body)
    assert answer.status_code in (200, 201, 204), answer.text
    with app.app_context():
        deliver()
    return answer.json


def test_what_no_event_says_goes_and_marks_stay_where_they_are(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben, cleo = people
    did(app, anna, "POST", "/webhooks", {"url": "https://example.org/hook"})
    post = did(app, anna, "POST", "/posts", {"text": "hello"})
    for one in (ben, cleo):
        did(app, one, "POST", f"/users/{anna.account}/follow")
    did(app, anna, "POST", "/notifications/read", {"up_to": "2"})
    did(app, ben, "POST", f"/posts/{post['id']}/like")
    mine = N.account_id == UUID(anna.account)
    with app.app_context(), writing() as session:
        session.execute(update(Webhook).values(position=3))
        session.execute(delete(N).where(mine, N.number == 1))
        like = select(Event.id).where(Event.type == EventType.POST_LIKED)
        source = str(session.scalar(like))
        session.execute(update(N).where(mine, N.number == 2).values(source=source))
    assert "3 lost or wrong" in run(app, monkeypatch, "notifications")
    assert rows_of(app, anna) == [(1, "follow"), (2, "follow"), (3, "like")]
    assert unread(anna) == 1


def test_what_was_never_told_finds_room_below_what_is_read(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben, cleo = people
    did(app, anna, "POST", "/webhooks", {"url": "https://example.org/hook"})
    did(app, anna, "PUT", "/notifications/preferences", {"kinds": {"follow": "off"}})
    did(app, ben, "POST", f"/users/{anna.account}/follow")
    did(app, anna, "PUT", "/notifications/preferences", {"kinds": {"follow": "all"}})
    post = did(app, anna, "POST", "/posts", {"text": "hello"})
    did(app, ben, "POST", f"/posts/{post['id']}/like")
    did(app, anna, "POST", "/notifications/read", {"up_to": "1"})
    did(app, cleo, "POST", f"/posts/{post['id']}/repost")
    with app.app_context(), writing() as session:
        session.execute(update(Webhook).values(position=1))
    run(app, monkeypatch, "notifications")
    assert rows_of(app, anna) == [(1, "follow"), (2, "like"), (3, "repost")]
    assert [item["read"] for item in told(anna)] == [False, True, True]
    with app.app_context():
        assert db.session.scalars(select(Webhook.position)).all() == [2]
        assert db.session.scalars(select(func.max(NotificationState.newest))).all() == [3]


def test_who_may_not_be_told_any_more_is_not(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben, cleo = people
    post = did(app, anna, "POST", "/posts", {"text": "hello"})
    for one in (ben, cleo):
        did(app, one, "POST", f"/posts/{post['id']}/like")
    did(app, anna, "POST", f"/users/{ben.account}/block")
    did(app, ben, "POST", "/posts", {"text": "@cleo"})
    with app.app_context(), writing() as session:
        session.execute(delete(N))
        session.get_one(Account, UUID(cleo.account)).suspended_at = utc_now()
    run(app, monkeypatch, "notifications")
    assert rows_of(app, anna) == rows_of(app, cleo) == []


def test_who_did_not_read_a_message_is_told_once_more_if_that_is_lost(
    app: Flask, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben, _ = people
    first = did(app, ben, "POST", "/messages", {"to": anna.account, "text": "psst"})
    path = f"/messages/{first['conversation']}/read"
    did(app, anna, "POST", path, {"up_to": first["id"]})
    did(app, ben, "POST", "/messages", {"to": anna.account, "text": "well?"})
    before = told(anna)
    assert [item["count"] for item in before] == [2]
    run(app, monkeypatch, "notifications")
    with app.app_context():
        deliver()
    assert told(anna) == before
    with app.app_context(), writing() as session:
        session.execute(delete(N))
    run(app, monkeypatch, "notifications")
    with app.app_context():
        deliver()
    assert [(item["kind"], item["count"]) for item in told(anna)] == [("message", 1)]


def test_rows_keep_their_numbers_and_what_is_put_back_takes_those_between() -> None:
    def row(number: int, second: int) -> dict[str, Any]:
        moment = utc_now().replace(year=2026, second=second, microsecond=0)
        return {"number": number, "created_at": moment, "kind": "like", "topic": "x"}

    rows = [row(9, 9), row(-40, 2), row(5, 5), row(-41, 6)]
    ordered = in_order(rows)
    assert [one["number"] for one in ordered] == [-40, 5, -41, 9]
    placed, moved = numbered(ordered, 9)
    assert ([one["number"] for one in placed], moved) == ([4, 5, 8, 9], 0)
    assert [one["is_head"] for one in grouped(placed)] == [False, False, False, True]
    placed, moved = numbered(ordered, 0)
    assert ([one["number"] for one in placed], moved) == ([1, 2, 3, 4], 4)
    assert numbered([], 3) == ([], 0)
