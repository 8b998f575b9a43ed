"""Sending one transaction so that a crash at any moment sends the same bytes again, and no others.

A node may lie. So signed bytes are never dropped for what it answers to a send, and until the chain counts
their nonce, whatever is signed instead has the same nonce: at most one of them is ever mined.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

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
from chain.fees import Offer, first_offer, raised_offer
from chain.signer import Signer, sign
from webapp.commands.self_anchor.errors import NotYetError, SelfAnchorError
from webapp.commands.self_anchor.limits import GAS_CEILING, ether
from webapp.commands.self_anchor.pending import Owed, Pending

_GAS_MARGIN = 5  # a fifth more than estimated
Agree = Callable[[int], None]


@dataclass(frozen=True)
class Call:
    """A call that anchors a leaf, by whom it is signed, and who agrees to its highest cost in wei."""

    signer: Signer
    data: bytes
    leaf: bytes
    agree: Agree


def next_bytes(client: ChainClient, owed: Owed, call: Call, before: Pending | None) -> Pending:
    """Return the bytes to send: those from before, or others signed on their nonce or the next one.

    Raises SelfAnchorError where the call would revert or cost too much, and what `agree` raises.
    """
    if before is not None and client.nonce(owed.author) > before.nonce:
        # Mined, though perhaps as another transaction; that is told when it is delivered.
        same = before.leaf == "0x" + call.leaf.hex()
        return before if same else _sign(client, owed, call, None)
    if before is None:
        return _sign(client, owed, call, None)
    pays = before.offer().pays(client.fees().base)
    if before.leaf == "0x" + call.leaf.hex() and pays:
        return before
    return _sign(client, owed, call, before)


def _sign(client: ChainClient, owed: Owed, call: Call, before: Pending | None) -> Pending:
    gas, offer = _gas(client, owed, call.data), _offer(client, owed, before)
    cost = owed.limits.check(gas, offer)
    if client.balance(owed.author) < cost:
        raise SelfAnchorError(f"{owed.author} holds less than the {ether(cost)} ether it may cost.")
    nonce = client.nonce(owed.author, "pending") if before is None else before.nonce
    call.agree(cost)
    transaction: dict[str, Any] = {
        "type": 2,
        "chainId": owed.chain_id,
        "nonce": nonce,
        "to": bytes.fromhex(owed.contract[2:]),
        "value": 0,
        "data": call.data,
        "gas": gas,
        "maxFeePerGas": offer.max_fee,
        "maxPriorityFeePerGas": offer.priority,
    }
    signed = sign(call.signer, transaction)
    return Pending("0x" + call.leaf.hex(), nonce, "0x" + signed.raw.hex())


def _gas(client: ChainClient, owed: Owed, data: bytes) -> int:
    try:
        gas = client.estimate_gas(owed.contract, data, sender=owed.author)
    except ContractReverted as error:
        raise SelfAnchorError(f"The contract would refuse it: {explain(error)}") from error
    # An estimate above the ceiling is refused with the other limits.
    return max(gas, min(gas + gas // _GAS_MARGIN, GAS_CEILING))


def _offer(client: ChainClient, owed: Owed, before: Pending | None) -> Offer:
    market, cap, most = client.fees(), owed.limits.max_fee, owed.limits.max_tip
    tip = min(market.priority, most)
    market = replace(market, max_fee=market.max_fee - market.priority + tip, priority=tip)
    if before is None:
        offer = first_offer(market, cap, most)
    else:
        offer = raised_offer(before.offer(), market, cap, most)
    if offer is None:
        raise SelfAnchorError(
            f"The node's base fee is {market.base} wei a gas; --max-fee-gwei does not allow to pay it"
            + (", nor to replace what is under way" if before else "")
            + ". Wait, allow more, or ask another node."
        )
    return offer


def deliver(client: ChainClient, pending: Pending, path: Path, timeout: float) -> None:
    """Send saved bytes and wait for their block; ``path`` is where they are saved.

    Raises NotYetError where the same bytes must be tried again, SelfAnchorError where they are of no use
    any more since the chain counts their nonce (the file is removed then), and what ChainClient raises.
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
        _end(
            client,
            pending,
            path,
            f"Transaction 0x{pending.hash.hex()} reverted in block {receipt.block_number}",
        )


def _send(client: ChainClient, pending: Pending, path: Path) -> None:
    try:
        client.send_raw(bytes.fromhex(pending.raw[2:]))
    except AlreadyKnown:
        return
    except NonceTooLow as error:
        if client.receipt(pending.hash) is None:
            used = f"Nonce {pending.nonce} was used by another transaction"
            _end(client, pending, path, used, error)
    except SendRejected as error:
        raise NotYetError(
            f"The node refuses the transaction: {error} Its bytes are kept in {path}, since the node "
            "has them now; another node may take them."
        ) from error
    except (NotDelivered, SendOutcomeUnknown) as error:
        raise NotYetError(f"The transaction may not have arrived: {error}") from error


def _end(
    client: ChainClient, pending: Pending, path: Path, what: str, cause: Exception | None = None
) -> NoReturn:
    """Remove bytes that are of no use, if the chain counts their nonce; keep them if it does not."""
    if client.nonce(pending.sender()) <= pending.nonce:
        raise NotYetError(
            f"{what}, says the node, and yet it does not count nonce {pending.nonce} of the author."
        ) from cause
    path.unlink(missing_ok=True)
    raise SelfAnchorError(f"{what}; run this again for a fresh one.") from cause
