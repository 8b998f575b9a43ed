"""Running a call without mining it: eth_call and eth_estimateGas on the state of any block."""

from dataclasses import dataclass

from eth.abc import BlockHeaderAPI
from eth.exceptions import InvalidInstruction, OutOfGas, Revert, VMError
from eth.vm.spoof import SpoofTransaction
from eth_abi.abi import decode as abi_decode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from eth_utils.exceptions import ValidationError

from chain.devnode.calls import Call
from chain.devnode.errors import Refused, Reverted
from chain.devnode.ledger import Ledger
from chain.devnode.transactions import TX_GAS, check_fees, check_gas, check_initcode

ERROR_STRING = bytes.fromhex("08c379a0")
PANIC = bytes.fromhex("4e487b71")
# Solidity's documentation, "Panic via assert and Error via require", in geth's words.
PANIC_REASONS = {
    0x00: "generic panic",
    0x01: "assert(false)",
    0x11: "arithmetic underflow or overflow",
    0x12: "division or modulo by zero",
    0x21: "enum overflow",
    0x22: "invalid encoded storage byte array accessed",
    0x31: "out-of-bounds array access; popping on an empty array",
    0x32: "out-of-bounds access of an array or bytesN",
    0x41: "out of memory",
    0x51: "uninitialized function",
}
# geth stops its search within 1.5 %, and leaves a sub-call 63/64 of the gas (EIP-150).
ESTIMATE_TOLERANCE = 0.015
CALL_STIPEND = 2_300


@dataclass(frozen=True)
class Outcome:
    """What a run left: its output, its error or None, gas used after refunds, and the refund."""

    output: bytes
    error: VMError | None
    gas_used: int
    refund: int


def run(ledger: Ledger, call: Call, header: BlockHeaderAPI, gas: int) -> Outcome:
    """Run a call with `gas` in the context of a block and on the state after it; nothing is kept.

    Raises Refused if it could not begin: gas below the intrinsic cost, or value that the sender lacks.
    """
    base_fee = (header.base_fee_per_gas or 0) if call.fee_cap else 0
    # A call without a fee runs free of charge; BASEFEE is then 0, as in geth.
    vm = ledger.chain.get_vm(header.copy(base_fee_per_gas=base_fee))
    state = vm.state
    tip = call.fee_cap if call.tip is None else call.tip
    unsigned = vm.get_transaction_builder().new_unsigned_dynamic_fee_transaction(  # type: ignore[attr-defined]
        ledger.chain_id,
        state.get_nonce(call.sender),  # type: ignore[arg-type]
        min(tip, call.fee_cap),
        call.fee_cap,
        gas,
        call.to,
        call.value,
        call.data,
        call.access_list or (),
    )
    check_initcode(call.to, call.data)
    if call.max_fee is not None:
        check_fees(call.max_fee, call.tip or 0)
    check_gas(gas, unsigned.intrinsic_gas, call.data)
    _check_funds(state.get_balance(call.sender), call, gas)  # type: ignore[arg-type]
    transaction = SpoofTransaction(unsigned, from_=call.sender)
    try:
        computation = state.apply_transaction(transaction)  # type: ignore[arg-type]
    except ValidationError as invalid:
        raise Refused(str(invalid)) from invalid
    error = computation.error if computation.is_error else None
    output = error.args[0] if isinstance(error, Revert) and error.args else computation.output
    gas_used = vm.finalize_gas_used(transaction, computation)  # type: ignore[attr-defined]
    return Outcome(bytes(output), error, gas_used, computation.get_gas_refund())


def _check_funds(balance: int, call: Call, gas: int) -> None:
    needed = gas * call.fee_cap + call.value
    if balance < needed:
        raise Refused(
            f"insufficient funds for gas * price + value: address {to_checksum_address(call.sender)} "
            f"have {balance} want {needed}"
        )


def call_output(ledger: Ledger, call: Call, header: BlockHeaderAPI) -> bytes:
    """Return what a call returns; creation code returns the code it would deploy.

    Raises Reverted with the revert data, and Refused for any other failure of the EVM.
    """
    gas = min(call.gas or header.gas_limit, header.gas_limit)
    outcome = run(ledger, call, header, gas)
    raise_failure(outcome)
    return outcome.output


def raise_failure(outcome: Outcome) -> None:
    """Raise what geth answers for a failed run; do nothing for one that succeeded."""
    error = outcome.error
    if error is None:
        return
    if isinstance(error, Revert):
        reason = revert_reason(outcome.output)
        message = f"execution reverted: {reason}" if reason else "execution reverted"
        raise Reverted(message, outcome.output)
    if isinstance(error, OutOfGas):
        raise Refused(f"out of gas: {error}")
    if isinstance(error, InvalidInstruction):
        raise Refused(f"invalid opcode: {error}")
    raise Refused(f"{type(error).__name__}: {error}")


def revert_reason(output: bytes) -> str | None:
    """Return the text in revert data of Error(string) or Panic(uint256), None if it has none."""
    kind = {ERROR_STRING: "string", PANIC: "uint256"}.get(output[:4])
    if kind is None:
        return None
    try:
        (value,) = abi_decode([kind], output[4:])
    except (DecodingError, UnicodeDecodeError, OverflowError):
        return None
    if isinstance(value, str):
        return value
    return PANIC_REASONS.get(value, f"unknown panic code: {value:#x}")


def estimate(ledger: Ledger, call: Call, header: BlockHeaderAPI) -> int:
    """Return gas that suffices for the call, within 1.5 % of the least, by geth's search.

    Raises Reverted or Refused if the call fails with all the gas it may have.
    """
    high = _highest_gas(ledger, call, header)
    code = ledger.chain.get_vm(header).state.get_code(call.to) if call.to else b"-"  # type: ignore[arg-type]
    if not call.data and not code and not call.access_list and high >= TX_GAS:
        run(ledger, call, header, TX_GAS)
        return TX_GAS
    best = run(ledger, call, header, high)
    if isinstance(best.error, OutOfGas):
        raise Refused(f"gas required exceeds allowance ({high})")
    raise_failure(best)
    low = best.gas_used - 1
    guess = (best.gas_used + best.refund + CALL_STIPEND) * 64 // 63
    while low + 1 < high:
        if not low < guess < high:
            guess = min((high + low) // 2, low * 2)
        if _suffices(ledger, call, header, guess):
            high = guess
        else:
            low = guess
        if (high - low) / high < ESTIMATE_TOLERANCE:
            break
        guess = 0
    return high


def _suffices(ledger: Ledger, call: Call, header: BlockHeaderAPI, gas: int) -> bool:
    try:
        return run(ledger, call, header, gas).error is None
    except Refused:
        # Below the intrinsic or the floor cost; funds were checked with more gas than this.
        return False


def _highest_gas(ledger: Ledger, call: Call, header: BlockHeaderAPI) -> int:
    high = min(call.gas, header.gas_limit) if call.gas and call.gas >= TX_GAS else header.gas_limit
    if not call.fee_cap:
        return high
    balance = ledger.chain.get_vm(header).state.get_balance(call.sender)  # type: ignore[arg-type]
    if balance < call.value:
        raise Refused("insufficient funds for transfer")
    allowance = (balance - call.value) // call.fee_cap
    if allowance < TX_GAS:
        raise Refused(f"gas required exceeds allowance ({allowance})")
    return min(high, allowance)
