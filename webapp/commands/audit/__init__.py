"""`troth audit`, the operator's half of the watch: whether the rows are what was signed and sealed."""

import json
import sys
import traceback

import click
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

import webapp
from webapp.commands.audit.findings import Findings
from webapp.commands.audit.places import audit_anchors, audit_batches, audit_places
from webapp.commands.audit.records import (
    audit_devices,
    audit_posts,
    audit_records,
    audit_stamps,
)
from webapp.commands.audit.signatures import audit_signatures
from webapp.config import InvalidSettingError
from webapp.database import one_snapshot
from webapp.secrets import SecretsError

CLEAN, WRONG, UNUSABLE = 0, 1, 2
PARTS = (
    audit_records,
    audit_signatures,
    audit_posts,
    audit_stamps,
    audit_devices,
    audit_places,
    audit_batches,
    audit_anchors,
)


def audit_database() -> Findings:
    """Check every row against what it was derived from, in one state of the database."""
    with one_snapshot(seconds=None) as connection:
        return audit_rows(connection)


def audit_rows(connection: Connection) -> Findings:
    """Check what a connection sees; memory is bounded by the largest batch."""
    findings = Findings()
    for part in PARTS:
        part(connection, findings)
    return findings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON")
def audit(as_json: bool) -> None:
    """Derive every hash again from the database's rows, and compare.

    Exit code 0: all rows agree; 1: some do not, and the first of each kind is named; 2: the database
    cannot be read.
    """
    try:
        with webapp.create_app().app_context():
            findings = audit_database()
        code = WRONG if findings.counts else CLEAN
        _print(findings, code, as_json=as_json)
    except (SQLAlchemyError, InvalidSettingError, SecretsError) as error:
        click.echo(f"troth: the database cannot be audited: {error}", err=True)
        code = UNUSABLE
    except Exception:  # noqa: BLE001 - 1 means "rows do not agree"; a bug of ours must not say that
        traceback.print_exc()
        code = UNUSABLE
    sys.exit(code)


def _print(findings: Findings, code: int, *, as_json: bool) -> None:
    if as_json:
        mismatches = {
            kind: {"count": count, "first": findings.first[kind]}
            for kind, count in findings.counts.items()
        }
        shown = {"seen": findings.seen, "mismatches": mismatches, "exit_code": code}
        click.echo(json.dumps(shown, indent=2))
        return
    click.echo(
        "Read: " + (", ".join(f"{n} {what}" for what, n in findings.seen.items()) or "nothing")
    )
    for kind, count in findings.counts.items():
        click.echo(
            click.style(f"  {kind:<11} {count} wrong; first: ", fg="red") + findings.first[kind]
        )
    click.echo("All rows agree." if code == CLEAN else "Some rows do NOT agree.")
