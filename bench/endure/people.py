"""People who publish: through the service call in hundreds, and over HTTP one by one."""

import random
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import requests
from flask import Flask

from bench.endure.background import Background
from bench.endure.plan import EndureError, Plan
from chain.proofs.records import Kind
from tests.support.wallet import V1, Person
from webapp.errors import ProblemError
from webapp.extensions import db
from webapp.posts.together import SignedPost, publish_many

AT_ONCE = 25
SERVICE_AUTHORS, HTTP_AUTHORS, HTTP_THREADS = 12, 4, 2
SHARE_OF_HTTP = 0.3
FACTS_SECONDS = 20.0
TRIES, TIMEOUT = 5, 30.0
FOR_A_MOMENT = "not_before_not_final"
PAUSE, PATIENCE = 0.5, 60.0  # seconds


class RefusedError(EndureError):
    """A record that had to be accepted was refused; carries what was said."""

    def __init__(self, what: str, said: object) -> None:
        self.what, self.said = what, said
        super().__init__(f"{what} was refused: {said}")


@dataclass
class Accepted:
    """What was answered as accepted: contents of records by their kind, and how often one was repeated.

    `waited` counts records that were accepted only at a later try: while a reorg is rewound, a block that
    was final is for a moment not deep enough below the newest one.
    """

    by_kind: dict[Kind, set[str]] = field(default_factory=lambda: {kind: set() for kind in Kind})
    edits: int = 0
    repeated: int = 0
    waited: int = 0

    @property
    def contents(self) -> set[str]:
        """Every accepted content, 0x and hex."""
        return set().union(*self.by_kind.values())

    def join(self, other: "Accepted") -> None:
        """Add what somebody else had accepted."""
        for kind, contents in other.by_kind.items():
            self.by_kind[kind] |= contents
        self.edits += other.edits
        self.repeated += other.repeated
        self.waited += other.waited


@dataclass
class Answer:
    """An HTTP answer as werkzeug's test client gives it."""

    status_code: int
    json: Any
    text: str


