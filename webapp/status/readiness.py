"""Whether the instance can serve: its database answers, is at the head revision, and the log is open.

The chain being away does not make it unready: posts are accepted and wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import structlog
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from webapp.database import one_snapshot
from webapp.errors import ProblemError
from webapp.log.models import Log

RETRY_SECONDS = 5
log = structlog.get_logger(__name__)


@dataclass(eq=False)
class NotReadyError(ProblemError):
    """The instance cannot serve; carries the part that is missing and the reason in words."""

    status = 503
    code = "not_ready"
    title = "The instance cannot serve requests now"
    part: str
    reason: str

    @property
    def detail(self) -> str:
        """Say what is missing."""
        return self.reason

    @property
    def retry_after(self) -> int | None:
        """Ask again soon."""
        return RETRY_SECONDS


@contextmanager
def ready_snapshot() -> Iterator[Connection]:
    """Give a snapshot of a database that can be served from; raises NotReadyError.

    Also when the database goes away while the snapshot is read.
    """
    try:
        with one_snapshot() as connection:
            _check_revision(connection)
            if connection.scalar(select(Log.id).limit(1)) is None:
                reason = "The log is not open yet; run `troth setup` with a chain that answers."
                raise NotReadyError("log", reason)
            yield connection
    except ProgrammingError:
        raise  # a statement of ours that is wrong
    except (DBAPIError, PoolTimeoutError) as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        log.warning("status.database_failed", kind=kind)
        reason = "The database does not answer; start it, or check TROTH_DATABASE_URL."
        raise NotReadyError("database", reason) from error


def check_ready() -> None:
    """Raise NotReadyError unless the instance can serve."""
    with ready_snapshot():
        pass


def _check_revision(connection: Connection) -> None:
    found = MigrationContext.configure(connection).get_current_heads()
    wanted = _head_revisions(current_app.extensions["migrate"].directory)
    if set(found) != set(wanted):
        reason = (
            f"The database is at revision {' and '.join(found) or 'none'}, this release needs "
            f"{' and '.join(wanted)}; run `troth setup`."
        )
        raise NotReadyError("database", reason)


@cache
def _head_revisions(directory: str) -> tuple[str, ...]:
    return tuple(ScriptDirectory(directory).get_heads())
