"""Sending one transaction so that a crash at any moment sends the same bytes again, and no others."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from chain.client import ChainClient
from chain.contracts import explain
from chain.errors import (
    AlreadyKnown,
    ContractReverted,
    NonceTooLow,
    NotDelivered,
    ReceiptTimeout,
    SendOutcomeUnknown,
    SendRejected,
)
from chain.signer import Signer
from webapp.commands.self_anchor.errors import NotYetError, SelfAnchorError

VERSION = 1
_GAS_MARGIN = 5  # a fifth more than estimated


@dataclass(frozen=True)
class Pending:
    """Signed bytes that may have been sent, and the leaf that they anchor; hex with 0x."""

    leaf: str
    nonce: int
    raw: str

    @property
    def hash(self) -> bytes:
        """The transaction's hash, 32 bytes."""
        return keccak(bytes.fromhex(self.raw[2:]))


def sign_call(client: ChainClient, signer: Signer, to: str, data: bytes, leaf: bytes) -> Pending:
    """Sign a call on the account's next nonce; raises SelfAnchorError where it would revert."""
    try:
        gas = client.estimate_gas(to, data, sender=signer.address)
    except ContractReverted as error:
        raise SelfAnchorError(f"The contract would refuse it: {explain(error)}") from error
    fees, nonce = client.fees(), client.nonce(signer.address, "pending")
    transaction: dict[str, Any] = {
        "type": 2,
        "chainId": client.chain_id(),
        "nonce": nonce,
        "to": bytes.fromhex(to[2:]),
        "value": 0,
        "data": data,
        "gas": gas + gas // _GAS_MARGIN,
        "maxFeePerGas": fees.max_fee,
        "maxPriorityFeePerGas": fees.priority,
    }
    signed = signer.sign_transaction(transaction)
    return Pending("0x" + leaf.hex(), nonce, "0x" + signed.raw.hex())


def deliver(client: ChainClient, pending: Pending, path: Path, timeout: float) -> None:
    """Send saved bytes and wait for their block; ``path`` is where they are saved.

    Raises NotYetError where the same bytes must be tried again, SelfAnchorError where they are of no use
    any more (the file is removed then), and what ChainClient raises.
    """
    try:
        if client.receipt(pending.hash) is None:
            _send(client, pending, path)
        receipt = client.wait_for_receipt(pending.hash, timeout)
    except ReceiptTimeout as error:
        raise NotYetError(
            f"Transaction 0x{pending.hash.hex()} is sent and in no block after {timeout:g} s."
        ) from error
    if not receipt.succeeded:
        path.unlink(missing_ok=True)
        raise SelfAnchorError(
            f"Transaction 0x{pending.hash.hex()} reverted in block {receipt.block_number}; run this "
            "again for a fresh one."
        )


def _send(client: ChainClient, pending: Pending, path: Path) -> None:
    try:
        client.send_raw(bytes.fromhex(pending.raw[2:]))
    except AlreadyKnown:
        return
    except NonceTooLow as error:
        if client.receipt(pending.hash) is not None:
            return
        path.unlink(missing_ok=True)
        raise SelfAnchorError(
            f"Nonce {pending.nonce} was used by another transaction; run this again for a fresh one."
        ) from error
    except SendRejected as error:
        path.unlink(missing_ok=True)
        raise SelfAnchorError(f"The node refuses the transaction: {error}") from error
    except (NotDelivered, SendOutcomeUnknown) as error:
        raise NotYetError(f"The transaction may not have arrived: {error}") from error


def save(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or not there, also after a power cut; nobody else may read it."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    with suppress(OSError):  # some file systems know no folders to flush
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def save_pending(path: Path, pending: Pending) -> None:
    """Save signed bytes before they are sent; raises OSError."""
    save(path, json.dumps({"version": VERSION, **asdict(pending)}, indent=2).encode())


def load_pending(path: Path) -> Pending | None:
    """Return the bytes that were saved, None if there are none; raises SelfAnchorError."""
    try:
        kept = json.loads(path.read_text())
        pending = Pending(str(kept["leaf"]), int(kept["nonce"]), str(kept["raw"]))
        usable = kept["version"] == VERSION and bool(bytes.fromhex(pending.raw[2:]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path) from error
    if not usable:
        raise _unreadable(path)
    return pending


def _unreadable(path: Path) -> SelfAnchorError:
    return SelfAnchorError(
        f"{path} cannot be read. It may hold a transaction under way: move it away only when that has "
        "been mined, or never can be."
    )
