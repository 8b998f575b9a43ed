"""py-evm's objects as the JSON that nodes send: hex quantities, hex bytes, the execution-apis' field names."""

from typing import Any

import rlp  # type: ignore[import-untyped]
from eth._utils.address import generate_contract_address
from eth.abc import BlockAPI, BlockHeaderAPI, ReceiptAPI, SignedTransactionAPI

from chain.devnode.store import LogRow

Json = dict[str, Any]

ACCESS_LIST, DYNAMIC_FEE, SET_CODE = 1, 2, 4


def hex_bytes(value: bytes) -> str:
    """Return bytes as 0x-prefixed hex."""
    return "0x" + value.hex()


def hex_address(value: bytes) -> str:
    """Return an address in lower case, as nodes do."""
    return "0x" + value.hex()


def hex_word(value: int) -> str:
    """Return a number as a 32-byte word."""
    return f"0x{value:064x}"


def transaction_type(transaction: SignedTransactionAPI) -> int:
    """Return the EIP-2718 type; legacy transactions are type 0."""
    return transaction.type_id or 0


def header_json(header: Any) -> Json:
    """Return the fields of a block that its header (of Prague, untyped in py-evm) holds."""
    return {
        "number": hex(header.block_number),
        "hash": hex_bytes(header.hash),
        "parentHash": hex_bytes(header.parent_hash),
        "nonce": hex_bytes(header.nonce),
        "mixHash": hex_bytes(header.mix_hash),
        "sha3Uncles": hex_bytes(header.uncles_hash),
        "logsBloom": f"0x{header.bloom:0512x}",
        "stateRoot": hex_bytes(header.state_root),
        "transactionsRoot": hex_bytes(header.transaction_root),
        "receiptsRoot": hex_bytes(header.receipt_root),
        "miner": hex_address(header.coinbase),
        "difficulty": hex(header.difficulty),
        "extraData": hex_bytes(header.extra_data),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "baseFeePerGas": hex(header.base_fee_per_gas or 0),
        "withdrawalsRoot": hex_bytes(header.withdrawals_root),
        "blobGasUsed": hex(header.blob_gas_used),
        "excessBlobGas": hex(header.excess_blob_gas),
        "parentBeaconBlockRoot": hex_bytes(header.parent_beacon_block_root or bytes(32)),
        "requestsHash": hex_bytes(header.requests_hash),
    }


def block_json(block: BlockAPI, *, full: bool, pending: bool = False) -> Json:
    """Return a block with its transactions, whole if `full`, else their hashes."""
    answer = header_json(block.header)
    answer["size"] = hex(len(rlp.encode(block)))
    answer["uncles"] = []
    answer["withdrawals"] = []
    answer["transactions"] = [
        transaction_json(transaction, block.header, index) if full else hex_bytes(transaction.hash)
        for index, transaction in enumerate(block.transactions)
    ]
    if pending:
        answer.update(hash=None, nonce=None, miner=None)
    return answer


def effective_gas_price(transaction: SignedTransactionAPI, header: BlockHeaderAPI) -> int:
    """Return the wei paid per gas (EIP-1559)."""
    base_fee = header.base_fee_per_gas or 0
    return min(transaction.max_fee_per_gas, base_fee + transaction.max_priority_fee_per_gas)


def transaction_json(transaction: SignedTransactionAPI, header: BlockHeaderAPI, index: int) -> Json:
    """Return a mined transaction with its place in the chain."""
    kind = transaction_type(transaction)
    answer: Json = {
        "blockHash": hex_bytes(header.hash),
        "blockNumber": hex(header.block_number),
        "blockTimestamp": hex(header.timestamp),
        "transactionIndex": hex(index),
        "type": hex(kind),
        "hash": hex_bytes(transaction.hash),
        "nonce": hex(transaction.nonce),
        "from": hex_address(transaction.sender),
        "to": hex_address(transaction.to) if transaction.to else None,
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
        "gasPrice": hex(effective_gas_price(transaction, header)),
        "input": hex_bytes(transaction.data),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
    }
    if kind == 0:
        answer["v"] = hex(transaction.v)  # type: ignore[attr-defined]
        if transaction.chain_id is not None:
            answer["chainId"] = hex(transaction.chain_id)
    else:
        answer.update(_typed_fields(transaction, kind))
    return answer


