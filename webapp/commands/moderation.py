"""`troth moderation`: recompute the audit trail; erase the words of a reason."""

import json
import sys
import traceback
from uuid import UUID

import click
from sqlalchemy.exc import SQLAlchemyError

import webapp
from webapp.config import InvalidSettingError
from webapp.database import one_snapshot
from webapp.moderation.service import erase_reason
from webapp.moderation.verifying import TrailReport, verify_trail
from webapp.secrets import SecretsError

HOLDS, BROKEN, UNUSABLE = 0, 1, 2


@click.group()
def moderation() -> None:
    """Look after what moderators did."""


@moderation.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON")
def verify(as_json: bool) -> None:
    """Recompute the audit trail, and compare it with its heads in the log.

    Exit code 0: all rows hold; 1: one does not, and the first is named; 2: the database cannot be read.
    """
    try:
        with webapp.create_app().app_context(), one_snapshot(seconds=None) as connection:
            report = verify_trail(connection)
        code = HOLDS if report.broken is None else BROKEN
        _print(report, code, as_json=as_json)
    except (SQLAlchemyError, InvalidSettingError, SecretsError) as error:
        click.echo(f"troth: the trail cannot be read: {error}", err=True)
        code = UNUSABLE
    except Exception:  # noqa: BLE001 - 1 means "the trail is broken"; a bug of ours must not say that
        traceback.print_exc()
        code = UNUSABLE
    sys.exit(code)


@moderation.command()
@click.argument("action", type=click.UUID)
def erase(action: UUID) -> None:
    """Erase the words of the reason that ACTION was given, for good; the trail still holds."""
    with webapp.create_app().app_context():
        erase_reason(action)
    click.echo(f"The reason of {action} is erased; its salted hash stays in the trail.")


def _print(report: TrailReport, code: int, *, as_json: bool) -> None:
    proved = report.proved
    if as_json:
        shown = {
            "rows": report.rows,
            "broken": report.broken,
            "stamps": len(report.stamped),
            "proved": None
            if proved is None
            else {"rows": proved.head.rows, "since": proved.since, "stamp": proved.record},
            "exit_code": code,
        }
        click.echo(json.dumps(shown, indent=2))
        return
    if report.broken is not None:
        click.echo(click.style("The trail does NOT hold: ", fg="red") + report.broken)
        return
    click.echo(f"All {report.rows} rows hold, and agree with {len(report.stamped)} stamped heads.")
    if proved is None:
        click.echo(
            "No head is final on the chain yet, so nothing proves that no rows were dropped."
        )
        return
    left = report.rows - proved.head.rows
    click.echo(f"The first {proved.head.rows} are proved since {proved.since} by {proved.record}.")
    if left:
        click.echo(f"The last {left} wait for the next daily stamp.")
