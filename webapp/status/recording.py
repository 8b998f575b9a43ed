"""What the worker found out about the nodes is kept in a table, for every process to read."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from webapp.columns import utc_now
from webapp.database import insert_or_ignore
from webapp.outbox.models import Node

MAX_PROBLEM = 400  # characters, as the column
MAX_NAME = 255


class NodeHealth(Protocol):
    """What is known of a node: its head, and its last answer's time in milliseconds.

    ``name`` must hold no secret of the node's URL.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - the class says it
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def breaker(self) -> str: ...  # noqa: D102
    @property
    def head(self) -> int | None: ...  # noqa: D102
    @property
    def latency_ms(self) -> float | None: ...  # noqa: D102
    @property
    def problem(self) -> str | None: ...  # noqa: D102


def record_nodes(session: Session, healths: Iterable[NodeHealth]) -> None:
    """Store how the configured nodes are and forget all others; needs an open write transaction."""
    found = {health.name[:MAX_NAME]: health for health in healths}
    session.execute(delete(Node).where(Node.name.not_in(found)))
    # In one order, whoever writes: two writers must not wait for each other.
    for name in sorted(found):
        _store(session, name, found[name])


def _store(session: Session, name: str, health: NodeHealth) -> None:
    latency, problem = health.latency_ms, health.problem
    values = {
        "state": str(health.state),
        "breaker": str(health.breaker),
        "head": health.head,
        "latency_ms": None if latency is None else round(latency),
        "problem": None if problem is None else problem[:MAX_PROBLEM],
        "checked_at": utc_now(),
    }
    known = session.execute(update(Node).where(Node.name == name).values(**values))
    if not known.rowcount:  # type: ignore[attr-defined]
        insert_or_ignore(session, Node, name=name, **values)
