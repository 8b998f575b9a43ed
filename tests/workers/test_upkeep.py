"""Upkeep deletes what has expired, and nothing else."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select, update

from tests.support.wallet import Person
from webapp.accounts.models import IdempotencyKey, SignInNonce, SignInSession
from webapp.columns import utc_now
from webapp.extensions import db
from workers.upkeep import tidy


def count(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_only_expired_rows_go(context: Flask, alice: Person, carol: Person) -> None:
    carol.call("POST", "/posts", {"text": "x"}, {"Idempotency-Key": "k"})
    tidy()
    assert (count(SignInNonce), count(SignInSession), count(IdempotencyKey)) == (1, 2, 1)
    long_ago = utc_now() - timedelta(days=61)
    db.session.execute(update(SignInNonce).values(expires_at=long_ago))
    db.session.execute(update(SignInSession).values(expires_at=long_ago))
    db.session.execute(update(IdempotencyKey).values(created_at=long_ago))
    db.session.commit()
    assert tidy() == 4
    assert (count(SignInNonce), count(SignInSession), count(IdempotencyKey)) == (0, 0, 0)
