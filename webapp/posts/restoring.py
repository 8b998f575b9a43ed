"""Making counts anew from the events, while everything goes on.

One statement sees one moment, in which what is kept and what the events say agree unless something is wrong:
both are written in the same commits. The difference is added to what is kept, so that whoever likes or follows
meanwhile is counted once and waits no longer than for this statement.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Select, Subquery, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from webapp.accounts.models import AccountCounts
from webapp.database import connection_of, writing
from webapp.deadlocks import untangled
from webapp.extensions import Base, table_of
from webapp.posts import folding
from webapp.posts.models import PostCounts
from webapp.posts.recounting import lock_recount

KINDS: tuple[tuple[str, type[Base], str, Any], ...] = (
    ("accounts", AccountCounts, "account_id", folding.account_numbers),
    ("posts", PostCounts, "post_id", folding.post_numbers),
)


@dataclass(frozen=True)
class _Kind:
    name: str
    kept: type[Base]
    key: str
    folded: Subquery


def restore_counts() -> int:
    """Make all counts those that the events give; return how many rows were wrong or missing."""
    return sum(untangled(partial(_restore, *kind)) for kind in KINDS)


def _restore(name: str, model: type[Base], key: str, fold: Any) -> int:
    with writing() as session:
        lock_recount(session, name)
        dialect = connection_of(session).dialect.name
        kept = table_of(model)
        wrong = _differences(_Kind(name, model, key, fold(dialect)))
        names = [column.name for column in wrong.selected_columns]
        made: Any = (sqlite if dialect == folding.SQLITE else postgresql).insert(kept)
        added = {one: kept.c[one] + made.excluded[one] for one in names if one != key}
        statement = made.from_select(names, wrong).on_conflict_do_update(
            index_elements=[key], set_=added
        )
        return sum(1 for _ in session.execute(statement.returning(kept.c[key])))


def _differences(kind: _Kind) -> Select[Any]:
    """Return by how much each row differs from what the events give, of those that do, by ascending id."""
    kept, folded = table_of(kind.kept), kind.folded
    names = [column.name for column in kept.c if column.name != kind.key]
    ids = select(folded.c.id.label("id")).union(select(kept.c[kind.key])).subquery("ids")
    source = ids.outerjoin(folded, folded.c.id == ids.c.id).outerjoin(
        kept, kept.c[kind.key] == ids.c.id
    )
    by = {name: func.coalesce(folded.c[name], 0) - func.coalesce(kept.c[name], 0) for name in names}
    differs = or_(kept.c[kind.key].is_(None), *(difference != 0 for difference in by.values()))
    query = select(ids.c.id.label(kind.key), *(one.label(name) for name, one in by.items()))
    return query.select_from(source).where(differs).order_by(ids.c.id)
