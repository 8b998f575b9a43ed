"""Events alone say what counts and feeds must be, after any course of all that people and moderators do."""

import random
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import delete, event, select, update

from tests.support.counting import check_counts, kept
from tests.support.wallet import PASSWORD, Person
from webapp.accounts.models import Account, AccountCounts
from webapp.database import writing
from webapp.events.models import Event
from webapp.extensions import Base, db
from webapp.feed.models import FeedItem
from webapp.feed.rebuilding import rebuild_feeds
from webapp.posts.models import PostCounts
from webapp.posts.recounting import recount_all
from webapp.posts.restoring import restore_counts
from workers.delivery import deliver

ACTS = 200
# p post, c comment, q quote, e edit, d delete, l/L like, r/R repost, f/F follow, b/B block, m mute, h/H hide and
# show, s/S suspend and restore, x delete the account.
COURSE = "pppccccqqqeeedllllLLrrrRRfffffFFbBmhhHHsSSx"
PAIRS = {"f": "follow", "b": "block", "m": "mute"}
REACTIONS = {"l": "like", "r": "repost"}
ACTS_OF_MODERATORS = {"h": "hide", "H": "show", "s": "suspend", "S": "restore"}


@dataclass
class Course:
    """People who do things to each other by the API."""

    app: Flask
    chance: random.Random
    people: list[Person]
    moderator: Person
    posts: list[dict[str, Any]] = field(default_factory=list)
    silenced: dict[str, list[str]] = field(default_factory=lambda: {"h": [], "s": []})
    done: set[str] = field(default_factory=set)

    def go_on(self) -> None:
        for _ in range(ACTS):
            act = self.chance.choice(COURSE)
            if self._act(act, *self.chance.sample(self.people, 2)) < 300:
                self.done.add(act)

    def _act(self, act: str, one: Person, other: Person) -> int:
        if act == "p" or not self.posts:
            return self._write(one)
        post = self.chance.choice(self.posts)
        author = next((who for who in self.people if who.account == post["account"]), one)
        match act:
            case "c" | "q":
                return self._write(one, **{_NAMES[act]: post["content"]})
            case "e":
                return self._edit(author, post)
            case "x":
                return self._leave(one)
            case "d":
                answer = author.call("DELETE", f"/posts/{post['id']}")
                self._forget("id", post["id"])
            case "h" | "H" | "s" | "S":
                answer = self._moderate(act, post["id"] if act in "hH" else other.account)
            case _:
                method, kind = "POST" if act.islower() else "DELETE", act.lower()
                path = f"/users/{other.account}/{PAIRS.get(kind)}"
                if kind in REACTIONS:
                    path = f"/posts/{post['id']}/{REACTIONS[kind]}"
                answer = one.call(method, path)
        return answer.status_code

    def _moderate(self, act: str, subject: str) -> Any:
        silenced = self.silenced[act.lower()]
        if act.islower():
            silenced.append(subject)
        elif silenced:
            subject = silenced.pop()
        body = {"subject": subject, "reason": "rules", "act": ACTS_OF_MODERATORS[act]}
        body["type"] = "post" if act in "hH" else "account"
        return self.moderator.call("POST", "/moderation/actions", body)

    def _write(self, person: Person, **more: Any) -> int:
        audience = self.chance.choice(["public", "public", "followers"])
        answer = person.call("POST", "/posts", {"text": "x", "audience": audience, **more})
        if answer.status_code in (200, 201):
            self.posts.append(answer.json)
        return answer.status_code

    def _edit(self, author: Person, post: dict[str, Any]) -> int:
        """Let a post answer, or quote, something else, or nothing any more."""
        more = {"id": post["id"], "replaces": post["content"]}
        for name in _NAMES.values():
            if self.chance.random() < 0.6:
                more[name] = self.chance.choice(self.posts)["content"]
        return self._write(author, **more)

    def _leave(self, person: Person) -> int:
        if len(self.people) < 4:
            return 409
        answer = person.call("DELETE", "/me", {"password": PASSWORD})
        if answer.status_code < 300:
            self.people.remove(person)
            self._forget("account", person.account)
        return answer.status_code

    def _forget(self, name: str, value: str) -> None:
        self.posts = [post for post in self.posts if post[name] != value]

    def feeds(self) -> list[list[str]]:
        found = []
        for one in self.people:
            answer = one.call("GET", f"/feed/{one.account}?limit=100")
            found.append([item["id"] for item in answer.json["items"]])
        return found


_NAMES = {"c": "reply_to", "q": "quotes"}


def test_counts_and_feeds_made_anew_from_events_are_those_that_were_there(app: Flask) -> None:
    people = [Person(app.test_client()).register(f"person{number}") for number in range(6)]
    moderator = Person(app.test_client()).register("calm_one")
    with app.app_context(), writing() as session:
        mine = update(Account).where(Account.id == UUID(moderator.account))
        session.execute(mine.values(role="moderator"))
    course = Course(app, random.Random(4), people, moderator)  # noqa: S311
    course.feeds()
    course.go_on()
    with app.app_context():
        deliver()
    assert set("cqedlLrRfFbhHsSx") <= course.done
    check_counts(app)
    with app.app_context():
        assert list(recount_all(correct=False)) == []
        assert restore_counts() == 0
    before, fed = kept(app), course.feeds()
    assert all(before)
    assert any(fed)

    with app.app_context():
        with writing() as session:
            for lost in (PostCounts, AccountCounts, FeedItem):
                session.execute(delete(lost))
        seen = _tables_asked(restore_counts)
        assert seen & set(Base.metadata.tables) == {
            "events",
            "account_counts",
            "post_counts",
            "recounts",
        }
        rebuild_feeds()
    assert (kept(app), course.feeds()) == (before, fed)
    with app.app_context(), writing() as session:
        session.execute(update(PostCounts).values(likes=PostCounts.likes + 2, quotes=9))
        session.execute(update(AccountCounts).values(followers=-3))
    with app.app_context():
        assert restore_counts() > 0
    assert kept(app) == before
    check_counts(app)


def _tables_asked(work: Any) -> set[str]:
    """Return the tables that the statements of some work name."""
    named: set[str] = set()

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        named.update(re.findall(r"(?:FROM|JOIN|INTO|UPDATE) (\w+)", statement))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return named


def test_events_hold_no_words(app: Flask, carol: Person) -> None:
    post = carol.call("POST", "/posts", {"text": "secret words @carol #tag"}).json
    answer = {"text": "more", "reply_to": post["content"], "quotes": post["content"]}
    carol.call("POST", "/posts", answer)
    with app.app_context():
        found = db.session.scalars(select(Event.data).order_by(Event.id)).all()
    assert found[-1] == {"version": 1, "parent": post["id"], "quoted": post["id"]}
    assert "secret" not in str(found)
