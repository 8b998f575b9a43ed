"""`troth verify`: a bundle, pins of one's own, a node of one's own; a verdict for each claim."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import click

from chain.client import ChainClient
from chain.deployments import Deployment, list_deployments
from chain.errors import UnusableRecord
from chain.proofs.bundle import (
    MAX_BUNDLE_BYTES,
    MAX_BUNDLE_DEPTH,
    Bundle,
    load_strict_json,
    parse_bundle,
)
from chain.proofs.claim_file import TYPE_NAME, parse_claim_file
from chain.proofs.claims import claim_exit_code, judge_claim
from chain.proofs.errors import MalformedError
from chain.proofs.readers import Pins
from chain.proofs.verdicts import ClaimReport, Report, Verdict, exit_code, spell_time
from chain.proofs.verify import verify
from chain.reader import NodeReader
from webapp.commands.clean import clean
from webapp.commands.file_digest import FileUnusableError, digest_file
from webapp.commands.held_file import HeldFile, judge_file, names_files
from webapp.commands.public_log.api import PublicLog
from webapp.commands.public_log.errors import MonitorError
from webapp.commands.public_log.http import BoundedHttp
from webapp.commands.public_log.reader import ApiLog
from webapp.config import EXTERNAL, Settings, listed, network_depth

UNUSABLE = 2
API_SECONDS = 30.0
COLOURS = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.UNKNOWN: "yellow"}
ADDRESS_DIGITS, HASH_DIGITS = 40, 64


@dataclass(frozen=True)
class Wanted:
    """What the caller asks for; pins that are not given come from the deployment record."""

    file: Path
    offline: bool = False
    rpc: str | None = None
    chain_id: int | None = None
    genesis: str | None = None
    contract: str | None = None
    anchorer: str | None = None
    depth: int | None = None
    api: str | None = None
    held: Path | None = None
    registry: str | None = None
    issuers: tuple[str, ...] = ()


class UnusableError(Exception):
    """A file or a call with which nothing can be verified."""


def verify_file(wanted: Wanted, settings: Settings, *, as_json: bool) -> int:
    """Verify a file, print the verdicts, and return the exit code (0, 1, 2 or 3)."""
    try:
        data = read_file(wanted.file)
        if is_claim(data):
            return verify_claim(data, wanted, settings, as_json=as_json)
        bundle = parse_bundle(data)
        pins = find_pins(wanted, settings)
        check_url(wanted.rpc)
        log = _log(wanted, pins)
        held = _held(wanted, bundle)
    except (
        MalformedError,
        UnusableError,
        UnusableRecord,
        MonitorError,
        FileUnusableError,
    ) as error:
        _print_unusable(wanted.file, str(error), as_json=as_json)
        return UNUSABLE
    report = verify(bundle, pins, _reader(wanted, settings, pins), log)
    code = exit_code(report, offline=wanted.offline)
    code = code if held is None else held.combined(code)
    if as_json:
        shown = {**report.to_json(), "pins": describe_pins(pins, settings), "exit_code": code}
        if held is not None:
            shown["file"] = held.to_json()
        click.echo(json.dumps(shown, indent=2))
    else:
        _print(bundle, report, held, wanted.offline, code)
        _print_pins(pins, settings)
    return code


def is_claim(data: bytes) -> bool:
    """Tell whether a file says that it is a claim file, whole or not; raises MalformedError for no JSON."""
    value = load_strict_json(data, max_bytes=MAX_BUNDLE_BYTES, max_depth=MAX_BUNDLE_DEPTH)
    return isinstance(value, dict) and value.get("type") == TYPE_NAME


def verify_claim(data: bytes, wanted: Wanted, settings: Settings, *, as_json: bool) -> int:
    """Verify a claim file, print the verdicts, and return the exit code; raises what ``verify_file`` catches."""
    if wanted.held is not None or wanted.api is not None:
        raise UnusableError("A claim file is checked without --file and --api.")
    claim, pins = parse_claim_file(data), find_pins(wanted, settings)
    check_url(wanted.rpc)
    report = judge_claim(claim, pins, _reader(wanted, settings, pins))
    code = claim_exit_code(report, offline=wanted.offline)
    if as_json:
        shown = {**report.to_json(), "pins": describe_pins(pins, settings), "exit_code": code}
        click.echo(json.dumps(shown, indent=2))
        return code
    print_claim(report, "")
    if wanted.offline:
        click.echo("OFFLINE: no chain was asked, so that nobody vouches for this now.")
    click.echo(_conclusion(code))
    _print_pins(pins, settings)
    return code


def print_claim(report: ClaimReport, indent: str) -> None:
    """Print what a claim file says, and each verdict on it."""
    click.echo(clean(f"{indent}Claim {report.kind} {report.value!r} of {report.subject}"))
    for part, one in report.results:
        word = click.style(f"{one.verdict.value:<8}", fg=COLOURS[one.verdict])
        click.echo(f"{indent}  {part.value:<11} {word} {one.reason}")


def find_pins(wanted: Wanted, settings: Settings) -> Pins | None:
    """Return the pins of the call, completed from the data folder's deployment record if they agree.

    Never from the file. None where neither names a chain. Raises UnusableError.
    """
    given = _given(wanted)
    record = _record(settings, given.chain_id)
    if record is not None:
        recorded = "0x" + record.genesis.hex()
        given = replace(
            given,
            chain_id=record.chain_id if given.chain_id is None else given.chain_id,
            genesis=given.genesis or recorded,
        )
    if given.chain_id is None or given.genesis is None:
        if given.contract or given.anchorer or given.chain_id is not None or given.genesis:
            raise UnusableError(
                "Pins need a chain: give --chain-id and --genesis, or set TROTH_DATA_DIR to the "
                "folder of an instance."
            )
        return None
    same_chain = record is not None and given.genesis == "0x" + record.genesis.hex()
    contract, anchorer = given.contract, given.anchorer
    registry, issuers = given.registry, frozenset(given.issuers)
    if record is not None and same_chain:
        contract, anchorer = contract or record.contract, anchorer or record.anchorer
        place = record.identity_registry
        registry = registry or (place.address if place else None)
        issuers = issuers or _believed(record, settings)
    depth = settings.depth if same_chain or given.depth is not None else network_depth(EXTERNAL)
    return Pins(
        chain_id=given.chain_id,
        genesis=bytes.fromhex(given.genesis[2:]),
        contract=contract,
        anchorer=anchorer,
        depth=depth if given.depth is None else given.depth,
        operator_runs_chain=same_chain and settings.embedded_chain,
        registry=registry,
        issuers=issuers,
    )


def _believed(record: Deployment, settings: Settings) -> frozenset[str]:
    """Return whom this instance believes about people: its own issuer, and those that it trusts."""
    trusted = {one.partition("=")[0].strip() for one in listed(settings.trusted_issuers)}
    return frozenset(trusted | ({record.issuer} if record.issuer else set()))


def _given(wanted: Wanted) -> Wanted:
    return replace(
        wanted,
        genesis=_hex(wanted.genesis, HASH_DIGITS, "--genesis"),
        contract=_hex(wanted.contract, ADDRESS_DIGITS, "--contract"),
        anchorer=_hex(wanted.anchorer, ADDRESS_DIGITS, "--anchorer"),
        registry=_hex(wanted.registry, ADDRESS_DIGITS, "--registry"),
        issuers=tuple(
            one
            for one in (_hex(each, ADDRESS_DIGITS, "--issuer") for each in wanted.issuers)
            if one
        ),
    )


def _hex(text: str | None, digits: int, option: str) -> str | None:
    if text is None:
        return None
    low = text.lower()
    if len(low) != digits + 2 or low[:2] != "0x" or set(low[2:]) - set("0123456789abcdef"):
        raise UnusableError(f"{option} is {text!r}; it needs 0x and {digits} hex digits.")
    return low


def _record(settings: Settings, chain_id: int | None) -> Deployment | None:
    records = list_deployments(settings.data_dir)
    if chain_id is not None:
        records = [record for record in records if record.chain_id == chain_id]
    if len(records) > 1:
        names = ", ".join(str(record.chain_id) for record in records)
        raise UnusableError(f"{settings.data_dir} knows chains {names}; choose by --chain-id.")
    return records[0] if records else None


def _reader(wanted: Wanted, settings: Settings, pins: Pins | None) -> NodeReader | None:
    if wanted.offline or pins is None:
        return None
    return NodeReader(ChainClient(wanted.rpc or settings.rpc_url, timeout=settings.node_timeout))


def _held(wanted: Wanted, bundle: Bundle) -> HeldFile | None:
    """Judge the file that was given beside the bundle; raises UnusableError and FileUnusableError."""
    if wanted.held is None:
        return None
    if not names_files(bundle):
        raise UnusableError(
            f"It proves a {bundle.kind.type_name}, which names no file; leave out --file."
        )
    return judge_file(bundle, digest_file(wanted.held))


def _log(wanted: Wanted, pins: Pins | None) -> ApiLog | None:
    """Return the public log to judge `authority` and `latest` by; raises MonitorError for its URL."""
    if wanted.api is None or wanted.offline or pins is None or pins.anchorer is None:
        return None
    return ApiLog(PublicLog(BoundedHttp(wanted.api, API_SECONDS), pins.anchorer))


def check_url(url: str | None) -> None:
    """Check that a node's URL, if there is one, is of HTTP; raises UnusableError."""
    if url is not None and not url.startswith(("http://", "https://")):
        raise UnusableError(
            f"--rpc is {url!r}; it needs a URL that starts with http:// or https://."
        )


