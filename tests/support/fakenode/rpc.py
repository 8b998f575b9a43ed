"""JSON-RPC as a node answers it whose newest block is some way behind, or is the newest of all."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.support.fakenode import blocks
from tests.support.fakenode.anchor_log import Outcome
from tests.support.fakenode.blocks import Block, Json, hex_bytes
from tests.support.fakenode.rules import RpcError
from tests.support.fakenode.transactions import Transaction, UndecodableError, decode

if TYPE_CHECKING:
    from tests.support.fakenode.node import FakeNode

_SUGGESTED_TIP = 10**9  # wei
_NOBODY = "0x" + "00" * 20
_CREATION = RpcError(-32000, "this simulated node runs no creation code")


class View:
    """One chain as a node shows it that is `lag` blocks behind; 0 is the node itself.

    What is sent to a view reaches the node's pool, judged by the nonces and balances that the view knows.
    """

    def __init__(self, node: "FakeNode", lag: int = 0) -> None:
        self.node, self.lag = node, lag

    @property
    def height(self) -> int:
        """The number of the newest block that this view has."""
        return max(0, self.node.ledger.head.number - self.lag)

    def request(self, method: str, params: list[Any]) -> Json:
        """Answer one request: the `result` or the `error` of JSON-RPC 2.0."""
        handler = _METHODS.get(method)
        with self.node.lock:
            try:
                if handler is None:
                    raise self.node.rules.error("no_method", method=method)
                return {"result": handler(self, *params)}
            except RpcError as error:
                return {"error": error.as_json()}

    def number(self, tag: str) -> int:
        """Read a block tag; `pending` is the newest block, for state that is not a nonce."""
        if tag in ("latest", "pending"):
            return self.height
        number = 0 if tag == "earliest" else int(tag, 16)
        if number > self.height:
            raise self.node.rules.error("no_block", height=self.height, number=number)
        return number

    def block_by_number(self, tag: str, full: bool) -> Json | None:
        if tag == "pending":
            return self._pending(full)
        try:
            found = self.node.ledger.blocks[self.number(tag)]
        except RpcError:
            return None
        return blocks.block_json(found, full=full)

    def block_by_hash(self, block_hash: str, full: bool) -> Json | None:
        found = self.find(bytes.fromhex(block_hash[2:]))
        return None if found is None else blocks.block_json(found, full=full)

    def find(self, block_hash: bytes) -> Block | None:
        """Return the block with this hash, of a branch that lost too where the rules keep those."""
        ledger = self.node.ledger
        number = ledger.numbers.get(block_hash)
        if number is not None:
            return ledger.blocks[number] if number <= self.height else None
        return ledger.lost.get(block_hash) if self.node.rules.keeps_lost_blocks else None

    def logs(self, query: Mapping[str, Any]) -> list[Json]:
        if "blockHash" in query:
            found = self.find(bytes.fromhex(query["blockHash"][2:]))
            if found is None:
                raise self.node.rules.error("unknown_block")
            chosen = [found]
        else:
            low = self.number(query.get("fromBlock", "latest"))
            high = min(self.height, self.number(query.get("toBlock", "latest")))
            chosen = self.node.ledger.blocks[low : high + 1]
        rows = [
            blocks.log_json(block, receipt, receipt.event)
            for block in chosen
            for receipt in block.receipts
            if receipt.event is not None
        ]
        return [row for row in rows if _matches(row, query)]

    def call(self, transaction: Mapping[str, Any], tag: str = "latest") -> str:
        made, at = self._call(transaction), self.number(tag)
        if "gas" in transaction and made.gas < made.intrinsic_gas:
            raise self.node.rules.error("intrinsic", gas=made.gas, needed=made.intrinsic_gas)
        outcome = self._run(made, at)
        if "gas" in transaction and made.gas < made.intrinsic_gas + outcome.gas:
            raise self.node.rules.error("call_gas")
        return hex_bytes(outcome.output)

    def estimate_gas(self, transaction: Mapping[str, Any], tag: str = "latest") -> str:
        made, at = self._call(transaction), self.number(tag)
        balance = self.node.ledger.account(made.sender, at)[0]
        if self.node.rules.estimates_need_funds and made.value > balance:
            raise self.node.rules.error("funds_value", balance=balance, cost=made.value, missing=0)
        needed = self.node.ledger.gas_used(made, self._run(made, at))
        if "gas" in transaction and made.gas < needed:
            raise self.node.rules.error("estimate_gas", gas=made.gas)
        return hex(needed)

    def nonce(self, address: str, tag: str = "latest") -> str:
        nonce = self.node.ledger.account(address.lower(), self.number(tag))[1]
        if tag == "pending":
            nonce = self.node.pool.next_nonce(address.lower(), nonce)
        return hex(nonce)

    def send(self, raw: str) -> str:
        try:
            transaction = decode(bytes.fromhex(raw[2:]))
        except UndecodableError as error:
            self.node.truth.undecodable.append(bytes.fromhex(raw[2:]))
            raise self.node.rules.error("undecodable", problem=error) from error
        self.node.take(transaction, at=self.height)
        return hex_bytes(transaction.hash)

    def transaction(self, transaction_hash: str) -> Json | None:
        wanted = bytes.fromhex(transaction_hash[2:])
        placed = self.node.ledger.place(wanted)
        if placed is not None and placed[0].number <= self.height:
            block, receipt = placed
            return blocks.transaction_json(receipt.transaction, block, receipt)
        # What is mined above this view still waits in its own pool.
        waiting = self.node.pool.find(wanted) or (placed and placed[1].transaction)
        return blocks.transaction_json(waiting) if waiting else None

    def receipt(self, transaction_hash: str) -> Json | None:
        placed = self.node.ledger.place(bytes.fromhex(transaction_hash[2:]))
        if placed is None or placed[0].number > self.height:
            return None
        return blocks.receipt_json(*placed)

    def _pending(self, full: bool) -> Json:
        head = self.node.ledger.blocks[self.height]
        fee = self.node.ledger.next_base_fee()
        block = Block(head.number + 1, bytes(32), head.hash, head.time + 1, fee, head.contract)
        return blocks.block_json(block, full=full) | {"hash": None}

    def _call(self, call: Mapping[str, Any]) -> Transaction:
        """Make a call into a transaction that nobody signed."""
        if call.get("to") is None:
            raise _CREATION
        return Transaction(
            raw=b"",
            hash=b"",
            sender=call.get("from", _NOBODY).lower(),
            chain_id=self.node.chain_id,
            nonce=0,
            priority_fee=0,
            max_fee=0,
            gas=int(call.get("gas", hex(blocks.GAS_LIMIT)), 16),
            to=call["to"].lower(),
            value=int(call.get("value", "0x0"), 16),
            data=bytes.fromhex(call.get("data", call.get("input", "0x"))[2:]),
        )

    def _run(self, made: Transaction, at: int) -> Outcome:
        outcome = self.node.ledger.run(made, at)
        if outcome.reverted:
            raise RpcError(3, "execution reverted", hex_bytes(outcome.output))
        return outcome


def _matches(row: Json, query: Mapping[str, Any]) -> bool:
    if query.get("address", row["address"]).lower() != row["address"]:
        return False
    wanted = query.get("topics", [])
    pairs = zip(wanted, row["topics"], strict=False)
    return len(wanted) <= len(row["topics"]) and all(
        one is None or topic in (one if isinstance(one, list) else [one]) for one, topic in pairs
    )


def _gas_price(view: View) -> str:
    return hex(view.node.ledger.next_base_fee() + _SUGGESTED_TIP)


def _mine(view: View, options: Any = None) -> str:
    view.node.mine(int(options.get("blocks", 1)) if isinstance(options, Mapping) else 1)
    return "0x0"


_METHODS: dict[str, Callable[..., Any]] = {
    "eth_chainId": lambda view: hex(view.node.chain_id),
    "eth_blockNumber": lambda view: hex(view.height),
    "eth_syncing": lambda view: False,
    "eth_getBlockByNumber": View.block_by_number,
    "eth_getBlockByHash": View.block_by_hash,
    "eth_getLogs": View.logs,
    "eth_call": View.call,
    "eth_estimateGas": View.estimate_gas,
    "eth_getCode": lambda view, address, tag="latest": hex_bytes(
        view.node.ledger.code(address.lower(), view.number(tag))
    ),
    "eth_getBalance": lambda view, address, tag="latest": hex(
        view.node.ledger.account(address.lower(), view.number(tag))[0]
    ),
    "eth_getTransactionCount": View.nonce,
    "eth_gasPrice": _gas_price,
    "eth_maxPriorityFeePerGas": lambda view: hex(_SUGGESTED_TIP),
    "eth_sendRawTransaction": View.send,
    "eth_getTransactionByHash": View.transaction,
    "eth_getTransactionReceipt": View.receipt,
    "evm_mine": _mine,
}
