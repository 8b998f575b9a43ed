"""The order of one person's notifications when some are put back among the others, as values alone."""

import heapq
from collections.abc import Sequence
from typing import Any

from webapp.notifications.telling import has_room

Row = dict[str, Any]


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Return rows, oldest first: those with a number in its order, those put back (below zero) by their time."""
    told = sorted((row for row in rows if row["number"] > 0), key=lambda row: row["number"])
    put_back = sorted((row for row in rows if row["number"] < 0), key=lambda row: -row["number"])
    return list(heapq.merge(told, put_back, key=lambda row: row["created_at"]))


def numbered(rows: Sequence[Row], newest: int) -> tuple[list[Row], int]:
    """Return rows with their numbers, and by how much all had to move up to make room; oldest first.

    Counted from the newest number that was ever given down: where nothing is missing, everything keeps its own,
    and where everything was, it has it again.
    """
    above, numbers = newest + 1, []
    for row in reversed(rows):
        above = min(row["number"], above - 1) if row["number"] > 0 else above - 1
        numbers.append(above)
    moved = max(0, 1 - above)
    pairs = zip(rows, reversed(numbers), strict=True)
    return [{**row, "number": number + moved} for row, number in pairs], moved


def grouped(rows: Sequence[Row]) -> list[Row]:
    """Return numbered rows, oldest first, in the groups that they came in."""
    heads: dict[tuple[str, str], Row] = {}
    found = []
    for row in rows:
        own = {"group_number": row["number"], "group_size": 1}
        made = {**row, **own, "group_began_at": row["created_at"], "is_head": True}
        if row["topic"] is not None:
            head = heads.get((row["kind"], row["topic"]))
            if head is not None and has_room(head, row["created_at"]):
                made["group_number"] = head["group_number"]
                made["group_size"] = head["group_size"] + 1
                made["group_began_at"] = head["group_began_at"]
                head["is_head"] = False
            heads[(row["kind"], row["topic"])] = made
        found.append(made)
    return found
