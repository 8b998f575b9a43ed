"""The same handles on the fake node and on anvil, so that one test can drive both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.errors import ChainError
from chain.signer import LocalSigner, SignedTransaction
from chain.wire import Receipt
from tests.support.fakenode import ETHER, GWEI, FakeNode, Rules

CHAIN_ID = 31337
TRANSFER_GAS = 21_000
ANCHOR_GAS = 100_000
FUNDS = 1_000 * ETHER
NOBODY = "0x" + "ab" * 20


class Controls(Protocol):
    """What a test does to a chain beside sending."""

    def mine(self, blocks: int) -> None: ...
    def drop(self, transaction_hash: bytes) -> None: ...
    def reorg(self, depth: int, placed: Mapping[SignedTransaction, int]) -> None: ...
    def set_base_fee(self, wei: int) -> None: ...
    def set_balance(self, address: str, wei: int) -> None: ...
    def remove_code(self, address: str) -> None: ...
    def advance(self, seconds: int) -> None: ...


@dataclass
class FakeControls:
    """Acts on the fake node itself."""

    node: FakeNode

    def mine(self, blocks: int) -> None:
        self.node.mine(blocks)

    def drop(self, transaction_hash: bytes) -> None:
        self.node.drop(transaction_hash)

    def reorg(self, depth: int, placed: Mapping[SignedTransaction, int]) -> None:
        self.node.reorg(depth, {one.hash: offset for one, offset in placed.items()})

    def set_base_fee(self, wei: int) -> None:
        self.node.set_base_fee(wei)

    def set_balance(self, address: str, wei: int) -> None:
        self.node.set_balance(address, wei)

    def remove_code(self, address: str) -> None:
        assert address == self.node.ledger.contract
        self.node.remove_code()

    def advance(self, seconds: int) -> None:
        self.node.advance(seconds)


@dataclass
class AnvilControls:
    """Acts on anvil by its own JSON-RPC methods."""

    client: ChainClient

    def mine(self, blocks: int) -> None:
        for _ in range(blocks):
            self.client.request("evm_mine", [])

    def drop(self, transaction_hash: bytes) -> None:
        self.client.request("anvil_dropTransaction", ["0x" + transaction_hash.hex()])

    def reorg(self, depth: int, placed: Mapping[SignedTransaction, int]) -> None:
        pairs = [["0x" + one.raw.hex(), offset] for one, offset in placed.items()]
        self.client.request("anvil_reorg", [depth, pairs])

    def set_base_fee(self, wei: int) -> None:
        self.client.request("anvil_setNextBlockBaseFeePerGas", [hex(wei)])

    def set_balance(self, address: str, wei: int) -> None:
        self.client.request("anvil_setBalance", [address, hex(wei)])

    def remove_code(self, address: str) -> None:
        self.client.request("anvil_setCode", [address, "0x"])

    def advance(self, seconds: int) -> None:
        self.client.request("evm_increaseTime", [seconds])


@dataclass
class Driver:
    """A chain with AnchorLog, an anchorer who has funds, and nothing mined unless it is asked for."""

    name: str
    rules: Rules
    client: ChainClient
    controls: Controls
    anchorer: LocalSigner
    contract: str
    others: int = 0

    @property
    def log(self) -> AnchorLog:
        """AnchorLog on this chain."""
        return AnchorLog(self.client, self.contract)

    def account(self, wei: int = FUNDS) -> LocalSigner:
        """Return a further signer with that much."""
        self.others += 1
        seed = int(self.anchorer.address[2:18], 16) * 1_000 + self.others
        signer = LocalSigner(seed.to_bytes(32))
        self.controls.set_balance(signer.address, wei)
        return signer

    def sign(
        self, nonce: int | None = None, *, by: LocalSigner | None = None, **changes: Any
    ) -> SignedTransaction:
        """Sign a transfer of nothing to nobody, but for the changes; the nonce is the chain's next."""
        signer = by or self.anchorer
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": CHAIN_ID,
            "nonce": self.client.nonce(signer.address) if nonce is None else nonce,
            "to": NOBODY,
            "value": 0,
            "data": b"",
            "gas": TRANSFER_GAS,
            "maxFeePerGas": 100 * GWEI,
            "maxPriorityFeePerGas": GWEI,
        }
        fields |= changes
        fields["to"] = bytes.fromhex(fields["to"][2:])
        return signer.sign_transaction(fields)

    def sign_call(
        self, data: bytes, *, by: LocalSigner | None = None, gas: int = ANCHOR_GAS, **changes: Any
    ) -> SignedTransaction:
        """Sign a call of AnchorLog."""
        return self.sign(by=by, to=self.contract, data=data, gas=gas, **changes)

    def send(self, *transactions: SignedTransaction) -> None:
        """Send what must be taken."""
        for one in transactions:
            assert self.client.send_raw(one.raw) == one.hash

    def mined(self, transaction: SignedTransaction) -> Receipt:
        """Send, mine and return the receipt."""
        self.send(transaction)
        self.controls.mine(1)
        return self.receipt(transaction)

    def receipt(self, transaction: SignedTransaction) -> Receipt:
        """Return the receipt that must be there."""
        found = self.client.receipt(transaction.hash)
        assert found is not None
        return found

    def refusal(self, transaction: SignedTransaction) -> ChainError:
        """Return the error that sending must raise."""
        with pytest.raises(ChainError) as caught:
            self.client.send_raw(transaction.raw)
        return caught.value

    def waits(self, transaction: SignedTransaction) -> bool:
        """Whether a transaction is in the pool."""
        known = self.client.has_transaction(transaction.hash)
        return known and self.client.transaction_block(transaction.hash) is None
