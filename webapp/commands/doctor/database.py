"""Checks of the database: that it answers, and that its tables are those of this release."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from webapp.commands.doctor.findings import Finding, fail, ok
from webapp.config import Settings
from webapp.extensions import db


def check_database(here: Settings) -> list[Finding]:
    """Look for the database and its revision; further checks need both to be ok."""
    where = "the SQLite file in the data folder" if here.embedded_database else "TROTH_DATABASE_URL"
    if here.embedded_database and not (here.data_dir / "troth.sqlite").exists():
        says = f"There is no database in {here.data_dir} yet."
        return [fail("database", says, "Start once with `troth run`, or run `troth setup`.")]
    try:
        with db.engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as error:
        says = f"The database does not answer: {type(error).__name__}."
        return [fail("database", says, f"Check {where} and that its server runs.")]
    return [ok("database", f"The database answers ({where})."), _revision(found)]


def _revision(found: str | None) -> Finding:
    script = ScriptDirectory(current_app.extensions["migrate"].directory)
    known = {one.revision for one in script.walk_revisions()}
    head = script.get_current_head()
    if found == head:
        return ok("migrations", f"The tables are those of this release ({head}).")
    if found is None or found in known:
        says = f"The tables are of revision {found or 'none'}, this release needs {head}."
        return fail("migrations", says, "Make a backup, then run `troth setup`.")
    says = f"The tables are of revision {found}, which this release does not know."
    return fail("migrations", says, "Use the release that wrote them, or a newer one.")
