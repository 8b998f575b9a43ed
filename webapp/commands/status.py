"""`troth status`: how anchoring is, for people; read from the database alone."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from time import sleep as pause
from typing import Any

import click

import webapp
from webapp.chain_access import settings
from webapp.columns import iso
from webapp.commands.status_screen import screen
from webapp.extensions import db
from webapp.status.health import Part, PartState, judge
from webapp.status.readiness import NotReadyError, ready_snapshot
from webapp.status.service import read_state
from webapp.status.state import AnchoringState

WELL, NOT_WELL, UNKNOWN = 0, 1, 3
WATCH_SECONDS = 2.0


@dataclass(frozen=True)
class Look:
    """What one look found: text for people or a machine, and the exit code that says it."""

    text: str
    code: int


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON")
@click.option("--watch", is_flag=True, help="Look again every two seconds until Ctrl-C")
def status(as_json: bool, watch: bool) -> None:
    """Say what waits and since when, where the chain is, who pays, and which nodes answer.

    Exit code 0: all is well; 1: something is halted, down, or delayed for long; 3: it cannot be
    told, since the database does not answer or is not set up.
    """
    app = webapp.create_app()
    code = UNKNOWN
    with app.app_context():
        try:
            for found in _looks(as_json, watch):
                if watch and not as_json:
                    click.clear()
                click.echo(found.text)
                code = found.code
        except KeyboardInterrupt:
            click.echo()
        finally:
            db.engine.dispose()
    sys.exit(code)


def _looks(as_json: bool, watch: bool) -> Iterator[Look]:
    yield look(as_json=as_json)
    while watch:
        pause(WATCH_SECONDS)
        yield look(as_json=as_json)


def look(*, as_json: bool) -> Look:
    """Look once; needs an application context."""
    here = settings()
    try:
        with ready_snapshot() as connection:
            state = read_state(connection, here)
    except NotReadyError as refusal:
        problem = {"state": "unknown", "reason": refusal.reason}
        text = json.dumps(problem) if as_json else f"It cannot be told. {refusal.reason}"
        return Look(text, UNKNOWN)
    parts = judge(state, here)
    text = json.dumps(to_json(state, parts)) if as_json else screen(state, parts)
    return Look(text, WELL if well(parts) else NOT_WELL)


def well(parts: dict[str, Part]) -> bool:
    """Tell whether nothing is halted, late or down; what is only slower than usual is well."""
    if parts["log"].state is not PartState.OK:
        return False
    return all(part.state is not PartState.DOWN for part in parts.values())


def to_json(state: AnchoringState, parts: dict[str, Part]) -> dict[str, Any]:
    """Return everything as plain values: times as RFC 3339 text, amounts of wei as decimal text."""
    facts: dict[str, Any] = _plain(asdict(state))
    for signer, found in zip(facts["signers"], state.signers, strict=True):
        signer["balance"] = None if found.balance is None else str(found.balance)
        signer["gap"] = found.gap
    facts["chain"]["lag"] = state.chain.lag
    judged = {name: asdict(part) for name, part in parts.items()}
    return {"state": "well" if well(parts) else "not well", "parts": judged, **facts}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return iso(value) if isinstance(value, datetime) else value
