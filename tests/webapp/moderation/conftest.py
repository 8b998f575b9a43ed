"""A small town: two moderators, an operator, and people who may need them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.wallet import Person
from webapp.accounts.models import Account
from webapp.database import writing

Post = dict[str, Any]


@dataclass
class Town:
    app: Flask
    dora: Person
    rita: Person
    mod: Person
    other: Person
    boss: Person

    def post(self, text: str = "rude") -> Post:
        """Let Dora publish."""
        made: Post = self.dora.call("POST", "/posts", {"text": text}).json
        return made

    def report(self, kind: str, subject: str, by: Person | None = None, **changes: Any) -> Any:
        body = {"type": kind, "subject": subject, "reason": "spam", "text": "look"} | changes
        return (by or self.rita).call("POST", "/reports", body)

    def act(self, act: str, kind: str, subject: str, by: Person | None = None, **more: Any) -> Any:
        body = {"act": act, "type": kind, "subject": subject, "reason": "the rules"} | more
        return (by or self.mod).call("POST", "/moderation/actions", body)

    def grant(self, person: Person, role: str) -> None:
        with self.app.app_context(), writing() as session:
            session.execute(
                update(Account).where(Account.id == UUID(person.account)).values(role=role)
            )


@pytest.fixture
def person(app: Flask) -> Callable[[str], Person]:
    return lambda handle: Person(app.test_client()).register(handle)


@pytest.fixture
def town(app: Flask, person: Callable[[str], Person]) -> Town:
    names = ("dora", "rita", "mod_one", "mod_two", "boss")
    found = Town(app, *(person(name) for name in names))
    for somebody, role in (
        (found.mod, "moderator"),
        (found.other, "moderator"),
        (found.boss, "operator"),
    ):
        found.grant(somebody, role)
    return found
