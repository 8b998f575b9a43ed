"""What tests of messages share: writing, reading, and blocking by rows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.support.wallet import Person
from webapp.accounts.relations.models import Block, Follow
from webapp.columns import utc_now
from webapp.database import writing

Relate = Callable[[type[Block] | type[Follow], Person, Person], None]


@pytest.fixture
def dave(app: Flask) -> Person:
    """Give a fourth person, without a wallet."""
    return Person(app.test_client()).register("dave")


@pytest.fixture
def relate(app: Flask) -> Relate:
    """Give a function that lets one person block or follow another."""

    def add(table: type[Block] | type[Follow], one: Person, other: Person) -> None:
        names = ("blocker_id", "blocked_id") if table is Block else ("follower_id", "followee_id")
        ids = dict(zip(names, (UUID(one.account), UUID(other.account)), strict=True))
        with app.app_context(), writing() as session:
            session.add(table(**ids, created_at=utc_now()))

    return add


def write(sender: Person, text: str, *, to: Person | None = None, **more: Any) -> dict[str, Any]:
    """Write to a person, or with ``conversation`` into one; return the message."""
    body = {"text": text, **more} | ({"to": to.account} if to else {})
    answer = sender.call("POST", "/messages", body)
    assert answer.status_code == 201, answer.text
    message: dict[str, Any] = answer.json
    return message


def texts(reader: Person, conversation: str, query: str = "") -> list[str | None]:
    """Return what somebody reads in a conversation, newest first."""
    answer = reader.call("GET", f"/messages/{conversation}{query}")
    assert answer.status_code == 200, answer.text
    return [one["text"] for one in answer.json["items"]]


def conversations(reader: Person) -> list[dict[str, Any]]:
    """Return somebody's conversations, newest activity first."""
    answer = reader.call("GET", "/conversations")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def group_of(owner: Person, *members: Person, title: str | None = None) -> str:
    """Make a group; return its id."""
    body = {"members": [one.account for one in members], "title": title}
    answer = owner.call("POST", "/conversations", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])
