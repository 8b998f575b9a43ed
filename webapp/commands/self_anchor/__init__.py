"""`troth self-anchor`: when the server stalls, an author puts its own record on the chain, with its own key."""

import sys
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import click

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.errors import ChainError, UnusableRecord
from chain.keystore import save_private
from chain.proofs.bundle import Anchor, AnchorBlock, Bundle, dump_bundle, parse_bundle
from chain.proofs.errors import MalformedError
from chain.proofs.readers import Pins
from chain.proofs.verdicts import spell_time
from chain.signer import Signer
from webapp.commands.self_anchor.checks import (
    check_bundle,
    check_chain,
    check_signature,
    check_signer,
)
from webapp.commands.self_anchor.errors import NotYetError, SelfAnchorError
from webapp.commands.self_anchor.keys import read_signer
from webapp.commands.self_anchor.limits import Amount, Limits, ether
from webapp.commands.self_anchor.namespace import Place, find_place
from webapp.commands.self_anchor.pending import Owed, load_pending, save_pending
from webapp.commands.self_anchor.sending import Agree, Call, deliver, next_bytes
from webapp.commands.verify import UnusableError, Wanted, check_url, find_pins, read_file
from webapp.config import InvalidSettingError, Settings, load_settings

DONE, REFUSED, UNUSABLE, NOT_YET = 0, 1, 2, 3
ENDING = ".troth.json"


@dataclass(frozen=True)
class Files:
    """The bundle, where its self-anchored form goes, and where signed bytes wait meanwhile."""

    bundle: Path
    out: Path

    @property
    def pending(self) -> Path:
        """The file that holds what was signed and is not in a block yet."""
        return self.out.with_name(self.out.name + ".pending")


@dataclass(frozen=True)
class How:
    """Who signs and who agrees to the cost; the block to search from; seconds to wait for a block."""

    signer: Signer
    agree: Agree
    from_block: int
    timeout: float


@click.command("self-anchor")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--rpc",
    metavar="URL",
    help="JSON-RPC node to send to. Default: TROTH_CHAIN_URL, else the embedded chain",
)
@click.option("--key-file", type=click.Path(path_type=Path), help="File with the key in hex")
@click.option(
    "--keystore",
    type=click.Path(path_type=Path),
    help="Encrypted keystore; its password is asked for, or in TROTH_KEYSTORE_PASSWORD",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Default: FILE.self-anchored.troth.json"
)
@click.option(
    "--from-block",
    type=click.IntRange(0),
    default=0,
    help="Look for earlier ones of this author from here on",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0),
    default=180.0,
    show_default=True,
    help="Seconds to wait for a block",
)
@click.option(
    "--max-fee-gwei",
    type=Amount(),
    default="100",
    show_default=True,
    help="Highest fee a gas, the tip included",
)
@click.option(
    "--max-tip-gwei",
    type=Amount(),
    default="5",
    show_default=True,
    help="Highest tip a gas; a node that suggests more is not followed",
)
@click.option(
    "--max-cost",
    type=Amount(),
    default="0.02",
    show_default=True,
    help="Highest cost of the transaction in ether",
)
@click.option("--yes", is_flag=True, help="Do not ask before signing")
def self_anchor(  # noqa: PLR0913, PLR0917 - one for each option
    file: Path,
    rpc: str | None,
    key_file: Path | None,
    keystore: Path | None,
    out: Path | None,
    from_block: int,
    timeout: float,
    max_fee_gwei: Decimal,
    max_tip_gwei: Decimal,
    max_cost: Decimal,
    yes: bool,
) -> None:
    """Anchor your own record FILE in your own name, without the server.

    Doing it again changes nothing. Exit code 0: it is anchored; 1: it cannot be; 2: the file or the call
    is unusable; 3: it is under way, run the same command again.
    """
    try:
        settings = load_settings()
        check_url(rpc)
        bundle = parse_bundle(read_file(file))
        pins = find_pins(Wanted(file=file), settings)
    except (MalformedError, UnusableError, UnusableRecord, InvalidSettingError) as error:
        _end(UNUSABLE, str(error))
    client = ChainClient(rpc or settings.rpc_url, timeout=settings.node_timeout)
    files = Files(file, out or _beside(file))
    try:
        check_bundle(bundle)
        check_chain(client, bundle, pins)
        check_signature(client, bundle)
        signer = read_signer(key_file, keystore)
        check_signer(bundle, signer)
        domain = bundle.domain
        limits = Limits.of(max_fee_gwei, max_tip_gwei, max_cost)
        owed = Owed(signer.address, domain.chain_id, domain.verifying_contract, limits)
        how = How(signer, _agreement(yes=yes), from_block, timeout)
        proof = anchor_bundle(client, owed, bundle, files, how)
    except (SelfAnchorError, ChainError, OSError) as error:
        _end(REFUSED, str(error))
    except NotYetError as error:
        _end(NOT_YET, f"{error} Run the same command again: it goes on with the same bytes.")
    _print(proof, files, pins, settings)