class Http:
    """A session at a real server, in the shape of Flask's test client; a lost answer is asked for again."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._session = requests.Session()

    def open(
        self, path: str, method: str = "GET", json: object = None, headers: Any = None
    ) -> Answer:
        """Make a request; only one that may be repeated, as all of records may. Raises EndureError."""
        problem: object = None
        for attempt in range(TRIES):
            try:
                answer = self._session.request(
                    method, self.base + path, json=json, headers=headers, timeout=TIMEOUT
                )
            except requests.RequestException as error:
                problem = error
                time.sleep(0.2 * (attempt + 1))
                continue
            return Answer(
                answer.status_code, answer.json() if answer.content else None, answer.text
            )
        raise EndureError(f"{self.base}{path} did not answer {TRIES} times: {problem}")

    def get(self, path: str) -> Answer:
        """Read."""
        return self.open(path)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


@dataclass
class Author(Person):
    """Somebody with posts of their own, who asks only now and then where the log is."""

    facts: dict[str, Any] = field(default_factory=dict)
    asked: float = 0.0
    posts: list[dict[str, str]] = field(default_factory=list)  # id and newest content
    device_allowed: bool = False

    def log(self) -> dict[str, Any]:
        """Return what `GET /log` said some seconds ago at most."""
        if not self.facts or time.monotonic() - self.asked > FACTS_SECONDS:
            self.facts, self.asked = super().log(), time.monotonic()
        return self.facts


def sign_in(http: Any, base: str = "http://localhost:8000") -> Author:
    """Return somebody new who has signed in at the server that people reach under `base`."""
    author = Author(http)
    message = author.siwe(domain=urlsplit(base).netloc, uri=base)
    author.take(author.call("POST", "/auth/siwe", author.signed_siwe(message)))
    return author


class Pace:
    """Hands out numbers of posts no faster than the plan says."""

    def __init__(self, plan: Plan, total: int, rate: float) -> None:
        self._plan, self.total, self._rate = plan, total, rate
        self._begun = time.monotonic()
        self.given = 0

    def take(self, most: int, stopped: Callable[[float], bool]) -> range:
        """Wait until as many are due, and return their numbers; empty at the end."""
        count = min(most, self.total - self.given)
        due = self._begun + (self.given + count) / self._rate
        while count and time.monotonic() < due:
            if stopped(min(0.2, max(0.001, due - time.monotonic()))):
                return range(0)
        start, self.given = self.given, self.given + count
        return range(start, self.given)


class ServiceWriter(Background):
    """Publishes by the service call, as a bridge or an import does; some edits and repetitions among it."""

    def __init__(self, app: Flask, plan: Plan, base: str, count: int, rate: float) -> None:
        super().__init__("service")
        self._app, self._random = app, plan.random("service")
        self._pace = Pace(plan, count, rate)
        self._authors = [sign_in(app.test_client(), base) for _ in range(SERVICE_AUTHORS)]
        self._before: list[SignedPost] = []
        self.accepted = Accepted()

    def work(self) -> None:
        """Publish in groups."""
        with self._app.app_context():
            try:
                while numbers := self._pace.take(AT_ONCE, self.stopping.wait):
                    self._publish(numbers)
                    db.session.remove()
            finally:
                db.session.remove()

    def _publish(self, numbers: range) -> None:
        signed = [self._new(number) for number in numbers]
        signed += [one for author in self._authors for one in self._edit(author)]
        again = self._random.sample(self._before, min(1, len(self._before)))
        self.accepted.repeated += len(again)
        self._insist([*(one for _, one in signed), *again])
        for author, one in signed:
            message: Any = one.message
            content = Person.content_of(Kind.POST, message)
            _keep(author, str(UUID(message["id"][2:])), content)
            self.accepted.by_kind[Kind.POST].add(content)
        self._before = [one for _, one in signed]

    def _insist(self, posts: list[SignedPost]) -> None:
        """Publish, again what was refused only for the moment."""
        deadline = time.monotonic() + PATIENCE
        while posts:
            refused = []
            for post, answer in zip(posts, publish_many(posts), strict=True):
                if not isinstance(answer, ProblemError):
                    continue
                if answer.code != FOR_A_MOMENT or time.monotonic() > deadline:
                    raise RefusedError("a post by the service call", answer.detail)
                refused.append(post)
            posts = refused
            self.accepted.waited += len(posts)
            self.stopping.wait(PAUSE if posts else 0)

    def _new(self, number: int) -> tuple[Author, SignedPost]:
        author = self._authors[number % len(self._authors)]
        return author, _signed(author, author.post_record(f"service {number}"))

    def _edit(self, author: Author) -> list[tuple[Author, SignedPost]]:
        if not author.posts or self._random.random() > 0.1:
            return []
        self.accepted.edits += 1
        post = self._random.choice(author.posts)
        return [(author, _signed(author, author.edit_record(post)))]


class HttpWriter(Background):
    """Publishes over HTTP: posts, edits, deletions, devices that are allowed and revoked, repetitions."""

    def __init__(self, name: str, plan: Plan, base: str, count: int, rate: float) -> None:
        super().__init__(name)
        self._random: random.Random = plan.random(name)
        self._pace = Pace(plan, count, rate)
        self._authors = [sign_in(Http(base), base) for _ in range(HTTP_AUTHORS)]
        self.accepted = Accepted()

    def work(self) -> None:
        """Publish one by one."""
        with ExitStack() as connections:
            for author in self._authors:
                connections.callback(author.http.close)
            self._publish_all()

    def _publish_all(self) -> None:
        while numbers := self._pace.take(1, self.stopping.wait):
            author = self._random.choice(self._authors)
            self._publish(author, author.post_record(f"{numbers[0]} over HTTP"))
            chance = self._random.random()
            if chance < 0.12:
                post = self._random.choice(author.posts)
                self._publish(author, author.edit_record(post))
                self.accepted.edits += 1
            elif chance < 0.2:
                self._delete(author)
            elif chance < 0.23:
                self._turn_device(author)

    def _publish(self, author: Author, record: dict[str, Any]) -> None:
        key = author.device if author.device_allowed and self._random.random() < 0.5 else None
        body = author.sign(Kind.POST, record, key)
        post = self._take(author, Kind.POST, "POST", "/posts", body)
        _keep(author, post["id"], Person.content_of(Kind.POST, record))
        if self._random.random() < 0.03:
            again = self._take(author, Kind.POST, "POST", "/posts", body)
            self.accepted.repeated += 1
            if again["id"] != post["id"]:
                raise RefusedError("a repetition", f"it became post {again['id']}")

    def _delete(self, author: Author) -> None:
        post = author.posts.pop(self._random.randrange(len(author.posts)))
        body = author.sign(Kind.DELETION, author.deletion_record(post))
        self._take(author, Kind.DELETION, "DELETE", f"/posts/{post['id']}", body)

    def _turn_device(self, author: Author) -> None:
        address = str(author.device.address).lower()
        if author.device_allowed:
            body = author.sign(Kind.REVOCATION, author.revocation_record())
            self._take(author, Kind.REVOCATION, "DELETE", f"/devices/{address}", body)
        else:
            body = author.sign(Kind.DELEGATION, author.delegation_record())
            self._take(author, Kind.DELEGATION, "POST", "/devices", body)
        author.device_allowed = not author.device_allowed

    def _take(
        self, author: Author, kind: Kind, method: str, path: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Have a record accepted, and return the answer."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = author.http.open(V1 + path, method=method, json=body, headers=author.headers)
            code = answer.json.get("code") if answer.json else None
            if code != FOR_A_MOMENT or time.monotonic() > deadline:
                break
            self.accepted.waited += 1
            self.stopping.wait(PAUSE)
        if answer.status_code not in (200, 201, 204):
            raise RefusedError(f"{method} {path}", answer.text)
        self.accepted.by_kind[kind].add(Person.content_of(kind, body["message"]))
        found: dict[str, Any] = answer.json or {}
        return found


def _signed(author: Author, record: dict[str, Any]) -> SignedPost:
    body = author.sign(Kind.POST, record)
    signature = bytes.fromhex(body["signature"][2:])
    return SignedPost(UUID(author.account), body["message"], signature)


def _keep(author: Author, post_id: str, content: str) -> None:
    """Remember the newest version of a post."""
    author.posts = [one for one in author.posts[-200:] if one["id"] != post_id]
    author.posts.append({"id": post_id, "content": content})
