"""The only way from here to a chain's nodes: read, simulate, send, with typed values and typed errors."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from eth_hash.auto import keccak

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
    WrongInstance,
)
from chain.nodes.health import Instance, NodeHealth
from chain.nodes.node import Node
from chain.nodes.policy import NodePolicy
from chain.nodes.pool import Pool
from chain.nodes.urls import name_nodes, split_urls
from chain.transport import Transport
from chain.wire import Block, Fees, Log, Receipt

if TYPE_CHECKING:
    from web3.providers import BaseProvider

T = TypeVar("T")
BlockId = int | Literal["latest", "pending"]

# A tip that is mined on every public chain at ordinary times, for nodes that suggest none: 1 gwei.
_DEFAULT_PRIORITY = 10**9
# The base fee grows by an eighth per full block (EIP-1559): twice it lasts five full blocks.
_BASE_FEE_MARGIN = 2
_POLL_SECONDS = 0.1


class ChainClient:
    """A chain, reached over HTTP at `url` (or several, by commas) or through given web3 providers.

    Of several nodes one is asked at a time, as chain/nodes/pool.py says; `policy` judges them. Safe to
    use after a fork and from several threads over HTTP. Amounts are wei, times seconds, addresses
    lower-case 0x, hashes 32 bytes. Every method may raise NodeUnavailable, WrongInstance (when an
    instance is expected, or of several nodes none is right) and RpcRefused. No method repeats a
    transaction.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 10,
        provider: "BaseProvider | Sequence[BaseProvider] | None" = None,
        policy: NodePolicy | None = None,
    ) -> None:
        self._timeout = timeout
        self._policy = policy or NodePolicy()
        self._expected: Instance | None = None
        self._made: tuple[int, Pool] | None = None
        self._places: list[tuple[str, BaseProvider | None]]
        if provider is None:
            self._places = [(one, None) for one in split_urls(url)]
        elif isinstance(provider, Sequence):
            self._places = list(zip(url.split(","), provider, strict=True))
        else:
            self._places = [(url, provider)]
            # A chain in this process does not hang, and is back the moment it is back.
            self._policy = replace(self._policy, failures=0)
        self._names = name_nodes(place for place, _ in self._places)

    @property
    def url(self) -> str:
        """Scheme, host and port of each node; without path and query, which may hold a key."""
        return ", ".join(self._names)

    def expect(
        self, chain_id: int, genesis: bytes, code: Mapping[str, bytes] | None = None
    ) -> None:
        """Use only nodes that serve this chain from now on; every other one raises WrongInstance.

        Asked before a node is first used, after each of its failures, and right before each send; then
        the contracts of `code` (address to keccak256) are looked at too.
        """
        self._expected = Instance(chain_id, genesis)
        self._pool.expect(self._expected, code)

    def expect_any(self) -> None:
        """Take whatever chain the node serves, for commands that look at a chain before they believe in it."""
        self._expected = None
        self._pool.expect(None)

    def nodes(self) -> list[NodeHealth]:
        """Return what is known of each node, without asking any."""
        return self._pool.health()

    def check_nodes(self) -> list[NodeHealth]:
        """Ask each node for its chain and head, and return what is known then; never raises for a node.

        One that is left alone after failures in a row is not asked.
        """
        return self._pool.check()

    def chain_id(self) -> int:
        """Ask which chain the node serves (EIP-155)."""
        return self._read("eth_chainId", [], wire.quantity)

    def genesis(self) -> bytes:
        """Return the hash of block 0, which tells development chains with one chain id apart."""
        return self._read("eth_getBlockByNumber", [_block_id(0), False], wire.block).hash

    def head(self) -> Block:
        """Return the newest block."""
        return self._pool.head()

    def block(self, number: int) -> Block | None:
        """Return the canonical block at `number`, None if the chain is not that long."""

        def parse(value: object) -> Block | None:
            return None if value is None else _numbered(value, number)

        return self._read("eth_getBlockByNumber", [_block_id(number), False], parse)

    def reached_block(self, number: int) -> Block:
        """Return the canonical block at a number that the chain has reached.

        A node without it is passed over: some lose a block in a reorg and go on above it for ever.
        """

        def parse(value: object) -> Block:
            if value is None:
                raise wire.MalformedError(f"no block {number}, though the chain has got that far")
            return _numbered(value, number)

        return self._read("eth_getBlockByNumber", [_block_id(number), False], parse)

    def logs(self, address: str, topics: Sequence[bytes | None], block_hash: bytes) -> list[Log]:
        """Return the events of one block, by its hash, so that a node that lags cannot answer with none.

        Topics filter by position, None matches any. Raises StateUnavailable when the node does not have
        the block.
        """
        query = _log_query(address, topics) | {"blockHash": _hex(block_hash)}

        def parse(value: object) -> Log:
            found = wire.log(value)
            if found.block_hash != block_hash:
                raise wire.MalformedError("a log of another block")
            return found

        return self._read("eth_getLogs", [query], _list(parse))

    def logs_between(
        self, address: str, topics: Sequence[bytes | None], first: int, last: int
    ) -> list[Log]:
        """Return the events of a range of blocks, both ends in it, that the node has reached.

        For blocks that are final: nothing here tells an empty answer from one that came too early. Nodes
        bound the range or the number of events, each in words of its own: RpcRefused then.
        """
        query = _log_query(address, topics) | {"fromBlock": hex(first), "toBlock": hex(last)}

        def parse(value: object) -> Log:
            found = wire.log(value)
            if not first <= found.block_number <= last:
                raise wire.MalformedError(f"a log of block {found.block_number}")
            return found

        return self._read("eth_getLogs", [query], _list(parse))

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
        """Send a signed transaction to one node, once, and return its hash.

        Raises AlreadyKnown (it is there), SendRejected and its kinds, NotDelivered or WrongInstance (it
        was certainly not sent), and SendOutcomeUnknown in every other case.
        """
        expected = keccak(raw)
        try:
            answer = self._pool.send("eth_sendRawTransaction", [_hex(raw)])
        except (AlreadyKnown, SendRejected, NotDelivered, WrongInstance):
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
        return self._read("eth_getTransactionByHash", [_hex(transaction_hash)], _is_there)

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
        return self._pool.once(method, params)

    def _read(self, method: str, params: Sequence[Any], parse: Callable[[object], T]) -> T:
        return self._pool.read(method, params, parse)

    @property
    def _pool(self) -> Pool:
        """The pool of this process: connections and locks must not be shared over a fork."""
        pid = os.getpid()
        if self._made is None or self._made[0] != pid:
            nodes = [
                Node(name, Transport(url, self._timeout, provider), self._policy)
                for name, (url, provider) in zip(self._names, self._places, strict=True)
            ]
            background = self._places[0][1] is None
            pool = Pool(nodes, self._policy, self._expected, background=background)
            self._made = (pid, pool)
        return self._made[1]


def _optional(parse: Callable[[object], T]) -> Callable[[object], T | None]:
    return lambda value: None if value is None else parse(value)


def _list(parse: Callable[[object], T]) -> Callable[[object], list[T]]:
    def parse_all(value: object) -> list[T]:
        if not isinstance(value, list | tuple):
            raise wire.MalformedError(f"{value!r} is not a list")
        return [parse(item) for item in value]

    return parse_all


def _is_there(value: object) -> bool:
    return value is not None


def _place(value: object) -> tuple[int, bytes] | None:
    """Read where a transaction was mined; nodes give null for both while it waits in the pool."""
    fields = value if isinstance(value, dict) else {}
    if fields.get("blockHash") is None:
        return None
    return wire.quantity(fields.get("blockNumber")), wire.data(fields.get("blockHash"), 32)


def _log_query(address: str, topics: Sequence[bytes | None]) -> dict[str, Any]:
    wanted = [None if topic is None else _hex(topic) for topic in topics]
    return {"address": address, "topics": wanted}


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


def _numbered(value: object, number: int) -> Block:
    """Read a block, which must be the one that was asked for."""
    found = wire.block(value)
    if found.number != number:
        raise wire.MalformedError(f"block {found.number} for {number}")
    return found
