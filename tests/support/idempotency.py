"""Requests with an Idempotency-Key, and what is kept of them."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.support.wallet import Person
from webapp.accounts.models import IdempotencyKey
from webapp.columns import utc_now
from webapp.database import writing

TEXT = {"text": "once"}


def send(person: Person, key: str, body: Any = None, path: str = "/posts") -> TestResponse:
    return person.call("POST", path, TEXT if body is None else body, {"Idempotency-Key": key})


def bearer(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.refresh_token}"}


def age_keys(app: Flask, **age: int) -> None:
    with app.app_context(), writing() as session:
        session.execute(update(IdempotencyKey).values(created_at=utc_now() - timedelta(**age)))


def keys(app: Flask) -> list[IdempotencyKey]:
    with app.app_context(), writing() as session:
        found = list(session.scalars(select(IdempotencyKey)))
        session.expunge_all()
        return found
