"""Processes that die: at a statement that writes, round a COMMIT, round a transaction that is sent."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

_FUSE = "troth_fuse"
_WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """The process is gone; what it had not committed or sent never happens."""


class Fuse:
    """Counts the points at which a process can die, and lets it die at the one it is set to.

    A dead process writes and sends nothing more, whatever its own clean-up tries.
    """

    def __init__(self) -> None:
        self.set(None)

    def set(self, at: int | None, *, lasting: bool = False) -> None:
        """Begin to count anew; die at point `at`, counted from 1, or never.

        Unless it is `lasting`, it counts for one job only.
        """
        self.at, self.lasting, self.passed, self.burnt = at, lasting, 0, False
        self.where = ""
        self._wrote = False

    def point(self, name: str) -> None:
        """Pass a point, or die there; raises Killed."""
        if self.burnt:
            raise Killed(self.where)
        self.passed += 1
        if self.passed == self.at:
            self.burnt, self.where = True, name
            raise Killed(name)

    def watch(self, engine: Engine) -> None:
        """Have all that an engine writes pass through here."""

        @event.listens_for(engine, "before_cursor_execute")
        def on_statement(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.lstrip().upper().startswith(_WRITES):
                self.point(" ".join(statement.split()[:3]))
                self._wrote = True

        @event.listens_for(engine, "commit")
        def on_commit(_connection: Connection) -> None:
            if self._wrote:
                self.point("before COMMIT")

        @event.listens_for(engine, "rollback")
        def on_rollback(_connection: Connection) -> None:
            self._wrote = False

        @event.listens_for(engine, "checkout")
        def on_checkout(_connection: Any, record: Any, _proxy: Any) -> None:
            record.info[_FUSE] = self

        _tell_of_commits(engine)

    def committed(self) -> None:
        """Pass the point after a COMMIT, if it was one of something."""
        wrote, self._wrote = self._wrote, False
        if wrote:
            self.point("after COMMIT")


def _tell_of_commits(engine: Engine) -> None:
    """Have the dialect tell the fuse of a connection of its COMMIT; engines share a dialect."""
    real: Callable[[Any], None] = engine.dialect.do_commit
    if hasattr(real, _FUSE):
        return

    def do_commit(connection: Any) -> None:
        real(connection)
        fuse = connection.info.get(_FUSE)
        if fuse is not None:
            fuse.committed()

    setattr(do_commit, _FUSE, True)
    engine.dialect.do_commit = do_commit  # type: ignore[method-assign]
