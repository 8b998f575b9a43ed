"""Events from which counts and feeds can be made anew: what older ones do not say is written down once.

Counts are of what people may come upon from here on: without what is hidden and who is suspended.

Revision: 0020
"""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# For each count: of which rows (joined with who did it, as "who"), and whose count it is.
FOLLOWERS = ("followers", "follows r JOIN accounts who ON who.id = r.follower_id", "r.followee_id")
FOLLOWING = ("following", "follows r JOIN accounts who ON who.id = r.followee_id", "r.follower_id")
ANSWERS = "posts r JOIN accounts who ON who.id = r.account_id"
REACTIONS = tuple(
    (name, f"{name} r JOIN accounts who ON who.id = r.account_id", "r.post_id")
    for name in ("likes", "reposts")
)
SILENT = "who.suspended_at IS NOT NULL"
UNCOUNTED = "r.deleted_at IS NULL AND (who.suspended_at IS NOT NULL OR r.hidden_at IS NOT NULL)"


def upgrade() -> None:
    for statement in _known(op.get_bind().dialect.name):
        op.execute(sa.text(statement))
    _count(-1)


def downgrade() -> None:
    _count(1)
    op.execute(sa.text("DELETE FROM events WHERE type LIKE 'baseline.%'"))


def _known(dialect: str) -> Iterable[str]:
    """Give the statements that write down what is so and no event says."""

    def text(column: str) -> str:
        if dialect == "postgresql":
            return f"CAST({column} AS text)"
        parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        return " || '-' || ".join(f"substr({column}, {at}, {size})" for at, size in parts)

    made = "jsonb_build_object" if dialect == "postgresql" else "json_object"
    true = "true" if dialect == "postgresql" else "1"

    def rows(kind: str, who: str, subject: str, data: str, at: str, source: str) -> str:
        return (
            "INSERT INTO events (type, account_id, subject, data, created_at, delivered) "  # noqa: S608 - our own names
            f"SELECT 'baseline.{kind}', {who}, {subject}, {data}, {at}, {true} FROM {source}"
        )

    def unless(kind: str, who: str, subject: str) -> str:
        return (
            f"NOT EXISTS (SELECT 1 FROM events e WHERE e.account_id = {who} "  # noqa: S608 - as above
            f"AND e.type = '{kind}' AND e.subject = {subject})"
        )

    me = text("r.id")
    missing = unless("account.created", "r.id", me)
    yield rows(
        "account",
        "r.id",
        me,
        made + "()",
        "r.created_at",
        f"accounts r WHERE {missing} ORDER BY r.id",
    )
    answered = f"{made}('parent', {text('r.parent_id')}, 'quoted', {text('r.quoted_id')})"
    yield rows(
        "post",
        "r.account_id",
        me,
        answered,
        "r.created_at",
        "posts r WHERE r.deleted_at IS NULL ORDER BY r.id",
    )
    for kind, known, who, table, column in (
        ("suspended", "account.suspended", "r.id", "accounts", "suspended_at"),
        ("hidden", "post.hidden", "r.account_id", "posts", "hidden_at"),
    ):
        which = f"r.{column} IS NOT NULL AND {unless(known, who, me)} ORDER BY r.id"
        yield rows(kind, who, me, made + "()", f"r.{column}", f"{table} r WHERE {which}")
    # Of a repost the moment counts, which its event says only nearly.
    whom = text("r.post_id")
    order = "ORDER BY r.created_at, r.account_id"
    yield rows("repost", "r.account_id", whom, made + "()", "r.created_at", f"reposts r {order}")
    liked = unless("post.liked", "r.account_id", whom)
    source = f"likes r WHERE {liked} {order}"
    yield rows("like", "r.account_id", whom, made + "()", "r.created_at", source)
    whom = text("r.followee_id")
    followed = unless("account.followed", "r.follower_id", whom)
    source = f"follows r WHERE {followed} ORDER BY r.created_at, r.follower_id"
    yield rows("follow", "r.follower_id", whom, made + "()", "r.created_at", source)


def _count(by: int) -> None:
    """Take what is hidden, and what suspended people did, out of the counts, or put it back."""
    for name, source, whose in (FOLLOWERS, FOLLOWING):
        _change("account_counts", "account_id", name, source, whose, SILENT, by)
    hidden = "r.deleted_at IS NULL AND r.hidden_at IS NOT NULL"
    _change("account_counts", "account_id", "posts", "posts r", "r.account_id", hidden, by)
    for name, source, whose in REACTIONS:
        _change("post_counts", "post_id", name, source, whose, SILENT, by)
    for name, whose in (("comments", "r.parent_id"), ("quotes", "r.quoted_id")):
        _change("post_counts", "post_id", name, ANSWERS, whose, UNCOUNTED, by)


def _change(table: str, key: str, name: str, source: str, whose: str, which: str, by: int) -> None:
    sign = "+" if by > 0 else "-"
    op.execute(
        sa.text(
            f"UPDATE {table} SET {name} = {name} {sign} "  # noqa: S608 - our own names
            f"(SELECT count(*) FROM {source} WHERE {whose} = {table}.{key} AND {which}) "
            f"WHERE {key} IN (SELECT {whose} FROM {source} WHERE {whose} IS NOT NULL AND {which})"
        )
    )
