"""Comparing the kept counts with the rows they count, and correcting what drifted.

Whoever changes a row changes its count in the same commit. So one statement, which sees one moment, finds
only what is really wrong; and a count is right if it is counted anew while its row is locked: what has changed
it is committed and seen, and what is yet to change it waits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, AccountCounts
from webapp.accounts.relations.models import Follow
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked, writing
from webapp.extensions import Base, db, table_of
from webapp.posts.models import Like, Post, PostCounts, Recount, Repost

ROWS = 500
_A, _P, _F = table_of(Account), table_of(Post), table_of(Follow)
_L, _R = table_of(Like), table_of(Repost)
_ANSWERS = _P.alias("answers")
# Who did what is counted: whoever is suspended counts for nobody.
_BY = _A.alias("by")
_SHOWN = (_ANSWERS.c.deleted_at.is_(None), _ANSWERS.c.hidden_at.is_(None))


@dataclass(frozen=True)
class Kind:
    """What is counted: of which table's rows, where it is kept under which key, and how each is counted."""

    name: str
    of: Table
    kept: type[Base]
    key: str
    counts: dict[str, ColumnElement[int]]


@dataclass(frozen=True)
class Correction:
    """Counts of an account or a post that were not those of its rows."""

    kind: str
    id: UUID
    kept: dict[str, int]
    counted: dict[str, int]

    def __str__(self) -> str:
        wrong = [name for name, number in self.counted.items() if number != self.kept[name]]
        changes = (f"{name} {self.kept[name]} -> {self.counted[name]}" for name in wrong)
        return f"{self.kind} {self.id}: {', '.join(changes)}"


def _count(table: Any, *terms: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(table).where(*terms).scalar_subquery()


def _count_active(
    table: Any, who: ColumnElement[Any], *terms: ColumnElement[bool]
) -> ColumnElement[int]:
    return _count(table.join(_BY, _BY.c.id == who), *terms, _BY.c.suspended_at.is_(None))


ACCOUNTS = Kind(
    "accounts",
    _A,
    AccountCounts,
    "account_id",
    {
        "followers": _count_active(_F, _F.c.follower_id, _F.c.followee_id == _A.c.id),
        "following": _count_active(_F, _F.c.followee_id, _F.c.follower_id == _A.c.id),
        "posts": _count(_ANSWERS, _ANSWERS.c.account_id == _A.c.id, *_SHOWN),
    },
)
POSTS = Kind(
    "posts",
    _P,
    PostCounts,
    "post_id",
    {
        "likes": _count_active(_L, _L.c.account_id, _L.c.post_id == _P.c.id),
        "comments": _count_active(
            _ANSWERS, _ANSWERS.c.account_id, _ANSWERS.c.parent_id == _P.c.id, *_SHOWN
        ),
        "reposts": _count_active(_R, _R.c.account_id, _R.c.post_id == _P.c.id),
        "quotes": _count_active(
            _ANSWERS, _ANSWERS.c.account_id, _ANSWERS.c.quoted_id == _P.c.id, *_SHOWN
        ),
    },
)
KINDS = (ACCOUNTS, POSTS)


def recount_all(*, correct: bool) -> Iterator[Correction]:
    """Compare all counts with their rows; give those that are wrong, once they are corrected if asked."""
    for kind in KINDS:
        after: UUID | None = None
        while True:
            seen, wrong = _compare(db.session(), kind, after)
            yield from _corrected(kind, wrong) if correct else wrong
            if len(seen) < ROWS:
                break
            after = seen[-1]


def recount_some(batches: int) -> list[Correction]:
    """Compare some more counts of each kind, from where it was left off, and correct them.

    At most ``batches`` of ROWS; begins again at the end. Run it in one place at a time.
    """
    return [found for kind in KINDS for found in _recount_some(kind, batches)]


def _recount_some(kind: Kind, batches: int) -> list[Correction]:
    corrections: list[Correction] = []
    progress = db.session().get(Recount, kind.name, populate_existing=True)
    after = None if progress is None else progress.after
    for _ in range(batches):
        seen, wrong = _compare(db.session(), kind, after)
        found = _corrected(kind, wrong)
        ended = len(seen) < ROWS
        after = None if ended else seen[-1]
        _note(kind, after, len(found), ended=ended)
        corrections += found
        if ended:
            break
    return corrections


def _note(kind: Kind, after: UUID | None, corrected: int, *, ended: bool) -> None:
    with writing() as session:
        insert_or_ignore(session, Recount, kind=kind.name, corrected=0)
        values: dict[str, Any] = {"after": after, "corrected": Recount.corrected + corrected}
        if ended:
            values["finished_at"] = utc_now()
        session.execute(update(Recount).where(Recount.kind == kind.name).values(values))


def _compare(
    session: Session, kind: Kind, after: UUID | None
) -> tuple[list[UUID], list[Correction]]:
    """Return the next ids, and what is wrong among them; one statement, so of one moment."""
    kept = table_of(kind.kept)
    given = [func.coalesce(kept.c[name], 0).label(f"kept_{name}") for name in kind.counts]
    counted = [count.label(f"counted_{name}") for name, count in kind.counts.items()]
    query = (
        select(kind.of.c.id, *given, *counted)
        .select_from(kind.of.outerjoin(kept, kept.c[kind.key] == kind.of.c.id))
        .order_by(kind.of.c.id)
        .limit(ROWS)
    )
    if after is not None:
        query = query.where(kind.of.c.id > after)
    rows = session.execute(query).all()
    both = [
        Correction(
            kind.name,
            row.id,
            {name: getattr(row, f"kept_{name}") for name in kind.counts},
            {name: getattr(row, f"counted_{name}") for name in kind.counts},
        )
        for row in rows
    ]
    return [one.id for one in both], [one for one in both if one.kept != one.counted]


def lock_recount(session: Session, kind: str) -> None:
    """Keep others from correcting the same counts meanwhile: what is added twice would be wrong again."""
    insert_or_ignore(session, Recount, kind=kind, corrected=0)
    session.execute(locked(session, select(Recount.kind).where(Recount.kind == kind))).all()


def _corrected(kind: Kind, wrong: list[Correction]) -> list[Correction]:
    found = [_correct(kind, one.id) for one in wrong]
    return [one for one in found if one is not None]


def _correct(kind: Kind, row_id: UUID) -> Correction | None:
    """Correct the counts of one row; return what was wrong, None if nothing is any more."""
    kept = table_of(kind.kept)
    mine = kept.c[kind.key] == row_id
    with writing() as session:
        lock_recount(session, kind.name)
        insert_or_ignore(session, kind.kept, **{kind.key: row_id})
        query = select(*(kept.c[name] for name in kind.counts)).where(mine)
        stored = dict(session.execute(locked(session, query)).mappings().one())
        # A statement of its own: it must see what was committed before the lock was had.
        counting = select(*(count.label(name) for name, count in kind.counts.items()))
        counting = counting.select_from(kind.of).where(kind.of.c.id == row_id)
        counted = dict(session.execute(counting).mappings().one())
        if stored == counted:
            return None
        session.execute(update(kept).where(mine).values(counted))
        return Correction(kind.name, row_id, stored, counted)
