"""What an audit finds: how many mismatches of each kind, and the first of each in a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select

ROWS_AT_ONCE = 500


@dataclass
class Findings:
    """Mismatches by kind, and how much was looked at."""

    first: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def check(self, kind: str, holds: bool, sentence: str) -> None:
        """Note a mismatch unless something holds."""
        if not holds:
            # A row may hold what a terminal obeys.
            shown = "".join(one if one.isprintable() else "?" for one in sentence)
            self.first.setdefault(kind, shown)
            self.counts[kind] = self.counts.get(kind, 0) + 1

    def saw(self, what: str) -> None:
        """Count a row that was looked at."""
        self.seen[what] = self.seen.get(what, 0) + 1


def stream(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """Give the rows of a query, some at a time, so that a table of any size fits into memory."""
    with connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}) as result:
        yield from result
