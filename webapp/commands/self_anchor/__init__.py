"""`troth self-anchor`: when the server stalls, an author puts its own record on the chain, with its own key."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import click

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import check_code
from chain.errors import ChainError, UnusableRecord
from chain.proofs.bundle import Anchor, AnchorBlock, Bundle, dump_bundle, parse_bundle
from chain.proofs.errors import MalformedError
from chain.proofs.readers import Pins
from chain.proofs.verdicts import Verdict, spell_time
from chain.proofs.verify import verify
from chain.signer import Signer
from webapp.commands.self_anchor.errors import NotYetError, SelfAnchorError
from webapp.commands.self_anchor.keys import read_signer
from webapp.commands.self_anchor.namespace import Place, find_place
from webapp.commands.self_anchor.sending import (
    deliver,
    load_pending,
    save,
    save_pending,
    sign_call,
)
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
def self_anchor(
    file: Path,
    rpc: str | None,
    key_file: Path | None,
    keystore: Path | None,
    out: Path | None,
    from_block: int,
    timeout: float,
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
        signer = read_signer(key_file, keystore)
        check_signer(bundle, signer)
        proof = anchor_bundle(client, signer, bundle, files, from_block, timeout)
    except (SelfAnchorError, ChainError, OSError) as error:
        _end(REFUSED, str(error))
    except NotYetError as error:
        _end(NOT_YET, f"{error} Run the same command again: it goes on with the same bytes.")
    _print(proof, files, pins, settings)


def check_bundle(bundle: Bundle) -> None:
    """Check that a bundle's record is whole and somebody's; raises SelfAnchorError."""
    if bundle.signature is None:
        raise SelfAnchorError(
            "The record is unsigned: nobody holds a key for its author, so nobody can anchor it."
        )
    report = verify(replace(bundle, anchor=None, proof=()), None)
    for name in ("integrity", "author"):
        found = report.by_claim(name)
        if found.verdict is Verdict.FAIL:
            raise SelfAnchorError(f"The file does not hold: {found.reason}.")


def check_chain(client: ChainClient, bundle: Bundle, pins: Pins | None) -> None:
    """Check that the node serves the chain that the record was signed for, with AnchorLog on it.

    Raises SelfAnchorError, and what ChainClient raises.
    """
    domain, actual = bundle.domain, client.chain_id()
    if actual != domain.chain_id:
        raise SelfAnchorError(
            f"The record was signed for chain {domain.chain_id}; the node serves {actual}."
        )
    if pins is not None and pins.chain_id == actual and client.genesis() != pins.genesis:
        raise SelfAnchorError(
            f"The node's chain {actual} begins with another block than the pinned 0x{pins.genesis.hex()}."
        )
    if pins is not None and pins.anchorer == bundle.entry.author:
        raise SelfAnchorError(
            f"{pins.anchorer} is the log's own anchorer; a record put into its namespace would break "
            "the log."
        )
    # The address comes from the file: nothing is sent to it unless the code there is AnchorLog's.
    check_code(client, domain.verifying_contract)


def check_signer(bundle: Bundle, signer: Signer) -> None:
    """Check that the key is the author's; raises SelfAnchorError, which says who can."""
    author = bundle.entry.author
    if signer.address != author:
        raise SelfAnchorError(
            f"The key is that of {signer.address}; only {author}, the record's author, can anchor it. "
            "If that is a contract wallet, let it call anchor(sequence, leaf, 1) of "
            f"{bundle.domain.verifying_contract} itself."
        )


def anchor_bundle(
    client: ChainClient,
    signer: Signer,
    bundle: Bundle,
    files: Files,
    from_block: int,
    timeout: float,
) -> Bundle:
    """Anchor a record unless it is, and return (and write) the bundle that proves it.

    Raises SelfAnchorError, NotYetError, and what ChainClient raises.
    """
    contract = bundle.domain.verifying_contract
    place = find_place(client, contract, bundle.entry, from_block)
    if place.event is None:
        leaf = place.entry.leaf()
        pending = load_pending(files.pending)
        if pending is None or pending.leaf != "0x" + leaf.hex():
            data = AnchorLog.anchor(place.entry.sequence, leaf, 1)
            pending = sign_call(client, signer, contract, data, leaf)
            save_pending(files.pending, pending)
        deliver(client, pending, files.pending, timeout)
        place = find_place(client, contract, bundle.entry, from_block)
    proof = _proof(client, bundle, place)
    save(files.out, dump_bundle(proof))
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