def _typed_fields(transaction: SignedTransactionAPI, kind: int) -> Json:
    fields: Json = {
        "chainId": hex(transaction.chain_id or 0),
        "accessList": [_access(entry) for entry in transaction.access_list],
        "v": hex(transaction.y_parity),
        "yParity": hex(transaction.y_parity),
    }
    if kind != ACCESS_LIST:
        fields["maxFeePerGas"] = hex(transaction.max_fee_per_gas)
        fields["maxPriorityFeePerGas"] = hex(transaction.max_priority_fee_per_gas)
    if kind == SET_CODE:
        fields["authorizationList"] = [
            _authorization(item) for item in transaction.authorization_list
        ]
    return fields


def _access(entry: Any) -> Json:
    account, keys = entry
    return {"address": hex_address(account), "storageKeys": [hex_word(key) for key in keys]}


def _authorization(item: Any) -> Json:
    return {
        "chainId": hex(item.chain_id),
        "address": hex_address(item.address),
        "nonce": hex(item.nonce),
        "yParity": hex(item.y_parity),
        "r": hex(item.r),
        "s": hex(item.s),
    }


def log_rows(block: BlockAPI, receipts: tuple[ReceiptAPI, ...]) -> list[LogRow]:
    """Return a block's logs in order, as they are stored and served."""
    rows: list[LogRow] = []
    for index, (transaction, receipt) in enumerate(zip(block.transactions, receipts, strict=True)):
        before = len(rows)
        rows.extend(
            LogRow(
                block.number,
                before + offset,
                bytes(log.address),
                b"".join(topic.to_bytes(32, "big") for topic in log.topics),
                bytes(log.data),
                bytes(block.hash),
                block.header.timestamp,
                bytes(transaction.hash),
                index,
            )
            for offset, log in enumerate(receipt.logs)
        )
    return rows


def log_json(row: LogRow) -> Json:
    """Return one log; `logIndex` counts within the block."""
    return {
        "address": hex_address(row.address),
        "topics": [hex_bytes(row.topics[at : at + 32]) for at in range(0, len(row.topics), 32)],
        "data": hex_bytes(row.data),
        "blockNumber": hex(row.block),
        "blockHash": hex_bytes(row.block_hash),
        "blockTimestamp": hex(row.block_time),
        "transactionHash": hex_bytes(row.tx_hash),
        "transactionIndex": hex(row.tx_index),
        "logIndex": hex(row.position),
        "removed": False,
    }


def receipts_json(block: BlockAPI, receipts: tuple[ReceiptAPI, ...]) -> list[Json]:
    """Return the receipts of a block, in order."""
    rows = log_rows(block, receipts)
    answers: list[Json] = []
    gas_before = 0
    for index, (transaction, receipt) in enumerate(zip(block.transactions, receipts, strict=True)):
        created = None
        if not transaction.to:
            created = hex_address(generate_contract_address(transaction.sender, transaction.nonce))
        answers.append(
            {
                "transactionHash": hex_bytes(transaction.hash),
                "transactionIndex": hex(index),
                "blockHash": hex_bytes(block.hash),
                "blockNumber": hex(block.number),
                "from": hex_address(transaction.sender),
                "to": hex_address(transaction.to) if transaction.to else None,
                "cumulativeGasUsed": hex(receipt.gas_used),
                "gasUsed": hex(receipt.gas_used - gas_before),
                "effectiveGasPrice": hex(effective_gas_price(transaction, block.header)),
                "contractAddress": created,
                "logs": [log_json(row) for row in rows if row.tx_index == index],
                "logsBloom": f"0x{receipt.bloom:0512x}",
                "type": hex(transaction_type(transaction)),
                "status": "0x1" if receipt.state_root == b"\x01" else "0x0",
            }
        )
        gas_before = receipt.gas_used
    return answers
