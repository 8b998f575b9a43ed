"""`troth doctor`: says what is wrong with this instance, what that means, and what to do."""

import json
import sys
import traceback

import click

import webapp
from chain.errors import ChainError
from webapp.chain_access import any_chain, settings
from webapp.commands.clean import clean
from webapp.commands.doctor.chain import check_chain
from webapp.commands.doctor.content import check_content
from webapp.commands.doctor.database import check_database
from webapp.commands.doctor.findings import Finding, Level, warn
from webapp.commands.doctor.identities import check_identities
from webapp.commands.doctor.work import check_work
from webapp.config import InvalidSettingError
from webapp.extensions import db
from webapp.log.errors import LogNotOpenError
from webapp.log.instance import read_instance
from webapp.log.service import current_log
from webapp.secrets import SecretsError

FAILED, UNUSABLE = 1, 2
COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON")
def doctor(as_json: bool) -> None:
    """Check this instance: database, chain, log, transactions, worker. Changes nothing.

    Exit code 0: nothing fails; 1: something does; 2: it could not be examined.
    """
    try:
        with webapp.create_app().app_context():
            found = examine()
    except (InvalidSettingError, SecretsError, ChainError) as error:
        click.echo(f"troth: {error}", err=True)
        sys.exit(UNUSABLE)
    except Exception:  # noqa: BLE001 - 1 means "a check fails"; a bug of ours must not say that
        traceback.print_exc()
        sys.exit(UNUSABLE)
    code = FAILED if any(one.level is Level.FAIL for one in found) else 0
    if as_json:
        shown = {"checks": [one.to_json() for one in found], "exit_code": code}
        click.echo(json.dumps(shown, indent=2))
    else:
        _print(found)
    sys.exit(code)


def examine() -> list[Finding]:
    """Make every check that can be made and return the findings, in the order of their causes."""
    here = settings()
    found = check_database(here)
    if any(one.level is Level.FAIL for one in found):
        return found
    try:
        log_id = current_log(db.session()).id
    except LogNotOpenError:
        says = "No log has been opened in this database."
        return [*found, warn("log", says, "Start `troth run`, or run `troth setup`.")]
    log = read_instance(db.session(), log_id)
    db.session.rollback()
    return [
        *found,
        *check_chain(any_chain(), here, log),
        *check_work(here, log),
        *check_content(here),
        *check_identities(any_chain(), here),
    ]


def _print(found: list[Finding]) -> None:
    for one in found:
        level = click.style(f"{one.level:<4}", fg=COLOURS[one.level])
        click.echo(f"{level}  {one.check:<12}  {clean(one.says)}")
        if one.do:
            click.echo(f"{'':<20}-> {clean(one.do)}")
