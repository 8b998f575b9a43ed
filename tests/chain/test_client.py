import pytest
from eth_hash.auto import keccak

from chain.contracts import ANCHORED_TOPIC, AnchorLog
from chain.errors import ContractReverted, NoCode, ReceiptTimeout, StateUnavailable
from chain.local import LocalChain

UNKNOWN = keccak(b"unknown")


def test_blocks_are_linked_and_counted(local: LocalChain) -> None:
    client = local.client
    before = client.head()
    local.mine(2)
    head = client.head()
    parent = client.block(head.number - 1)
    assert head.number == before.number + 2
    assert parent is not None
    assert head.parent == parent.hash
    assert parent.parent == before.hash
    assert head.time >= parent.time >= before.time
    assert client.block(head.number + 1) is None
    first = client.block(0)
    assert first is not None
    assert client.genesis() == first.hash


def test_accounts_and_balances(local: LocalChain) -> None:
    client, other = local.client, "0x" + "33" * 20
    sender = local.sender(3)
    nonce = client.nonce(sender.signer.address)
    receipt = sender.send(other, value=5)
    assert client.balance(other) == 5
    assert client.balance(other, receipt.block_number - 1) == 0
    assert client.nonce(sender.signer.address) == nonce + 1
    assert client.nonce(sender.signer.address, "pending") == nonce + 1
    assert client.nonce(sender.signer.address, receipt.block_number - 1) == nonce
    assert client.code(other) == b""


def test_a_mined_transaction_is_found(local: LocalChain) -> None:
    receipt = local.sender().send("0x" + "33" * 20, value=1)
    assert receipt.succeeded
    assert receipt.gas_used == 21_000
    assert local.client.receipt(receipt.transaction_hash) == receipt
    place = receipt.block_number, receipt.block_hash
    assert local.client.transaction_block(receipt.transaction_hash) == place
    assert local.client.has_transaction(receipt.transaction_hash)
    block = local.client.block(receipt.block_number)
    assert block is not None
    assert block.transactions == (receipt.transaction_hash,)


def test_an_unknown_transaction_is_not_found(local: LocalChain) -> None:
    assert local.client.receipt(UNKNOWN) is None
    assert local.client.transaction_block(UNKNOWN) is None
    assert not local.client.has_transaction(UNKNOWN)
    with pytest.raises(ReceiptTimeout) as caught:
        local.client.wait_for_receipt(UNKNOWN, 0)
    assert caught.value.transaction == UNKNOWN


def test_logs_are_those_of_one_block(local: LocalChain, log: AnchorLog) -> None:
    sender = local.sender()
    receipts = [
        sender.send(log.address, AnchorLog.anchor(number, keccak(bytes([number])), 1))
        for number in range(2)
    ]
    for number, receipt in enumerate(receipts):
        (event,) = local.client.logs(log.address, [ANCHORED_TOPIC], receipt.block_hash)
        assert event.address == log.address
        assert event.topics[2] == number.to_bytes(32)
        assert event.transaction_hash == receipt.transaction_hash
    newest = receipts[1].block_hash
    assert local.client.logs(log.address, [ANCHORED_TOPIC, None, bytes(32)], newest) == []
    assert local.client.logs(log.address, [None, None, (1).to_bytes(32)], newest) == [event]


def test_logs_of_an_unknown_block_are_not_an_empty_list(local: LocalChain, log: AnchorLog) -> None:
    with pytest.raises(StateUnavailable):
        local.client.logs(log.address, [ANCHORED_TOPIC], UNKNOWN)


def test_state_of_a_block_to_come_is_not_to_be_had(local: LocalChain) -> None:
    with pytest.raises(StateUnavailable):
        local.client.balance("0x" + "33" * 20, local.client.head().number + 1000)


def test_a_call_to_nothing_is_an_error(local: LocalChain) -> None:
    address = "0x" + "44" * 20
    with pytest.raises(NoCode) as caught:
        local.client.call(address, b"\1\2\3\4")
    assert caught.value.address == address


def test_creation_code_can_be_run_without_deploying(local: LocalChain) -> None:
    head = local.client.head()
    # PUSH1 7, PUSH0, MSTORE8, then RETURN of that one byte.
    assert local.client.call(None, bytes.fromhex("60075f5360015ff3")) == b"\7"
    assert local.client.head() == head


def test_a_revert_carries_its_data(local: LocalChain) -> None:
    # Creation code that reverts with the bytes 01 02 03 04.
    code = bytes.fromhex("63010203045f526004601cfd")
    with pytest.raises(ContractReverted) as called:
        local.client.call(None, code)
    assert called.value.data == b"\1\2\3\4"
    with pytest.raises(ContractReverted) as estimated:
        local.client.estimate_gas(None, code, sender=local.accounts[0].address)
    assert estimated.value.data == b"\1\2\3\4"


def test_an_invalid_opcode_is_a_revert_without_data(local: LocalChain) -> None:
    with pytest.raises(ContractReverted) as called:
        local.client.call(None, bytes.fromhex("fe"))
    assert called.value.data == b""


def test_fees_leave_room_for_the_base_fee_to_grow(local: LocalChain) -> None:
    fees = local.client.fees()
    base = local.client.head().base_fee
    assert base is not None
    assert fees.base == base
    assert fees.priority > 0
    assert fees.max_fee == 2 * base + fees.priority


def test_a_plain_transfer_is_estimated_at_the_base_cost(local: LocalChain) -> None:
    sender = local.accounts[0].address
    assert local.client.estimate_gas("0x" + "33" * 20, b"", sender=sender, value=1) == 21_000


def test_a_method_without_a_wrapper_can_be_called(local: LocalChain) -> None:
    assert int(local.client.request("eth_blockNumber", []), 16) == local.client.head().number
