"""Full text of posts, handles and names: GIN indexes on PostgreSQL, FTS5 and triggers on SQLite.

A later migration that rebuilds ``posts`` or ``accounts`` on SQLite drops the triggers with the old table: it
has to make them again.

Revision: 0011
"""

# ruff: noqa: S608 - the names are those of this file

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NAMES = "coalesce({0}handle, '') || ' ' || coalesce({0}name, '')"
TABLES = ("posts", "accounts")
# A table and what is indexed of it, by the row's name in a trigger.
TEXTS = {"posts": "{0}text", "accounts": NAMES}
COLUMNS = {"posts": "text", "accounts": "handle, name"}
WORDS = {"posts": "search_posts", "accounts": "search_people"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX search_posts ON posts USING gin (to_tsvector('simple'::regconfig, text))"
        )
        names = f"translate({NAMES.format('')}, '_-./@:', '      ')"
        op.execute(
            "CREATE INDEX search_people ON accounts "
            f"USING gin (to_tsvector('simple'::regconfig, {names}))"
        )
        op.execute("CREATE INDEX search_tags ON post_tags (tag varchar_pattern_ops, post_id)")
        return
    # Rows of these have no number that stays: VACUUM may change it.
    op.create_table(
        "search_rows",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("row", name="pk_search_rows"),
        sa.UniqueConstraint("subject", name="uq_search_rows_subject"),
    )
    op.execute(_fts5("search_posts", ""))
    op.execute(_fts5("search_people", ", prefix='2 3'"))
    for table in TABLES:
        _fill(table)
        _keep(table)


def _fts5(name: str, more: str) -> str:
    # The same letters as on PostgreSQL: with their accents.
    tokens = "tokenize='unicode61 remove_diacritics 0'"
    return f"CREATE VIRTUAL TABLE {name} USING fts5(words, content='', {tokens}{more})"


def _fill(table: str) -> None:
    words, said = WORDS[table], TEXTS[table].format(f"{table}.")
    op.execute(f"INSERT INTO search_rows (subject) SELECT id FROM {table}")
    op.execute(
        f"INSERT INTO {words} (rowid, words) SELECT search_rows.row, {said} "
        f"FROM {table} JOIN search_rows ON search_rows.subject = {table}.id "
        f"WHERE {said} IS NOT NULL"
    )


def _keep(table: str) -> None:
    words, old, new = WORDS[table], TEXTS[table].format("old."), TEXTS[table].format("new.")
    add = (
        f"INSERT OR IGNORE INTO search_rows (subject) VALUES (new.id); "
        f"INSERT INTO {words} (rowid, words) SELECT row, {new} FROM search_rows "
        f"WHERE subject = new.id AND {new} IS NOT NULL; "
    )
    # A table without content is told what it held.
    drop = (
        f"INSERT INTO {words} ({words}, rowid, words) SELECT 'delete', row, {old} FROM search_rows "
        f"WHERE subject = old.id AND {old} IS NOT NULL; "
    )
    op.execute(f"CREATE TRIGGER {words}_insert AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(
        f"CREATE TRIGGER {words}_update AFTER UPDATE OF {COLUMNS[table]} ON {table} "
        f"WHEN {old} IS NOT {new} BEGIN {drop}{add} END"
    )
    op.execute(
        f"CREATE TRIGGER {words}_delete AFTER DELETE ON {table} "
        f"BEGIN {drop}DELETE FROM search_rows WHERE subject = old.id; END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in ("search_tags", "search_people", "search_posts"):
            op.execute(f"DROP INDEX {name}")
        return
    for table in TABLES:
        for moment in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {WORDS[table]}_{moment}")
        op.execute(f"DROP TABLE {WORDS[table]}")
    op.drop_table("search_rows")