def read_file(path: Path) -> bytes:
    """Read at most one byte more than a bundle may have: the parser refuses what is longer.

    Raises UnusableError.
    """
    if path.exists() and not path.is_file():
        raise UnusableError(f"{path} is no regular file.")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BUNDLE_BYTES + 1)
    except OSError as error:
        raise UnusableError(f"{path} cannot be read: {error.strerror}.") from error


def _print_unusable(path: Path, problem: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"unusable": problem, "exit_code": UNUSABLE}))
    else:
        click.echo(f"{path} cannot be verified: {problem}", err=True)


def _print(bundle: Bundle, report: Report, held: HeldFile | None, offline: bool, code: int) -> None:
    entry = bundle.entry
    click.echo(f"{bundle.kind.type_name} 0x{entry.record.hex()} by {entry.author}")
    for result in report.results:
        word = click.style(f"{result.verdict.value:<8}", fg=COLOURS[result.verdict])
        click.echo(f"  {result.claim.value:<11} {word} {result.reason}")
        if result.time is not None:
            stated = " (only stated by the file, not checked)" if result.stated else ""
            click.echo(f"  {'':<11} {'':<8} {spell_time(result.time)}{stated}")
    if held is not None:
        word = click.style(f"{held.verdict.value:<8}", fg=COLOURS[held.verdict])
        click.echo(f"  {'file':<11} {word} {held.reason}")
    for one in report.claims:
        print_claim(one, "  ")
    if report.unsigned:
        click.echo("UNSIGNED: nobody's key stands behind this record; the server alone says so.")
    if report.erased:
        click.echo("ERASED: the text is gone; that something was there, and when, stays proved.")
    if offline:
        click.echo("OFFLINE: no chain was asked; every time above is what the file states.")
    click.echo(_conclusion(code))


def describe_pins(pins: Pins | None, settings: Settings) -> dict[str, object] | None:
    """Return what the verdicts rest on; what no option gave comes from ``data_dir``."""
    if pins is None:
        return None
    return {
        "chain_id": pins.chain_id,
        "genesis": "0x" + pins.genesis.hex(),
        "contract": pins.contract,
        "anchorer": pins.anchorer,
        "depth": pins.depth,
        "registry": pins.registry,
        "issuers": sorted(pins.issuers),
        "data_dir": str(settings.data_dir),
    }


def _print_pins(pins: Pins | None, settings: Settings) -> None:
    shown = describe_pins(pins, settings)
    if shown is None:
        click.echo("Pins: none; give --chain-id, --genesis, --contract and --anchorer.")
        return
    click.echo(f"Pins (from the options, else from {shown.pop('data_dir')}):")
    for name, value in shown.items():
        text = ", ".join(value) if isinstance(value, list) else value
        click.echo(f"  {name:<9} {'none' if text in (None, '') else text}")


def _conclusion(code: int) -> str:
    return {
        0: "Everything that was asked for holds.",
        1: "At least one claim does NOT hold.",
        3: "Nothing fails, but something asked for could not be decided.",
    }[code]