def _agreement(*, yes: bool) -> Agree:
    def agree(cost: int) -> None:
        click.echo(f"The transaction costs {ether(cost)} ether at most.", err=True)
        try:
            if yes or click.confirm("Sign and send it?", err=True):
                return
        except click.Abort:
            click.echo(err=True)
        raise SelfAnchorError("Nothing was signed. Agree to the cost, or give --yes.")

    return agree


def anchor_bundle(
    client: ChainClient, owed: Owed, bundle: Bundle, files: Files, how: How
) -> Bundle:
    """Anchor a record unless it is, and return (and write) the bundle that proves it.

    Raises SelfAnchorError, NotYetError, and what ChainClient raises.
    """
    place = find_place(client, owed.contract, bundle.entry, how.from_block)
    if place.event is None:
        leaf = place.entry.leaf()
        data = AnchorLog.anchor(place.entry.sequence, leaf, 1)
        before = load_pending(files.pending, owed)
        pending = next_bytes(client, owed, Call(how.signer, data, leaf, how.agree), before)
        if pending != before:
            save_pending(files.pending, pending)
        deliver(client, pending, files.pending, how.timeout)
        place = find_place(client, owed.contract, bundle.entry, how.from_block)
    proof = _proof(client, bundle, place)
    save_private(files.out, dump_bundle(proof))
    files.pending.unlink(missing_ok=True)
    return proof


def _proof(client: ChainClient, bundle: Bundle, place: Place) -> Bundle:
    event = place.event
    block = None if event is None else client.block(event.block_number)
    if event is None or block is None or block.hash != event.block_hash:
        raise NotYetError("The chain has moved on since the record was anchored.")
    anchor = Anchor(
        anchorer=bundle.entry.author,
        sequence=event.sequence,
        root=event.root,
        first=event.first,
        count=event.count,
        transaction=event.transaction_hash,
        block=AnchorBlock(block.number, block.hash, block.time),
    )
    return replace(bundle, entry=place.entry, proof=(), anchor=anchor)


def _beside(file: Path) -> Path:
    stem = file.name.removesuffix(ENDING).removesuffix(".self-anchored")
    return file.with_name(f"{stem}.self-anchored{ENDING}")


def _print(proof: Bundle, files: Files, pins: Pins | None, settings: Settings) -> None:
    if proof.anchor is None:
        return
    block = proof.anchor.block
    click.echo(f"Anchored by its author {proof.entry.author} in block {block.number},")
    click.echo(f"{spell_time(block.time)}, transaction 0x{proof.anchor.transaction.hex()}.")
    click.echo(f"The proof is {files.out}. Check it, with the pins of the log, by")
    if pins is not None and pins.anchorer is not None:
        click.echo(f"  TROTH_DATA_DIR={settings.data_dir} troth verify {files.out}")
        return
    chain = f"--chain-id {proof.domain.chain_id} --genesis HASH"
    log = f"--contract {proof.domain.verifying_contract} --anchorer ADDRESS"
    click.echo(f"  troth verify {files.out} {chain} {log}")
    click.echo("where ADDRESS is the log's anchorer: it then says that not the log anchored this.")


def _end(code: int, problem: str) -> NoReturn:
    click.echo(f"troth: {problem}", err=True)
    sys.exit(code)
