"""The state as the service reads it, and rows that no flow leads to in a moment."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import Base
from webapp.outbox.models import Chain, Node, SignerAccount
from webapp.status.readiness import ready_snapshot
from webapp.status.service import read_state
from webapp.status.state import AnchoringState
from workers import anchoring

LOG = 1
ANCHORER = "0x" + "0a" * 20
Look = Callable[[], AnchoringState]
Change = Callable[..., None]


@pytest.fixture
def look(app: Flask) -> Look:
    """Give a function that reads the state."""

    def read() -> AnchoringState:
        with app.app_context(), ready_snapshot() as connection:
            return read_state(connection, settings())

    return read


@pytest.fixture
def seal(app: Flask) -> Callable[[], None]:
    """Give a function that seals whatever waits, and does no more."""

    def run() -> None:
        with app.app_context():
            anchoring.seal(LOG)

    return run


@pytest.fixture
def change(app: Flask) -> Change:
    """Give a function that sets columns of all rows of a table."""

    def run(table: type[Base], **values: Any) -> None:
        with app.app_context(), writing() as session:
            session.execute(update(table).values(**values))

    return run


@pytest.fixture
def add(app: Flask) -> Callable[..., None]:
    """Give a function that adds rows."""

    def run(*rows: Base) -> None:
        with app.app_context(), writing() as session:
            session.add_all(rows)

    return run


@pytest.fixture
def all_well(app: Flask, look: Look) -> Callable[[], None]:
    """Give a function that writes what a worker writes of a chain that it follows."""

    def run() -> None:
        now, anchorer = utc_now(), look().log.anchorer
        with app.app_context(), writing() as session:
            facts = {"state": "following", "state_at": now, "head": 30, "asked_at": now}
            session.execute(update(Chain).values(reason=None, base_fee=7 * 10**9, **facts))
            node = {"name": "a.node", "state": "healthy", "breaker": "closed", "head": 30}
            session.merge(Node(**node, latency_ms=12, checked_at=now))
            account = {"address": anchorer, "role": "anchorer", "nonce": 0, "checked_at": now}
            session.merge(SignerAccount(chain_ref=1, balance=str(25 * 10**17), **account))

    return run
