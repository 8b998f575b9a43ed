"""JSON-RPC methods that read: chain facts, state at any block, blocks, transactions and receipts."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from eth.abc import BlockHeaderAPI, StateAPI
from eth_hash.auto import keccak

from chain.devnode import encode
from chain.devnode.calls import read_call
from chain.devnode.errors import InvalidParams, MethodNotFound
from chain.devnode.execution import call_output, estimate
from chain.devnode.ledger import Ledger
from chain.devnode.params import (
    BlockRef,
    address,
    arguments,
    block_ref,
    flag,
    octets,
    quantity,
    slot,
    word,
)

Handler = Callable[[Ledger, list[Any]], Any]


def _client_version(_ledger: Ledger, params: list[Any]) -> str:
    arguments(params, 0)
    return f"Troth/eth-tester-v{version('eth-tester')}/py-evm-v{version('py-evm')}"


def _accounts(ledger: Ledger, params: list[Any]) -> list[str]:
    arguments(params, 0)
    return [encode.hex_address(account) for account in ledger.keys]


def _state(ledger: Ledger, block: Any) -> StateAPI:
    return ledger.chain.get_vm(ledger.require_header(block_ref(block))).state


def _balance(ledger: Ledger, params: list[Any]) -> str:
    account, block = arguments(params, 1, 1)
    return hex(_state(ledger, block).get_balance(address(account)))  # type: ignore[arg-type]


def _code(ledger: Ledger, params: list[Any]) -> str:
    account, block = arguments(params, 1, 1)
    return encode.hex_bytes(_state(ledger, block).get_code(address(account)))  # type: ignore[arg-type]


def _nonce(ledger: Ledger, params: list[Any]) -> str:
    account, block = arguments(params, 1, 1)
    return hex(_state(ledger, block).get_nonce(address(account)))  # type: ignore[arg-type]


def _storage(ledger: Ledger, params: list[Any]) -> str:
    account, key, block = arguments(params, 2, 1)
    return encode.hex_word(_state(ledger, block).get_storage(address(account), slot(key)))  # type: ignore[arg-type]


def _no_overrides(*overrides: Any) -> None:
    if any(overrides):
        raise InvalidParams(
            "state and block overrides are not supported on this chain; deploy what you need, or use anvil"
        )


def _call(ledger: Ledger, params: list[Any]) -> str:
    call, block, *overrides = arguments(params, 1, 3)
    _no_overrides(*overrides)
    header = ledger.require_header(block_ref(block))
    return encode.hex_bytes(call_output(ledger, read_call(call, ledger.chain_id), header))


def _estimate_gas(ledger: Ledger, params: list[Any]) -> str:
    call, block, *overrides = arguments(params, 1, 3)
    _no_overrides(*overrides)
    ref = block_ref(block, default="pending")
    # The state is that of the head. The context is the next block's, where the transaction will run: one
    # that stores the time or the randomness costs less in a block that has stored the same before.
    header = ledger.pending_header() if ref.tag == "latest" else ledger.require_header(ref)
    return hex(estimate(ledger, read_call(call, ledger.chain_id), header))


def _block(ledger: Ledger, ref: BlockRef, *, full: bool) -> dict[str, Any] | None:
    header = ledger.header(ref)
    if header is None:
        return None
    return encode.block_json(ledger.block(header), full=full, pending=ref.tag == "pending")


def _block_by_number(ledger: Ledger, params: list[Any]) -> Any:
    block, full = arguments(params, 1, 1)
    return _block(ledger, block_ref(block), full=flag(full, "full transactions"))


def _block_by_hash(ledger: Ledger, params: list[Any]) -> Any:
    block, full = arguments(params, 1, 1)
    ref = BlockRef(hash=word(block, "block hash"))
    return _block(ledger, ref, full=flag(full, "full transactions"))


def _block_receipts(ledger: Ledger, params: list[Any]) -> Any:
    (block,) = arguments(params, 1)
    header = ledger.header(block_ref(block))
    if header is None:
        return None
    found = ledger.block(header)
    return encode.receipts_json(found, ledger.receipts(found))


def _given_header(ledger: Ledger, block: Any, *, by_hash: bool) -> BlockHeaderAPI | None:
    return ledger.header(BlockRef(hash=word(block, "block hash")) if by_hash else block_ref(block))


def _transaction_count(*, by_hash: bool) -> Handler:
    def count(ledger: Ledger, params: list[Any]) -> str | None:
        (block,) = arguments(params, 1)
        header = _given_header(ledger, block, by_hash=by_hash)
        return None if header is None else hex(len(ledger.block(header).transactions))

    return count


def _uncle_count(*, by_hash: bool) -> Handler:
    def count(ledger: Ledger, params: list[Any]) -> str | None:
        (block,) = arguments(params, 1)
        return None if _given_header(ledger, block, by_hash=by_hash) is None else "0x0"

    return count


def _transaction_in_block(*, by_hash: bool) -> Handler:
    def transaction(ledger: Ledger, params: list[Any]) -> dict[str, Any] | None:
        block, position = arguments(params, 2)
        header = _given_header(ledger, block, by_hash=by_hash)
        index = quantity(position, "index", 63)
        if header is None or index >= len(found := ledger.block(header).transactions):
            return None
        return encode.transaction_json(found[index], header, index)

    return transaction


def _transaction(ledger: Ledger, params: list[Any]) -> dict[str, Any] | None:
    (tx_hash,) = arguments(params, 1)
    place = ledger.find_transaction(word(tx_hash, "transaction hash"))
    if place is None:
        return None
    header, index = place
    return encode.transaction_json(ledger.block(header).transactions[index], header, index)


def _receipt(ledger: Ledger, params: list[Any]) -> dict[str, Any] | None:
    (tx_hash,) = arguments(params, 1)
    place = ledger.find_transaction(word(tx_hash, "transaction hash"))
    if place is None:
        return None
    header, index = place
    block = ledger.block(header)
    return encode.receipts_json(block, ledger.receipts(block))[index]


def _constant(value: Any) -> Handler:
    def answer(_ledger: Ledger, params: list[Any]) -> Any:
        arguments(params, 0)
        return value

    return answer


def _fact(read: Callable[[Ledger], Any]) -> Handler:
    def answer(ledger: Ledger, params: list[Any]) -> Any:
        arguments(params, 0)
        return read(ledger)

    return answer


def _sha3(_ledger: Ledger, params: list[Any]) -> str:
    (data,) = arguments(params, 1)
    return encode.hex_bytes(keccak(octets(data, "data")))


def _absent(method: str, reason: str) -> Handler:
    def refuse(_ledger: Ledger, _params: list[Any]) -> Any:
        raise MethodNotFound(method, reason)

    return refuse


_NO_TRACE = "this development chain does not trace; replay the transaction on anvil"

METHODS: dict[str, Handler] = {
    "web3_clientVersion": _client_version,
    "web3_sha3": _sha3,
    "net_version": _fact(lambda ledger: str(ledger.chain_id)),
    "net_listening": _constant(True),
    "net_peerCount": _constant("0x0"),
    "eth_syncing": _constant(False),
    "eth_chainId": _fact(lambda ledger: hex(ledger.chain_id)),
    "eth_blockNumber": _fact(lambda ledger: hex(ledger.head().block_number)),
    "eth_accounts": _accounts,
    "eth_getBalance": _balance,
    "eth_getCode": _code,
    "eth_getTransactionCount": _nonce,
    "eth_getStorageAt": _storage,
    "eth_call": _call,
    "eth_estimateGas": _estimate_gas,
    "eth_getBlockByNumber": _block_by_number,
    "eth_getBlockByHash": _block_by_hash,
    "eth_getBlockReceipts": _block_receipts,
    "eth_getBlockTransactionCountByNumber": _transaction_count(by_hash=False),
    "eth_getBlockTransactionCountByHash": _transaction_count(by_hash=True),
    "eth_getUncleCountByBlockNumber": _uncle_count(by_hash=False),
    "eth_getUncleCountByBlockHash": _uncle_count(by_hash=True),
    "eth_getTransactionByBlockNumberAndIndex": _transaction_in_block(by_hash=False),
    "eth_getTransactionByBlockHashAndIndex": _transaction_in_block(by_hash=True),
    "eth_getTransactionByHash": _transaction,
    "eth_getTransactionReceipt": _receipt,
    "eth_getProof": _absent(
        "eth_getProof", "this development chain gives no state proofs; use anvil"
    ),
    "eth_subscribe": _absent(
        "eth_subscribe", "there are no subscriptions over HTTP; poll a filter"
    ),
    **{
        name: _absent(name, _NO_TRACE)
        for name in (
            "debug_traceTransaction",
            "debug_traceCall",
            "debug_traceBlockByNumber",
            "debug_traceBlockByHash",
            "trace_transaction",
            "trace_call",
            "trace_block",
            "trace_filter",
        )
    },
}
