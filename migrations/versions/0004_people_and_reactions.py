"""Profiles, who follows whom, threads, reactions and their counts; events that are owed to readers.

Revision: 0004
"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)
MOMENT = sa.DateTime(timezone=True)
OWED = "NOT delivered"
ROWS = 1_000

POSTS = sa.table(
    "posts",
    sa.column("id", sa.Uuid),
    sa.column("account_id", sa.Uuid),
    sa.column("reply_to", sa.LargeBinary),
    sa.column("quotes", sa.LargeBinary),
    sa.column("parent_id", sa.Uuid),
    sa.column("root_id", sa.Uuid),
    sa.column("quoted_id", sa.Uuid),
    sa.column("deleted_at", MOMENT),
    sa.column("created_at", MOMENT),
)
ENTRIES = sa.table(
    "entries",
    sa.column("content", sa.LargeBinary),
    sa.column("record", sa.LargeBinary),
    sa.column("kind", sa.SmallInteger),
)
POST_KIND = 1


def upgrade() -> None:
    _profiles()
    _relations()
    _posts()
    _reactions()
    with op.batch_alter_table("events") as events:
        # What happened before there were feeds and notifications is owed to nobody.
        events.add_column(
            sa.Column("delivered", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("events") as events:
        events.alter_column("delivered", server_default=sa.false())
    op.create_index(
        "ix_events_owed",
        "events",
        ["id"],
        sqlite_where=sa.text(OWED),
        postgresql_where=sa.text(OWED),
    )
    op.create_index("ix_events_account", "events", ["account_id", "id"])
    _find_threads()
    _count()


def _profiles() -> None:
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("name", sa.String(length=60), nullable=True))
        accounts.add_column(sa.Column("bio", sa.String(length=500), nullable=True))
        accounts.add_column(sa.Column("links", DOCUMENT, nullable=False, server_default="[]"))
        accounts.add_column(sa.Column("avatar_id", sa.Uuid(), nullable=True))
        accounts.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        accounts.add_column(sa.Column("suspended_at", MOMENT, nullable=True))
        accounts.add_column(sa.Column("deleted_at", MOMENT, nullable=True))
    op.create_table(
        "account_counts",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False, server_default="0")
            for name in ("followers", "following", "posts")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_account_counts_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_counts"),
    )


def _pairs(table: str, first: str, second: str, second_table: str, *, created: bool = True) -> None:
    """Make a table of pairs, each of which is there or not."""
    times = [sa.Column("created_at", MOMENT, nullable=False)] if created else []
    op.create_table(
        table,
        sa.Column(first, sa.Uuid(), nullable=False),
        sa.Column(second, sa.Uuid(), nullable=False),
        *times,
        sa.ForeignKeyConstraint(
            [first],
            ["posts.id" if first == "post_id" else "accounts.id"],
            name=f"fk_{table}_{first}",
        ),
        sa.ForeignKeyConstraint([second], [f"{second_table}.id"], name=f"fk_{table}_{second}"),
        sa.PrimaryKeyConstraint(first, second, name=f"pk_{table}"),
    )


def _relations() -> None:
    _pairs("follows", "follower_id", "followee_id", "accounts")
    op.create_index("ix_follows_followee", "follows", ["followee_id", "follower_id"])
    op.create_index(
        "ix_follows_follower_time", "follows", ["follower_id", "created_at", "followee_id"]
    )
    _pairs("account_blocks", "blocker_id", "blocked_id", "accounts")
    op.create_index("ix_account_blocks_blocked", "account_blocks", ["blocked_id", "blocker_id"])
    _pairs("mutes", "muter_id", "muted_id", "accounts")


def _posts() -> None:
    with op.batch_alter_table("posts") as posts:
        for name in ("parent_id", "root_id", "quoted_id"):
            posts.add_column(sa.Column(name, sa.Uuid(), nullable=True))
        posts.add_column(sa.Column("hidden_at", MOMENT, nullable=True))
    for name in ("parent", "root", "quoted"):
        op.create_index(f"ix_posts_{name}_time", "posts", [f"{name}_id", "created_at", "id"])


def _reactions() -> None:
    op.create_table(
        "post_counts",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False, server_default="0")
            for name in ("likes", "comments", "reposts", "quotes")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_post_counts_post_id"),
        sa.PrimaryKeyConstraint("post_id", name="pk_post_counts"),
    )
    for table in ("likes", "reposts"):
        _pairs(table, "account_id", "post_id", "posts")
        op.create_index(f"ix_{table}_post_time", table, ["post_id", "created_at", "account_id"])
        op.create_index(f"ix_{table}_account_time", table, ["account_id", "created_at", "post_id"])
    op.create_table(
        "post_tags",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(length=100), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_post_tags_post_id"),
        sa.PrimaryKeyConstraint("post_id", "tag", name="pk_post_tags"),
    )
    op.create_index("ix_post_tags_tag_time", "post_tags", ["tag", "created_at", "post_id"])
    _pairs("post_mentions", "post_id", "account_id", "accounts", created=False)
    op.create_index("ix_post_mentions_account", "post_mentions", ["account_id", "post_id"])


def _find_threads() -> None:
    """Find the posts that others answer and quote: until now only their contents were kept."""
    connection = op.get_bind()
    either = sa.or_(POSTS.c.reply_to.is_not(None), POSTS.c.quotes.is_not(None))
    answers = connection.execute(
        sa.select(POSTS.c.id, POSTS.c.reply_to, POSTS.c.quotes)
        .where(either)
        .order_by(POSTS.c.created_at, POSTS.c.id)
    ).all()
    contents = list({content for row in answers for content in row[1:] if content is not None})
    owner: dict[bytes, UUID] = {}
    for start in range(0, len(contents), ROWS):
        query = sa.select(ENTRIES.c.content, ENTRIES.c.record).where(
            ENTRIES.c.content.in_(contents[start : start + ROWS]), ENTRIES.c.kind == POST_KIND
        )
        owner |= {row.content: UUID(bytes=row.record) for row in connection.execute(query)}
    roots: dict[UUID, UUID] = {}
    for row in answers:
        parent = None if row.reply_to is None else owner.get(row.reply_to)
        if parent is not None:
            roots[row.id] = roots.get(parent, parent)
        quoted = None if row.quotes is None else owner.get(row.quotes)
        connection.execute(
            sa.update(POSTS)
            .where(POSTS.c.id == row.id)
            .values(parent_id=parent, root_id=roots.get(row.id), quoted_id=quoted)
        )


def _count() -> None:
    op.execute(
        "INSERT INTO account_counts (account_id, posts) SELECT accounts.id, "
        "(SELECT count(*) FROM posts WHERE posts.account_id = accounts.id AND deleted_at IS NULL) "
        "FROM accounts"
    )
    op.execute(
        "INSERT INTO post_counts (post_id, comments, quotes) SELECT posts.id, "
        "(SELECT count(*) FROM posts AS p WHERE p.parent_id = posts.id AND p.deleted_at IS NULL), "
        "(SELECT count(*) FROM posts AS p WHERE p.quoted_id = posts.id AND p.deleted_at IS NULL) "
        "FROM posts WHERE EXISTS (SELECT 1 FROM posts AS p WHERE (p.parent_id = posts.id "
        "OR p.quoted_id = posts.id) AND p.deleted_at IS NULL)"
    )


def downgrade() -> None:
    op.drop_index("ix_events_account", table_name="events")
    op.drop_index("ix_events_owed", table_name="events")
    with op.batch_alter_table("events") as events:
        events.drop_column("delivered")
    for table in ("post_mentions", "post_tags", "reposts", "likes", "post_counts"):
        op.drop_table(table)
    for name in ("parent", "root", "quoted"):
        op.drop_index(f"ix_posts_{name}_time", table_name="posts")
    with op.batch_alter_table("posts") as posts:
        for name in ("hidden_at", "quoted_id", "root_id", "parent_id"):
            posts.drop_column(name)
    for table in ("mutes", "account_blocks", "follows", "account_counts"):
        op.drop_table(table)
    with op.batch_alter_table("accounts") as accounts:
        for name in (
            "deleted_at",
            "suspended_at",
            "revision",
            "avatar_id",
            "links",
            "bio",
            "name",
        ):
            accounts.drop_column(name)
