"""What tests say of answers: refusals, rows that must not appear, requests at once."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from webapp.accounts.models import Account, SignInSession
from webapp.events.models import Event
from webapp.extensions import db
from webapp.log.models import Delegation, Entry
from webapp.posts.models import Post

COUNTED = (Account, SignInSession, Entry, Post, Delegation, Event)


def refused(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Check status, stable code and media type of a refusal; return its body."""
    assert (answer.status_code, answer.json and answer.json.get("code")) == (status, code), (
        answer.text
    )
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = answer.json
    return body


def row_counts(app: Flask) -> dict[str, int]:
    """Return how many rows the tables hold that a refused request must not touch."""
    with app.app_context():
        return {
            table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in COUNTED
        }


@contextmanager
def nothing_written(app: Flask) -> Iterator[None]:
    """Check that what is done inside leaves no row behind."""
    before = row_counts(app)
    yield
    assert row_counts(app) == before


def at_once(*calls: Callable[[], TestResponse]) -> list[TestResponse]:
    """Make requests from threads that start together; return the answers in their order."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def closed_port() -> int:
    """Return a port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
