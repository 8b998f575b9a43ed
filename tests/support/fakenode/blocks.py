"""Blocks, receipts and events, and the JSON that nodes make of them (execution-apis' field names)."""

from dataclasses import dataclass
from typing import Any

from tests.support.fakenode.anchor_log import Event
from tests.support.fakenode.transactions import TYPE, Transaction

Json = dict[str, Any]
GAS_LIMIT = 30_000_000


@dataclass(frozen=True)
class Receipt:
    """What became of a transaction in a block; price in wei per gas."""

    transaction: Transaction
    index: int
    succeeded: bool
    gas_used: int
    gas_before: int
    price: int
    first_log: int
    event: Event | None = None


@dataclass(frozen=True)
class Block:
    """A block: time in seconds since 1970, base fee in wei, at most one event for each transaction."""

    number: int
    hash: bytes
    parent: bytes
    time: int
    base_fee: int
    contract: str
    receipts: tuple[Receipt, ...] = ()

    @property
    def gas_used(self) -> int:
        """The gas of all transactions together."""
        return self.receipts[-1].gas_before + self.receipts[-1].gas_used if self.receipts else 0

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """The transactions in their order."""
        return tuple(one.transaction for one in self.receipts)


def hex_bytes(raw: bytes) -> str:
    """Return bytes as 0x-hex."""
    return "0x" + raw.hex()


def block_json(block: Block, *, full: bool) -> Json:
    """Return a block with its transactions, whole if `full`, else their hashes."""
    return {
        "number": hex(block.number),
        "hash": hex_bytes(block.hash),
        "parentHash": hex_bytes(block.parent),
        "timestamp": hex(block.time),
        "baseFeePerGas": hex(block.base_fee),
        "gasLimit": hex(GAS_LIMIT),
        "gasUsed": hex(block.gas_used),
        "miner": "0x" + "00" * 20,
        "extraData": "0x",
        "uncles": [],
        "transactions": [
            transaction_json(one.transaction, block, one)
            if full
            else hex_bytes(one.transaction.hash)
            for one in block.receipts
        ],
    }


def transaction_json(
    transaction: Transaction, block: Block | None = None, receipt: Receipt | None = None
) -> Json:
    """Return a transaction, with its place when it is mined."""
    placed = block is not None and receipt is not None
    return {
        "type": hex(TYPE),
        "hash": hex_bytes(transaction.hash),
        "chainId": hex(transaction.chain_id),
        "nonce": hex(transaction.nonce),
        "from": transaction.sender,
        "to": transaction.to,
        "value": hex(transaction.value),
        "input": hex_bytes(transaction.data),
        "gas": hex(transaction.gas),
        "maxFeePerGas": hex(transaction.max_fee),
        "maxPriorityFeePerGas": hex(transaction.priority_fee),
        "gasPrice": hex(receipt.price if placed and receipt else transaction.max_fee),
        "blockHash": hex_bytes(block.hash) if placed and block else None,
        "blockNumber": hex(block.number) if placed and block else None,
        "transactionIndex": hex(receipt.index) if placed and receipt else None,
    }


def receipt_json(block: Block, receipt: Receipt) -> Json:
    """Return the receipt of a mined transaction."""
    transaction = receipt.transaction
    return {
        "type": hex(TYPE),
        "transactionHash": hex_bytes(transaction.hash),
        "transactionIndex": hex(receipt.index),
        "blockHash": hex_bytes(block.hash),
        "blockNumber": hex(block.number),
        "from": transaction.sender,
        "to": transaction.to,
        "status": "0x1" if receipt.succeeded else "0x0",
        "gasUsed": hex(receipt.gas_used),
        "cumulativeGasUsed": hex(receipt.gas_before + receipt.gas_used),
        "effectiveGasPrice": hex(receipt.price),
        "contractAddress": None,
        "logs": [] if receipt.event is None else [log_json(block, receipt, receipt.event)],
    }


def log_json(block: Block, receipt: Receipt, event: Event) -> Json:
    """Return an event; `logIndex` counts within the block."""
    return {
        "address": block.contract,
        "topics": [hex_bytes(topic) for topic in event.topics],
        "data": hex_bytes(event.data),
        "blockNumber": hex(block.number),
        "blockHash": hex_bytes(block.hash),
        "blockTimestamp": hex(block.time),
        "transactionHash": hex_bytes(receipt.transaction.hash),
        "transactionIndex": hex(receipt.index),
        "logIndex": hex(receipt.first_log),
        "removed": False,
    }
