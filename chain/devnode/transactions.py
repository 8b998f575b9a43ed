"""Whether a signed transaction may be mined: geth's checks, in geth's order and words.

py-evm alone accepts a wrong chain id and says of most refusals only that something is invalid; clients
tell "sent before" from "cannot be paid" by geth's texts.
"""

import rlp  # type: ignore[import-untyped]
from eth._utils.state import code_is_delegation_designation
from eth.abc import BlockHeaderAPI, SignedTransactionAPI, StateAPI
from eth.constants import SECPK1_N
from eth.exceptions import PyEVMError
from eth.vm.forks.prague.constants import STANDARD_TOKEN_COST, TOTAL_COST_FLOOR_PER_TOKEN
from eth.vm.forks.shanghai.constants import MAX_INITCODE_SIZE
from eth_keys.exceptions import BadSignature
from eth_utils.address import to_checksum_address
from eth_utils.exceptions import ValidationError

from chain.devnode.encode import SET_CODE, transaction_type
from chain.devnode.errors import Refused
from chain.devnode.ledger import Ledger

SUPPORTED_TYPES = frozenset({0, 1, 2, SET_CODE})
TX_GAS = 21_000


def decode(ledger: Ledger, raw: bytes) -> SignedTransactionAPI:
    """Decode a signed transaction (EIP-2718); Refused if it is none, or of a type without support here."""
    if not raw:
        raise Refused("typed transaction too short")
    if raw[0] < 0x80 and raw[0] not in SUPPORTED_TYPES:
        raise Refused(
            f"transaction type not supported: type {raw[0]}, this chain takes 0, 1, 2 and 4"
        )
    try:
        return ledger.chain.get_vm().get_transaction_builder().decode(raw)
    except (rlp.exceptions.RLPException, ValidationError, PyEVMError, TypeError) as error:
        raise Refused(f"rlp: the transaction cannot be decoded: {error}") from error


def floor_gas(data: bytes) -> int:
    """Return the least gas that a transaction with this call data uses (EIP-7623)."""
    zeros = data.count(0)
    tokens = zeros + STANDARD_TOKEN_COST * (len(data) - zeros)
    return TX_GAS + TOTAL_COST_FLOOR_PER_TOKEN * tokens


def check_initcode(to: bytes, data: bytes) -> None:
    """Refuse creation code that is too long (EIP-3860)."""
    if not to and len(data) > MAX_INITCODE_SIZE:
        raise Refused(
            f"max initcode size exceeded: code size {len(data)}, limit {MAX_INITCODE_SIZE}"
        )


def check_gas(gas: int, intrinsic: int, data: bytes) -> None:
    """Refuse a gas limit below what the transaction costs before it runs."""
    if gas < intrinsic:
        raise Refused(f"intrinsic gas too low: gas {gas}, minimum needed {intrinsic}")
    if gas < floor_gas(data):
        raise Refused(
            f"insufficient gas for floor data gas cost: gas {gas}, minimum needed {floor_gas(data)}"
        )


def check_fees(max_fee: int, tip: int) -> None:
    """Refuse a tip above the fee that may be paid at all (EIP-1559)."""
    if tip > max_fee:
        raise Refused(
            "max priority fee per gas higher than max fee per gas: "
            f"maxPriorityFeePerGas: {tip}, maxFeePerGas: {max_fee}"
        )


def check_form(ledger: Ledger, transaction: SignedTransactionAPI) -> None:
    """Raise Refused for what is wrong in the transaction itself, or if it is mined already."""
    _check_fields(ledger, transaction)
    if ledger.find_transaction(transaction.hash) is not None:
        # Mined already. A node with a mempool says this of bytes that it was sent before.
        raise Refused("already known")


def _check_fields(ledger: Ledger, transaction: SignedTransactionAPI) -> None:
    chain_id = transaction.chain_id
    # None is a legacy transaction signed for any chain, as the deterministic deployer's is.
    if chain_id != ledger.chain_id and (chain_id is not None or transaction_type(transaction) != 0):
        raise Refused(f"invalid chain id for signer: have {chain_id} want {ledger.chain_id}")
    check_initcode(transaction.to, transaction.data)
    limit = ledger.head().gas_limit
    if transaction.gas > limit:
        raise Refused(f"exceeds block gas limit: gas {transaction.gas}, limit {limit}")
    check_fees(transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas)
    check_gas(transaction.gas, transaction.intrinsic_gas, transaction.data)
    if transaction.s > SECPK1_N // 2:
        raise Refused("invalid transaction v, r, s values: s is not in the lower half (EIP-2)")
    try:
        transaction.validate()
        _ = transaction.sender
    except (ValidationError, BadSignature) as error:
        raise Refused(f"invalid sender: {error}") from error


def check_state(transaction: SignedTransactionAPI, state: StateAPI, header: BlockHeaderAPI) -> None:
    """Raise Refused unless the sender can send and pay it now: nonce, base fee, balance."""
    sender = to_checksum_address(transaction.sender)
    code = state.get_code(transaction.sender)
    if code and not code_is_delegation_designation(code):
        raise Refused(f"sender not an eoa: address {sender}")
    nonce = state.get_nonce(transaction.sender)
    if transaction.nonce < nonce:
        raise Refused(f"nonce too low: next nonce {nonce}, tx nonce {transaction.nonce}")
    if transaction.nonce > nonce:
        # There is no mempool in which it could wait for those before it.
        raise Refused(f"nonce too high: next nonce {nonce}, tx nonce {transaction.nonce}")
    base_fee = header.base_fee_per_gas or 0
    if transaction.max_fee_per_gas < base_fee:
        raise Refused(
            f"max fee per gas less than block base fee: address {sender}, "
            f"maxFeePerGas: {transaction.max_fee_per_gas}, baseFee: {base_fee}"
        )
    balance = state.get_balance(transaction.sender)
    cost = transaction.gas * transaction.max_fee_per_gas + transaction.value
    if balance < cost:
        raise Refused(
            "insufficient funds for gas * price + value: "
            f"balance {balance}, tx cost {cost}, overshot {cost - balance}"
        )
