"""The file with signed bytes that may be under way; what it holds is checked before it is used.

Whoever can write beside the bundle can write this file, so nothing in it is believed: sender, call and
fees are read from the signed bytes themselves.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from eth_hash.auto import keccak
from hexbytes import HexBytes

from chain.contracts import AnchorLog
from chain.fees import Offer
from chain.keystore import save_private
from webapp.commands.self_anchor.errors import SelfAnchorError
from webapp.commands.self_anchor.limits import Limits

VERSION = 1


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

    def sender(self) -> str:
        """Return the address that signed the bytes."""
        return str(Account.recover_transaction(self.raw)).lower()

    def offer(self) -> Offer:
        """Return the fees that it offers, in wei per gas."""
        fields = _fields(self.raw)
        return Offer(int(fields["maxFeePerGas"]), int(fields["maxPriorityFeePerGas"]))


@dataclass(frozen=True)
class Owed:
    """The only transactions that may be sent: one author's anchors of one entry, on one chain."""

    author: str
    chain_id: int
    contract: str
    limits: Limits


def save_pending(path: Path, pending: Pending) -> None:
    """Save signed bytes before they are sent; raises OSError."""
    save_private(path, json.dumps({"version": VERSION, **asdict(pending)}, indent=2).encode())


def load_pending(path: Path, owed: Owed) -> Pending | None:
    """Return the bytes that were saved, None if there are none.

    Raises SelfAnchorError where they are anything but an anchor of the author's, within the limits.
    """
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
    _check(path, pending, owed)
    return pending


def _check(path: Path, pending: Pending, owed: Owed) -> None:
    try:
        sender = pending.sender()
        fields = _fields(pending.raw)
        to, data = bytes(fields["to"]), bytes(fields["data"])
        call = AnchorLog.anchor(int.from_bytes(data[4:36]), bytes.fromhex(pending.leaf[2:]), 1)
        offer, gas = pending.offer(), int(fields["gas"])
    except Exception as error:  # decoders raise what they like on a stranger's bytes
        raise _unreadable(path) from error
    problems = [
        (sender != owed.author, f"is signed by {sender}, not by {owed.author}"),
        (fields["chainId"] != owed.chain_id, f"is for chain {fields['chainId']}"),
        ("0x" + to.hex() != owed.contract, f"goes to 0x{to.hex()}, not to {owed.contract}"),
        (data != call, "calls something else than the anchoring of the leaf that it names"),
        (fields["value"] != 0, f"sends {fields['value']} wei along"),
        (bool(fields["accessList"]), "has an access list"),
        (fields["nonce"] != pending.nonce, f"has nonce {fields['nonce']}, not {pending.nonce}"),
    ]
    for wrong, what in problems:
        if wrong:
            raise SelfAnchorError(
                f"{path} is not used: its transaction {what}. Nothing was sent; move the file away "
                "unless you know what it is."
            )
    try:
        owed.limits.check(gas, offer)
    except SelfAnchorError as error:
        raise SelfAnchorError(
            f"{path} is not used: {error} Give higher limits if you signed it so."
        ) from error


def _fields(raw: str) -> dict[str, Any]:
    fields: dict[str, Any] = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    return fields


def _unreadable(path: Path) -> SelfAnchorError:
    return SelfAnchorError(
        f"{path} cannot be read. It may hold a transaction under way: move it away only when that has "
        "been mined, or never can be."
    )
