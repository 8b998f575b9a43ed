"""What became of a nonce, by what the chain says: every attempt's receipt first, then the nonce."""

from dataclasses import dataclass

from chain.client import ChainClient
from chain.errors import StateUnavailable
from chain.wire import Receipt
from workers.sending.rows import Owed, Tried
from workers.sending.view import View


@dataclass(frozen=True)
class Mined:
    """One of our attempts is in a canonical block; ``final`` when that block is deep enough."""

    attempt: Tried
    receipt: Receipt
    final: bool


@dataclass(frozen=True)
class UsedByOther:
    """The chain counts the nonce, and none of our attempts has a receipt."""

    final: bool


@dataclass(frozen=True)
class Pending:
    """The nonce is not used: any of our attempts can still be mined."""


Fate = Mined | UsedByOther | Pending


def fate_of(client: ChainClient, signer: str, owed: Owed, view: View) -> Fate:
    """Look up every attempt, then the nonce; raises NodeUnavailable and RpcRefused."""
    for attempt in reversed(owed.attempts):
        receipt = client.receipt(attempt.hash)
        if receipt is not None and _canonical(client, receipt):
            return Mined(attempt, receipt, final=receipt.block_number <= view.final)
    if owed.nonce is None or view.nonce <= owed.nonce:
        return Pending()
    return UsedByOther(final=counted(client, signer, view.final) > owed.nonce)


def still_there(client: ChainClient, attempt: Tried) -> bool:
    """Tell whether the block that held an attempt is canonical."""
    if attempt.block_number is None:
        return False
    block = client.block(attempt.block_number)
    return block is not None and block.hash == attempt.block_hash


def _canonical(client: ChainClient, receipt: Receipt) -> bool:
    """Tell whether a receipt's block is canonical: a node may keep those of blocks it has dropped."""
    block = client.block(receipt.block_number)
    return block is not None and block.hash == receipt.block_hash


def counted(client: ChainClient, signer: str, final: int) -> int:
    """Return the next nonce after a final block, 0 where the node has no such state: so, not final."""
    try:
        return client.nonce(signer, final)
    except StateUnavailable:
        return 0
