"""How the nodes are, as a worker stores it: the newest word of each, and of no others."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select

from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.models import Node
from webapp.status.recording import record_nodes


@dataclass
class Health:
    name: str
    state: str = "healthy"
    breaker: str = "closed"
    head: int | None = 5
    latency_ms: float | None = 1.6
    problem: str | None = None


def record(*healths: Health) -> list[Node]:
    with writing() as session:
        record_nodes(session, healths)
    db.session.expire_all()
    return list(db.session.scalars(select(Node).order_by(Node.name)))


def test_nodes_are_stored_renewed_and_forgotten(app: Flask) -> None:
    with app.app_context():
        first, second = record(Health("b"), Health("a", head=None, latency_ms=None))
        assert (first.name, first.head, first.latency_ms) == ("a", None, None)
        assert (second.name, second.head, second.latency_ms) == ("b", 5, 2)
        before = second.checked_at
        (only,) = record(Health("b", "down", "open", 6, 0.0, "It does not answer"))
        assert (only.name, only.state, only.breaker) == ("b", "down", "open")
        assert (only.head, only.latency_ms, only.problem) == (6, 0, "It does not answer")
        assert only.checked_at >= before
        assert record() == []


def test_a_long_problem_is_cut_to_what_the_column_holds(app: Flask) -> None:
    with app.app_context():
        (node,) = record(Health("a", problem="x" * 5_000))
        assert node.problem == "x" * 400


def test_the_same_again_changes_nothing_but_the_time(app: Flask) -> None:
    with app.app_context():
        (first,) = record(Health("a"))
        facts = (first.state, first.head, first.latency_ms)
        (again,) = record(Health("a"))
        assert (again.state, again.head, again.latency_ms) == facts
