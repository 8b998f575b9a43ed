"""`troth monitor`: what somebody runs who does not believe the operator."""

import json
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import click

from chain.client import ChainClient
from chain.errors import UnusableRecord
from chain.proofs.domain import Domain
from chain.proofs.readers import Pins
from webapp.commands.monitor.judging import PinnedChain, PinnedLog
from webapp.commands.monitor.state import State
from webapp.commands.monitor.walk import Look, Walk
from webapp.commands.public_log.api import PublicLog
from webapp.commands.public_log.errors import MonitorError, UnclearError, UnusableError, WrongError
from webapp.commands.public_log.http import BoundedHttp
from webapp.commands.verify import UnusableError as UnusablePinsError
from webapp.commands.verify import Wanted, check_url, find_pins
from webapp.config import InvalidSettingError, Settings, load_settings

CLEAN, WRONG, UNUSABLE, UNCLEAR = 0, 1, 2, 3
RESULTS = {CLEAN: "clean", WRONG: "wrong", UNUSABLE: "unusable", UNCLEAR: "unclear"}
COLOURS = {CLEAN: "green", WRONG: "red", UNUSABLE: "red", UNCLEAR: "yellow"}
ANSWER_SECONDS = 30.0


@dataclass(frozen=True)
class Outcome:
    """What one look came to: an exit code, why, and how far it got."""

    code: int
    problem: str | None
    look: Look


class Monitor:
    """A pinned log, an API that gives it, a node, and a memory."""

    def __init__(self, pins: Pins, api: str, client: ChainClient, state: State) -> None:
        if pins.contract is None or pins.anchorer is None:
            raise UnusableError("A log must be pinned: give --contract and --anchorer.")
        self._pins, self._client, self._state = pins, client, state
        self._pinned = PinnedLog(pins.contract, pins.anchorer, pins.depth)
        self._domain = Domain(pins.chain_id, pins.contract)
        self._log = PublicLog(BoundedHttp(api, ANSWER_SECONDS), pins.anchorer)

    def look(self) -> Outcome:
        """Look once, from where the last look ended; raises UnusableError."""
        look = Look(*self._state.place())
        try:
            chain = PinnedChain(self._client, self._pins, self._pinned)
            walk = Walk(self._log, chain, self._state, self._domain)
            look = walk.look
            walk.run()
        except WrongError as error:
            return Outcome(WRONG, str(error), look)
        except UnclearError as error:
            return Outcome(UNCLEAR, str(error), look)
        return Outcome(CLEAN, None, look)


@click.command()
@click.option("--api", metavar="URL", help="The API to watch. Default: this instance's own")
@click.option(
    "--rpc",
    metavar="URL",
    help="JSON-RPC node to ask. Default: TROTH_CHAIN_URL, else the embedded chain",
)
@click.option("--chain-id", type=int, help="Pin: the chain's id")
@click.option("--genesis", metavar="HASH", help="Pin: the hash of block 0")
@click.option("--contract", metavar="ADDRESS", help="Pin: the AnchorLog contract")
@click.option("--anchorer", metavar="ADDRESS", help="Pin: who writes the log's roots")
@click.option("--depth", type=click.IntRange(0), help="Pin: blocks above that make one final")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    help="File that keeps the place; without it everything is read from the beginning",
)
@click.option("--follow", is_flag=True, help="Go on looking until something is wrong")
@click.option(
    "--interval",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds between looks",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each look")
def monitor(
    api: str | None,
    rpc: str | None,
    state: Path | None,
    follow: bool,
    interval: float,
    as_json: bool,
    **pins: object,
) -> None:
    """Check the public log against the chain, without believing either's keeper.

    Exit code 0: nothing is wrong; 1: something is, and the first such thing is named; 2: the call or
    the state file is unusable; 3: the API or the node did not let it be checked.
    """
    try:
        settings = load_settings()
        check_url(rpc)
        wanted = Wanted(file=Path(), rpc=rpc, **pins)  # type: ignore[arg-type]
        code = _watch(wanted, settings, api, state, interval if follow else None, as_json)
    except (MonitorError, UnusablePinsError, UnusableRecord, InvalidSettingError) as error:
        click.echo(f"troth: {error}", err=True)
        code = UNUSABLE
    except Exception:  # noqa: BLE001 - 1 means "something is wrong"; a bug of ours must not say that
        traceback.print_exc()
        code = UNUSABLE
    sys.exit(code)


def _watch(
    wanted: Wanted,
    settings: Settings,
    api: str | None,
    path: Path | None,
    interval: float | None,
    as_json: bool,
) -> int:
    """Look once, or until something is wrong; return the exit code of the last look."""
    pins = find_pins(wanted, settings)
    if pins is None:
        raise UnusableError(
            "No chain is pinned: give --chain-id, --genesis, --contract and --anchorer."
        )
    client = ChainClient(wanted.rpc or settings.rpc_url, timeout=settings.node_timeout)
    state = State(path, pins)
    code = UNCLEAR
    try:
        watcher = Monitor(pins, api or settings.base_url, client, state)
        while True:
            outcome = watcher.look()
            code = outcome.code
            _print(outcome, state.doubts(), as_json=as_json)
            if interval is None or code == WRONG:
                return code
            time.sleep(interval)
    except KeyboardInterrupt:
        return code
    finally:
        state.close()


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _print(outcome: Outcome, doubts: int, *, as_json: bool) -> None:
    look = outcome.look
    if as_json:
        shown = {
            "result": RESULTS[outcome.code],
            "problem": outcome.problem,
            "batches": look.batches,
            "entries": look.entries,
            "fresh": look.fresh,
            "waiting": look.waiting,
            "not_judged": doubts,
            "doubts": look.doubts,
            "exit_code": outcome.code,
        }
        click.echo(json.dumps(shown))
        return
    for doubt in look.doubts:
        click.echo(f"  not judged: {doubt}")
    batches = _counted(look.batches, "final batch", "final batches")
    entries = _counted(look.entries, "entry", "entries")
    waiting = _counted(look.waiting, "batch waits", "batches wait")
    click.echo(f"{batches} with {entries}, {look.fresh} newly read; {waiting} for the chain.")
    if doubts:
        points = _counted(doubts, "point", "points")
        click.echo(
            f"{points} in all could not be judged, so neither good nor wrong: a `notBefore` that the chain no "
            "longer holds, a device's permission that ended before the anchor, or a contract wallet that "
            "cannot be asked as of then. The first ten of each look are named in it."
        )
    word = click.style(RESULTS[outcome.code].upper(), fg=COLOURS[outcome.code])
    click.echo(f"{word}: {outcome.problem or 'nothing is wrong.'}")
