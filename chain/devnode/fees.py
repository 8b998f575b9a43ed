"""What gas costs: eth_gasPrice, eth_maxPriorityFeePerGas and eth_feeHistory (EIP-1559)."""

from typing import Any

from eth.abc import BlockHeaderAPI
from eth.constants import ZERO_ADDRESS

from chain.devnode.encode import effective_gas_price
from chain.devnode.errors import InvalidParams
from chain.devnode.ledger import Ledger
from chain.devnode.params import arguments, block_ref, loose_quantity
from chain.devnode.queries import Handler

# Nothing competes for these blocks, so any tip is mined; 1 gwei is what anvil suggests too.
SUGGESTED_TIP = 10**9
MAX_BLOCKS = 1024
MAX_PERCENTILES = 100
BLOB_BASE_FEE = 1


def base_fee(ledger: Ledger) -> int:
    """Return the base fee of the next block, in wei per gas."""
    return ledger.pending_header().base_fee_per_gas or 0


def _gas_price(ledger: Ledger, params: list[Any]) -> str:
    arguments(params, 0)
    return hex(base_fee(ledger) + SUGGESTED_TIP)


def _tip(_ledger: Ledger, params: list[Any]) -> str:
    arguments(params, 0)
    return hex(SUGGESTED_TIP)


def _blob_base_fee(_ledger: Ledger, params: list[Any]) -> str:
    arguments(params, 0)
    return hex(BLOB_BASE_FEE)


def _percentiles(value: Any) -> list[float]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_PERCENTILES:
        raise InvalidParams(
            f"reward percentiles must be a list of at most {MAX_PERCENTILES} numbers"
        )
    before = 0.0
    for item in value:
        if isinstance(item, bool) or not isinstance(item, int | float) or not before <= item <= 100:
            raise InvalidParams(f"invalid reward percentile: {item!r}; they rise from 0 to 100")
        before = item
    return value


def _rewards(ledger: Ledger, header: BlockHeaderAPI, percentiles: list[float]) -> list[str]:
    block = ledger.block(header)
    receipts = ledger.receipts(block)
    tips: list[tuple[int, int]] = []
    gas_before = 0
    for transaction, receipt in zip(block.transactions, receipts, strict=True):
        tip = effective_gas_price(transaction, header) - (header.base_fee_per_gas or 0)
        tips.append((tip, receipt.gas_used - gas_before))
        gas_before = receipt.gas_used
    return [
        hex(_reward_at(sorted(tips), header.gas_used * percent / 100)) for percent in percentiles
    ]


def _reward_at(tips: list[tuple[int, int]], threshold: float) -> int:
    gas_sum = 0
    for tip, gas_used in tips:
        gas_sum += gas_used
        if gas_sum >= threshold:
            return tip
    return 0


def _fee_history(ledger: Ledger, params: list[Any]) -> dict[str, Any]:
    count, newest, wanted = arguments(params, 2, 1)
    percentiles = _percentiles(wanted)
    ref = block_ref(newest)
    last = ledger.head() if ref.tag == "pending" else ledger.require_header(ref)
    length = min(loose_quantity(count, "block count"), MAX_BLOCKS, last.block_number + 1)
    oldest = last.block_number - length + 1
    headers = [ledger.require_header(block_ref(hex(oldest + i))) for i in range(length)]
    after = ledger.chain.create_header_from_parent(last, coinbase=ZERO_ADDRESS)
    fees = [hex(header.base_fee_per_gas or 0) for header in (*headers, after)]
    history: dict[str, Any] = {
        "oldestBlock": hex(oldest if length else 0),
        "baseFeePerGas": fees if length else [],
        "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
        "baseFeePerBlobGas": [hex(BLOB_BASE_FEE)] * (length + 1) if length else [],
        "blobGasUsedRatio": [0.0] * length,
    }
    if percentiles:
        history["reward"] = [_rewards(ledger, header, percentiles) for header in headers]
    return history


METHODS: dict[str, Handler] = {
    "eth_gasPrice": _gas_price,
    "eth_maxPriorityFeePerGas": _tip,
    "eth_blobBaseFee": _blob_base_fee,
    "eth_feeHistory": _fee_history,
}
