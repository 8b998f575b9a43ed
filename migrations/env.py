"""Alembic's environment: runs migrations on the application's own engine."""

from alembic import context

from webapp.columns import DOCUMENT, UtcDateTime
from webapp.extensions import Base
from webapp.full_text import is_ours
from webapp.migrating import migrating


def render(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write our own column types as the plain ones: a migration must not change with our code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if item is DOCUMENT:
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")  # type: ignore[attr-defined]
        return 'sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")'
    return False


def run() -> None:
    """Migrate in one transaction, which is open before alembic looks at the connection."""
    with migrating() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render,
            compare_type=True,
            include_name=is_ours,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
