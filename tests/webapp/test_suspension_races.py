"""Whatever somebody writes while a moderator suspends them is refused, or was there before; nothing comes after."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from chain.proofs.records import Kind
from tests.support.counting import check_counts
from tests.support.late_writes import writes
from tests.support.wallet import Person
from webapp.accounts import access
from webapp.accounts.living import keep_active
from webapp.accounts.models import Account
from webapp.database import writing
from webapp.events.models import Event, EventType
from webapp.extensions import db
from webapp.log.errors import SuspendedError
from webapp.messages.models import Message
from webapp.moderation.models import Action
from webapp.posts.models import Post
from webapp.posts.together import SignedPost, publish_many
from webapp.posts.views import PostView

# A password and codes are seen by nobody; suspended people may export what they own.
OWN_AFFAIR = ("POST /me/password", "POST /me/recovery-codes", "POST /me/exports")
Write = Callable[[Person], Any]


@pytest.fixture
def moderator(app: Flask) -> Person:
    person = Person(app.test_client()).register("calm_one")
    with app.app_context(), writing() as session:
        mine = update(Account).where(Account.id == UUID(person.account))
        session.execute(mine.values(role="moderator"))
    return person


def suspend(moderator: Person, account: str) -> None:
    order = {"act": "suspend", "type": "account", "subject": account, "reason": "the rules"}
    assert moderator.call("POST", "/moderation/actions", order).status_code == 201


def spoken(app: Flask, account: str) -> tuple[int, ...]:
    """Return how many posts, messages and events there are of an account."""
    with app.app_context():
        mine = (Post.account_id, Message.sender_id, Event.account_id)
        return tuple(
            db.session.scalar(select(func.count()).where(column == UUID(account))) or 0
            for column in mine
        )


class Meanwhile:
    """Suspends somebody once their token was found good, and before anything is written."""

    def __init__(self, app: Flask, moderator: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app, self.moderator, self.doomed = app, moderator, list[Person]()
        self._charge = access.charge
        monkeypatch.setattr(access, "charge", self._suspend_first)

    def _suspend_first(self, account_id: UUID | None) -> None:
        self._charge(account_id)
        if account_id is None and self.doomed:
            account = self.doomed.pop().account
            own = self.moderator.again(self.app.test_client())
            with ThreadPoolExecutor(1) as other:
                other.submit(suspend, own, account).result(30)

    def check(self, person: Person, name: str, write: Write) -> None:
        before = spoken(self.app, person.account)
        self.doomed.append(person)
        answer = write(person)
        assert self.doomed == [], name
        assert (answer.status_code, answer.json["code"]) == (403, "suspended"), (name, answer.text)
        posts, messages, events = before
        assert spoken(self.app, person.account) == (posts, messages, events + 1), name


@pytest.fixture
def meanwhile(app: Flask, moderator: Person, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    return Meanwhile(app, moderator, monkeypatch)


def own_writes(person: Person, friend: Person, stranger: Person) -> dict[str, Write]:
    """Give what a person can do to what is theirs: a post, a group."""
    post = person.call("POST", "/posts", {"text": "early"}).json
    group = person.call("POST", "/conversations", {"members": [friend.account]}).json["id"]
    edit = {"id": post["id"], "replaces": post["content"], "text": "late"}
    late = {"conversation": group, "text": "late"}
    new = {"account": stranger.account}
    return {
        "edit": lambda one: one.call("POST", "/posts", edit),
        "delete": lambda one: one.call("DELETE", f"/posts/{post['id']}"),
        "write": lambda one: one.call("POST", "/messages", late),
        "rename": lambda one: one.call("PATCH", f"/conversations/{group}", {"title": "late"}),
        "add": lambda one: one.call("POST", f"/conversations/{group}/members", new),
    }


def test_what_is_written_while_the_author_is_suspended_is_refused(
    app: Flask, alice: Person, bob: Person, meanwhile: Meanwhile
) -> None:
    post = alice.publish().json
    for number, (name, write) in enumerate(writes(alice, post)):
        if name not in OWN_AFFAIR:
            meanwhile.check(Person(app.test_client()).register(f"carol_{number}"), name, write)
    for name in ("edit", "delete", "write", "rename", "add"):
        person = Person(app.test_client()).register(f"owen_{name}")
        meanwhile.check(person, name, own_writes(person, alice, bob)[name])
    meanwhile.check(bob, "a signed post", lambda one: one.publish())
    check_counts(app)


def test_of_many_posts_at_once_those_of_somebody_suspended_are_refused(
    app: Flask, alice: Person, bob: Person, moderator: Person
) -> None:
    offered = []
    for person in (alice, bob):
        body = person.sign(Kind.POST, person.post_record())
        signature = bytes.fromhex(body["signature"][2:])
        offered.append(SignedPost(UUID(person.account), body["message"], signature))
    suspend(moderator, bob.account)
    with app.app_context():
        first, second = publish_many(offered)
    assert isinstance(first, PostView)
    assert isinstance(second, SuspendedError)
    assert spoken(app, bob.account)[0] == 0


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_suspension_that_comes_among_many_writes_ends_them_all(
    app: Flask, alice: Person, moderator: Person
) -> None:
    post = alice.publish().json
    person = Person(app.test_client()).register("dora")
    acts: list[tuple[str, str, Any]] = [
        ("POST", "/posts", {"text": "#again @alice"}),
        ("POST", f"/posts/{post['id']}/comment", {"text": "so"}),
        ("POST", "/messages", {"to": alice.account, "text": "psst"}),
        ("POST", f"/posts/{post['id']}/like", None),
        ("DELETE", f"/posts/{post['id']}/like", None),
        ("POST", f"/users/{alice.account}/follow", None),
        ("DELETE", f"/users/{alice.account}/follow", None),
    ]
    # Both have written something before the moderator comes, and write on without a gap until refused.
    barrier = threading.Barrier(3, timeout=60)

    def write(number: int) -> list[int]:
        own, found = person.again(app.test_client()), []
        for turn in range(1_000):
            if turn == 3:
                barrier.wait()
            method, path, body = acts[(turn + number) % len(acts)]
            found.append(own.call(method, path, body).status_code)
            if found[-1] == 403:
                break
        return found

    def moderate() -> None:
        own = moderator.again(app.test_client())
        barrier.wait()
        suspend(own, person.account)

    with ThreadPoolExecutor(3) as pool:
        suspending = pool.submit(moderate)
        for statuses in pool.map(write, (0, 3)):
            assert statuses[-1] == 403
            assert set(statuses[:-1]) <= {200, 201, 204}
        suspending.result()
    with app.app_context():
        [action] = db.session.scalars(select(Action))
        mine = select(Event.type).where(Event.account_id == UUID(person.account))
        assert db.session.scalars(mine.order_by(Event.id.desc()).limit(1)).one() == (
            EventType.ACCOUNT_SUSPENDED
        )
        newest = db.session.scalar(select(func.max(Message.created_at)))
        assert newest is not None
        assert newest < action.created_at
    check_counts(app)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_what_is_begun_after_a_suspension_does_not_overtake_it(
    app: Flask, alice: Person, moderator: Person
) -> None:
    account, pause = UUID(alice.account), threading.Event()

    def write() -> None:
        with app.app_context(), writing() as session:
            keep_active(session, account)

    def wait_for(number: int, *, unless: Future[None]) -> None:
        asleep = text(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with db.engine.connect() as watching:
            while watching.scalar(asleep) != number and not unless.done():
                pause.wait(0.02)

    with ThreadPoolExecutor(2) as pool, app.app_context():
        with writing() as session:
            keep_active(session, account)
            own = moderator.again(app.test_client())
            suspending = pool.submit(suspend, own, alice.account)
            wait_for(1, unless=suspending)
            late = pool.submit(write)
            wait_for(2, unless=late)
            assert [suspending.done(), late.done()] == [False, False]
        suspending.result(30)
        with pytest.raises(SuspendedError):
            late.result(30)
