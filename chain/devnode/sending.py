"""Sending transactions: raw ones from anybody, unsigned ones from the ten development accounts."""

from functools import partial
from typing import Any

from eth.abc import SignedTransactionAPI, UnsignedTransactionAPI
from eth_utils.address import to_checksum_address
from eth_utils.exceptions import ValidationError

from chain.devnode.calls import Call, read_call
from chain.devnode.encode import hex_bytes
from chain.devnode.errors import Refused
from chain.devnode.execution import estimate
from chain.devnode.fees import SUGGESTED_TIP, base_fee
from chain.devnode.ledger import Ledger
from chain.devnode.params import arguments, octets
from chain.devnode.queries import Handler
from chain.devnode.transactions import check_form, check_state, decode


def send(ledger: Ledger, transaction: SignedTransactionAPI) -> str:
    """Mine a signed transaction and return its hash once it is durable; a revert is mined too."""
    check_form(ledger, transaction)
    try:
        ledger.mine((transaction,), partial(check_state, transaction))
    except ValidationError as error:
        raise Refused(f"the transaction cannot be mined: {error}") from error
    return hex_bytes(transaction.hash)


def _send_raw(ledger: Ledger, params: list[Any]) -> str:
    (raw,) = arguments(params, 1)
    return send(ledger, decode(ledger, octets(raw, "the raw transaction")))


def _send_unsigned(ledger: Ledger, params: list[Any]) -> str:
    (value,) = arguments(params, 1)
    call = read_call(value, ledger.chain_id)
    key = ledger.keys.get(call.sender)
    if key is None:
        raise Refused(
            f"unknown account {to_checksum_address(call.sender)}: only those of eth_accounts are "
            "unlocked; sign the transaction and send it raw"
        )
    unsigned = _complete(ledger, call)
    return send(ledger, unsigned.as_signed_transaction(key, chain_id=ledger.chain_id))


def _complete(ledger: Ledger, call: Call) -> UnsignedTransactionAPI:
    builder: Any = ledger.chain.get_vm().get_transaction_builder()
    head = ledger.head()
    nonce = call.nonce
    if nonce is None:
        nonce = ledger.chain.get_vm(head).state.get_nonce(call.sender)  # type: ignore[arg-type]
    gas = call.gas or estimate(ledger, call, ledger.pending_header())
    body = {"gas": gas, "to": call.to, "value": call.value, "data": call.data, "nonce": nonce}
    unsigned: UnsignedTransactionAPI
    if call.gas_price is not None and call.access_list is None:
        unsigned = builder.create_unsigned_transaction(gas_price=call.gas_price, **body)
        return unsigned
    body |= {"chain_id": ledger.chain_id, "access_list": call.access_list or ()}
    if call.gas_price is not None:
        unsigned = builder.new_unsigned_access_list_transaction(gas_price=call.gas_price, **body)
        return unsigned
    tip = call.tip
    if tip is None:
        tip = SUGGESTED_TIP if call.max_fee is None else min(SUGGESTED_TIP, call.max_fee)
    max_fee = 2 * base_fee(ledger) + tip if call.max_fee is None else call.max_fee
    unsigned = builder.new_unsigned_dynamic_fee_transaction(
        max_fee_per_gas=max_fee, max_priority_fee_per_gas=tip, **body
    )
    return unsigned


METHODS: dict[str, Handler] = {
    "eth_sendRawTransaction": _send_raw,
    "eth_sendTransaction": _send_unsigned,
}
