"""Recomputing the audit trail: every row, against the actions, its head, and what the log holds of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, exists, select

from chain.proofs.errors import MalformedError
from chain.proofs.records import Kind, account_author, check_message, content
from webapp.columns import iso
from webapp.extensions import table_of
from webapp.log.models import Anchor, Entry
from webapp.log.states import STANDING, standing_of, with_standing
from webapp.moderation import trail
from webapp.moderation.models import Action, Appeal, AuditHead, AuditRow, Report
from webapp.moderation.service import APPEALED, REPORTED
from webapp.moderation.stamping import StampedHead, digest_of, parse_about
from webapp.stamps.reading import OPERATOR_LOG

_T, _X, _H = table_of(AuditRow), table_of(Action), table_of(AuditHead)
_R, _O = table_of(Report), table_of(Appeal)
_E, _AN = table_of(Entry), table_of(Anchor)
ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Stamped:
    """A head in the log: the record's id, and the time of its final anchor (None until it has one)."""

    head: StampedHead
    record: str
    accepted_at: str
    since: str | None


@dataclass(frozen=True)
class TrailReport:
    """What was found: the rows there are, the first thing that is wrong, and the stamped heads, oldest first."""

    rows: int
    broken: str | None
    stamped: tuple[Stamped, ...]

    @property
    def proved(self) -> Stamped | None:
        """The newest head with a final anchor, unless something is wrong."""
        if self.broken is not None:
            return None
        return next((one for one in reversed(self.stamped) if one.since is not None), None)


class BrokenTrailError(Exception):
    """The first thing about the trail that is wrong; the text is one sentence for people."""


def verify_trail(connection: Connection) -> TrailReport:
    """Recompute the whole trail in one state of the database; memory does not grow with it."""
    stamped: tuple[Stamped, ...] = ()
    rows, broken = 0, None
    try:
        stamped = tuple(_stamped_heads(connection))
        for rows in _follow(connection, stamped):  # noqa: B007 - how far it got is reported
            pass
    except BrokenTrailError as error:
        broken = str(error)
    return TrailReport(rows, broken, stamped)


def _follow(connection: Connection, stamped: tuple[Stamped, ...]) -> Iterator[int]:
    """Give the number of rows that hold, one more each time; raises BrokenTrailError at the first that does not."""
    heads = {one.head.rows: one for one in stamped}
    position, last = 0, trail.ZERO
    columns = [column.label(f"done_{column.name}") for column in _X.c if column.name != "over_at"]
    query = select(_T, *columns).outerjoin(_X, _X.c.id == _T.c.action_id).order_by(_T.c.position)
    # Closed also where a row ends it early.
    with connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}) as rows:
        for row in rows:
            if row.position != position:
                raise BrokenTrailError(
                    f"Row {position} is missing; the next that is there is {row.position}."
                )
            _check_row(row, last)
            position, last = position + 1, row.hash
            _check_stamped(heads.get(position), last)
            yield position
    _check_end(connection, position, last, stamped)


def _check_stamped(known: Stamped | None, last: bytes) -> None:
    if known is not None and known.head.hash != last:
        raise BrokenTrailError(
            f"Row {known.head.rows - 1}, or one before it, was changed: its hash is 0x{last.hex()}, and "
            f"stamp {known.record} of {known.accepted_at} says 0x{known.head.hash.hex()}."
        )


def _check_row(row: Any, last: bytes) -> None:
    name = f"Row {row.position}"
    if row.previous != last:
        raise BrokenTrailError(
            f"{name} does not follow the row before it: one of the two was changed."
        )
    try:
        hashed = trail.row_hash(row.previous, row.document)
        kept = json.loads(row.document)["reason"]
    except (ValueError, KeyError, TypeError):
        raise BrokenTrailError(f"{name} was changed: its document is none of a trail.") from None
    if hashed != row.hash:
        raise BrokenTrailError(f"{name} was changed: its document does not give its hash.")
    if row.done_act is None:
        raise BrokenTrailError(f"{name} is of action {row.action_id}, which is gone.")
    names = [column.name for column in _X.c if column.name != "over_at"]
    action = Action(**{one: getattr(row, f"done_{one}") for one in names})
    if trail.document_of(action, row.position, kept) != row.document:
        raise BrokenTrailError(
            f"{name} and action {row.action_id} do not say the same: one was changed."
        )
    if action.reason is None or action.reason_salt is None:
        return  # it was erased, or time acted
    if kept != "0x" + trail.reason_hash(action.reason, action.reason_salt).hex():
        raise BrokenTrailError(
            f"The reason of action {row.action_id}, row {row.position}, was changed."
        )


def _check_end(
    connection: Connection, count: int, last: bytes, stamped: tuple[Stamped, ...]
) -> None:
    longer = next((one for one in stamped if one.head.rows > count), None)
    if longer is not None:
        raise BrokenTrailError(
            f"Row {count} is missing: there are {count} rows, and stamp {longer.record} of "
            f"{longer.accepted_at} says that there were {longer.head.rows}."
        )
    head = connection.execute(select(_H.c.count.label("rows"), _H.c.hash)).one_or_none()
    kept = (0, trail.ZERO) if head is None else (head.rows, head.hash)
    if kept != (count, last):
        raise BrokenTrailError(
            f"Row {count} is missing, or the head was changed: it counts {kept[0]} rows of {count}."
        )
    bare = select(_X.c.id).where(~exists().where(_T.c.action_id == _X.c.id)).limit(1)
    found = connection.scalar(bare)
    if found is not None:
        raise BrokenTrailError(f"Action {found} is in no row of the trail.")
    for act, there in (
        (REPORTED, exists().where(_R.c.id == _X.c.id)),
        (APPEALED, exists().where(_O.c.id == _X.c.subject_id)),
    ):
        told = select(_X.c.id, _T.c.position).join(_T, _T.c.action_id == _X.c.id)
        gone = connection.execute(told.where(_X.c.act == act, ~there).limit(1)).one_or_none()
        if gone is not None:
            raise BrokenTrailError(f"Row {gone.position} is of {act} {gone.id}, which is gone.")


def _stamped_heads(connection: Connection) -> Iterator[Stamped]:
    """Give the heads that the log holds; raises BrokenTrailError for one that is not what was stamped.

    From the entries, not from the table of stamps: that their places and anchors are right is for
    ``troth audit`` to say, and for everybody who reads the public log.
    """
    author = account_author(str(OPERATOR_LOG))
    query = (
        select(_E.c.record, _E.c.content, _E.c.message, _AN.c.block_time, *STANDING)
        .select_from(with_standing(_E))
        .where(_E.c.author == author, _E.c.kind == int(Kind.STAMP))
        .order_by(_E.c.id)
    )
    row: Any
    for row in connection.execute(query):
        try:
            message = check_message(Kind.STAMP, row.message)
            head = parse_about(message["about"])
            same = content(Kind.STAMP, message) == row.content
            if (
                head is None
                or not same
                or digest_of(message["about"]).hex() != message["digest"][2:]
            ):
                raise BrokenTrailError(f"Stamp 0x{row.record.hex()} of the trail was changed.")
        except MalformedError:
            raise BrokenTrailError(
                f"Stamp 0x{row.record.hex()} of the trail was changed."
            ) from None
        final = standing_of(row).anchoring()["state"] == "final"
        since = datetime.fromtimestamp(row.block_time, UTC) if final else None
        yield Stamped(head, "0x" + row.record.hex(), str(iso(row.accepted_at)), iso(since))
