"""The only way from here to a node: read, simulate, send, with typed values and typed errors."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from eth_hash.auto import keccak
from web3.providers import BaseProvider

from chain import wire
from chain.errors import (
    AlreadyKnown,
    ChainError,
    MethodUnknown,
    NoCode,
    NotDelivered,
    ReceiptTimeout,
    SendOutcomeUnknown,
    SendRejected,
)
from chain.transport import Transport
from chain.wire import Block, Fees, Log, Receipt

T = TypeVar("T")
BlockId = int | Literal["latest", "pending"]

# A tip that is mined on every public chain at ordinary times, for nodes that suggest none: 1 gwei.
_DEFAULT_PRIORITY = 10**9
# The base fee grows by an eighth per full block (EIP-1559): twice it lasts five full blocks.
_BASE_FEE_MARGIN = 2
_POLL_SECONDS = 0.1


class ChainClient:
    """A node, reached over HTTP at `url` or through a given web3 provider.

    Safe to use after a fork and from several threads over HTTP. Amounts are wei, times seconds, addresses
    lower-case 0x, hashes 32 bytes. Every method may raise NodeUnavailable and RpcRefused. No method
    repeats a transaction.
    """

    def __init__(
        self, url: str, *, timeout: float = 10, provider: BaseProvider | None = None
    ) -> None:
        self._transport = Transport(url, timeout, provider)

    @property
    def url(self) -> str:
        """Scheme, host and port of the node; without path and query, which may hold a key."""
        return self._transport.name

    def chain_id(self) -> int:
        """Ask which chain the node serves (EIP-155)."""
        return self._read("eth_chainId", [], wire.quantity)

    def genesis(self) -> bytes:
        """Return the hash of block 0, which tells development chains with one chain id apart."""
        return self._require_block(0).hash

    def head(self) -> Block:
        """Return the newest block."""
        return self._require_block("latest")

    def block(self, number: int) -> Block | None:
        """Return the canonical block at `number`, None if the chain is not that long."""
        found = self._read(
            "eth_getBlockByNumber", [_block_id(number), False], _optional(wire.block)
        )
        if found is not None and found.number != number:
            raise self._transport.malformed(
                "eth_getBlockByNumber", f"block {found.number} for {number}"
            )
        return found

    def logs(self, address: str, topics: Sequence[bytes | None], block_hash: bytes) -> list[Log]:
        """Return the events of one block, by its hash, so that a node that lags cannot answer with none.

        Topics filter by position, None matches any. Raises StateUnavailable when the node does not have
        the block.
        """
        query = {
            "address": address,
            "topics": [None if topic is None else _hex(topic) for topic in topics],
            "blockHash": _hex(block_hash),
        }
        found = self._read("eth_getLogs", [query], _list(wire.log))
        for log in found:
            if log.block_hash != block_hash:
                raise self._transport.malformed("eth_getLogs", "a log of another block")
        return found

    def call(
        self,
        to: str | None,
        data: bytes,
        block: BlockId = "latest",
        *,
        sender: str | None = None,
        gas: int | None = None,
    ) -> bytes:
        """Simulate a call on the state after `block`; without `to`, run `data` as creation code.

        `gas` bounds the work, without it the node's own limit does.

        Raises ContractReverted, StateUnavailable, OutOfGas, and NoCode where there is no contract at `to`
        (nodes answer such calls with success and no data).
        """
        transaction = _call_object(to, data, sender)
        if gas is not None:
            transaction["gas"] = hex(gas)
        answer = self._read("eth_call", [transaction, _block_id(block)], wire.data)
        if not answer and to is not None and not self.code(to, block):
            raise NoCode(to)
        return answer

    def code(self, address: str, block: BlockId = "latest") -> bytes:
        """Return the runtime code at an address, empty if there is none."""
        return self._read("eth_getCode", [address, _block_id(block)], wire.data)

    def balance(self, address: str, block: BlockId = "latest") -> int:
        """Return the balance in wei."""
        return self._read("eth_getBalance", [address, _block_id(block)], wire.quantity)

    def nonce(self, address: str, block: BlockId = "latest") -> int:
        """Return how many transactions the account has sent, with `pending` those in the pool too."""
        return self._read("eth_getTransactionCount", [address, _block_id(block)], wire.quantity)

    def fees(self) -> Fees:
        """Suggest fees for the next blocks, in wei per gas."""
        base = self.head().base_fee
        if base is None:  # a chain without EIP-1559 takes the one price it names
            price = self._read("eth_gasPrice", [], wire.quantity)
            return Fees(base=price, max_fee=price, priority=price)
        try:
            priority = self._read("eth_maxPriorityFeePerGas", [], wire.quantity)
        except MethodUnknown:
            priority = _DEFAULT_PRIORITY
        return Fees(base=base, max_fee=_BASE_FEE_MARGIN * base + priority, priority=priority)

    def estimate_gas(
        self, to: str | None, data: bytes, *, sender: str | None = None, value: int = 0
    ) -> int:
        """Estimate the gas limit of a transaction, its base cost included.

        Raises ContractReverted when it would revert, InsufficientFunds when the sender cannot pay `value`.
        """
        transaction = _call_object(to, data, sender)
        if value:
            transaction["value"] = hex(value)
        return self._read("eth_estimateGas", [transaction], wire.quantity)

    def send_raw(self, raw: bytes) -> bytes:
        """Send a signed transaction once and return its hash.

        Raises AlreadyKnown (it is there), SendRejected and its kinds, or NodeUnavailable with the
        connection refused (it is certainly not there), and SendOutcomeUnknown in every other case.
        """
        expected = keccak(raw)
        try:
            answer = self._transport.request("eth_sendRawTransaction", [_hex(raw)], again=False)
        except (AlreadyKnown, SendRejected, NotDelivered):
            raise
        except ChainError as error:
            raise SendOutcomeUnknown(expected, str(error)) from error
        if answer != _hex(expected):
            raise SendOutcomeUnknown(expected, f"the node answered {answer!r}")
        return expected

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """Return the receipt of a mined transaction, None while there is none."""
        return self._read(
            "eth_getTransactionReceipt", [_hex(transaction_hash)], _optional(wire.receipt)
        )

    def transaction_block(self, transaction_hash: bytes) -> tuple[int, bytes] | None:
        """Return number and hash of the block that holds a transaction, None if none does."""
        return self._read("eth_getTransactionByHash", [_hex(transaction_hash)], _optional(_place))

    def has_transaction(self, transaction_hash: bytes) -> bool:
        """Tell whether the node has a transaction, mined or in its pool."""
        found = self._transport.request("eth_getTransactionByHash", [_hex(transaction_hash)])
        return found is not None

    def wait_for_receipt(self, transaction_hash: bytes, timeout: float) -> Receipt:
        """Poll for a receipt; raises ReceiptTimeout after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            found = self.receipt(transaction_hash)
            if found is not None:
                return found
            if time.monotonic() >= deadline:
                raise ReceiptTimeout(transaction_hash, timeout)
            time.sleep(_POLL_SECONDS)

    def request(self, method: str, params: Sequence[Any]) -> Any:
        """Make a request that has no method here, such as those of development chains, and return its JSON."""
        return self._transport.request(method, params, again=False)

    def _require_block(self, which: BlockId) -> Block:
        return self._read("eth_getBlockByNumber", [_block_id(which), False], wire.block)

    def _read(self, method: str, params: Sequence[Any], parse: Callable[[object], T]) -> T:
        result = self._transport.request(method, params)
        try:
            return parse(result)
        except wire.MalformedError as error:
            raise self._transport.malformed(method, error) from error


def _optional(parse: Callable[[object], T]) -> Callable[[object], T | None]:
    return lambda value: None if value is None else parse(value)


def _list(parse: Callable[[object], T]) -> Callable[[object], list[T]]:
    def parse_all(value: object) -> list[T]:
        if not isinstance(value, list | tuple):
            raise wire.MalformedError(f"{value!r} is not a list")
        return [parse(item) for item in value]

    return parse_all


def _place(value: object) -> tuple[int, bytes] | None:
    """Read where a transaction was mined; nodes give null for both while it waits in the pool."""
    fields = value if isinstance(value, dict) else {}
    if fields.get("blockHash") is None:
        return None
    return wire.quantity(fields.get("blockNumber")), wire.data(fields.get("blockHash"), 32)


def _call_object(to: str | None, data: bytes, sender: str | None) -> dict[str, Any]:
    transaction: dict[str, Any] = {"data": _hex(data)}
    if to is not None:
        transaction["to"] = to
    if sender is not None:
        transaction["from"] = sender
    return transaction


def _block_id(block: BlockId) -> str:
    return hex(block) if isinstance(block, int) else block


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()
