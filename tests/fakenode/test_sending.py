"""What a node says to a transaction that is sent to it."""

from typing import Any

import pytest

from chain.errors import (
    AlreadyKnown,
    InsufficientFunds,
    NonceTooLow,
    ReplacementUnderpriced,
    SendOutcomeUnknown,
    SendRejected,
    Unacceptable,
)
from tests.fakenode.drivers import NOBODY, TRANSFER_GAS, Driver
from tests.support.fakenode import ETHER, GWEI


def test_a_transaction_that_is_sent_waits_and_is_then_mined(driver: Driver) -> None:
    sent = driver.sign(value=5)
    before = driver.client.balance(NOBODY)
    driver.send(sent)
    assert driver.waits(sent)
    assert driver.client.receipt(sent.hash) is None
    assert driver.client.nonce(driver.anchorer.address) == 0
    assert driver.client.nonce(driver.anchorer.address, "pending") == 1
    driver.controls.mine(1)
    head = driver.client.head()
    assert head.transactions == (sent.hash,)
    receipt = driver.receipt(sent)
    assert (receipt.succeeded, receipt.gas_used) == (True, TRANSFER_GAS)
    assert (receipt.block_number, receipt.block_hash) == (head.number, head.hash)
    assert driver.client.transaction_block(sent.hash) == (head.number, head.hash)
    assert driver.client.nonce(driver.anchorer.address) == 1
    assert driver.client.balance(NOBODY) == before + 5


def test_a_nonce_that_is_mined_is_too_low(driver: Driver) -> None:
    mined = driver.sign()
    driver.mined(mined)
    assert isinstance(driver.refusal(driver.sign(0, value=1)), NonceTooLow)
    assert isinstance(driver.refusal(mined), NonceTooLow), "the mined bytes themselves"


def test_a_nonce_beyond_a_gap_waits_until_the_gap_is_filled(driver: Driver) -> None:
    beyond, missing = driver.sign(1), driver.sign(0)
    driver.send(beyond)
    assert driver.client.nonce(driver.anchorer.address, "pending") == 0
    driver.controls.mine(1)
    assert driver.waits(beyond)
    driver.send(missing)
    assert driver.client.nonce(driver.anchorer.address, "pending") == 2
    driver.controls.mine(1)
    assert driver.client.head().transactions == (missing.hash, beyond.hash)


def test_bytes_that_wait_are_already_known(driver: Driver) -> None:
    sent = driver.sign()
    driver.send(sent)
    assert isinstance(driver.refusal(sent), AlreadyKnown)
    beyond = driver.sign(5)
    driver.send(beyond)
    assert isinstance(driver.refusal(beyond), AlreadyKnown)


@pytest.mark.parametrize("fees", [(100, 1), (99, 2), (100, 2)])
def test_a_replacement_must_pay_more(driver: Driver, fees: tuple[int, int]) -> None:
    first = driver.sign()
    driver.send(first)
    second = driver.sign(
        0, value=1, maxFeePerGas=fees[0] * GWEI, maxPriorityFeePerGas=fees[1] * GWEI
    )
    assert isinstance(driver.refusal(second), ReplacementUnderpriced)
    assert driver.waits(first)
    assert not driver.client.has_transaction(second.hash)


def test_a_replacement_that_pays_an_eighth_more_takes_the_place(driver: Driver) -> None:
    first = driver.sign()
    driver.send(first)
    second = driver.sign(
        0, value=1, maxFeePerGas=112_500_000_000, maxPriorityFeePerGas=1_125_000_000
    )
    driver.send(second)
    assert driver.waits(second)
    assert not driver.client.has_transaction(first.hash)
    assert isinstance(driver.refusal(first), ReplacementUnderpriced), "the old one again"
    driver.controls.mine(1)
    assert driver.client.head().transactions == (second.hash,)
    assert driver.client.receipt(first.hash) is None


def test_a_sender_who_cannot_pay_the_most_is_refused_until_funded(driver: Driver) -> None:
    cost = TRANSFER_GAS * 100 * GWEI + 7
    poor = driver.account(cost - 1)
    sent = driver.sign(by=poor, value=7)
    assert isinstance(driver.refusal(sent), InsufficientFunds)
    assert not driver.client.has_transaction(sent.hash)
    driver.controls.set_balance(poor.address, cost)
    assert driver.mined(sent).succeeded


def test_a_nonce_that_is_too_low_is_said_before_missing_funds(driver: Driver) -> None:
    driver.mined(driver.sign())
    driver.controls.set_balance(driver.anchorer.address, 0)
    assert isinstance(driver.refusal(driver.sign(0)), NonceTooLow)


@pytest.mark.parametrize(
    "changes",
    [
        {"gas": 20_999},
        {"gas": 10**9},
        {"maxFeePerGas": GWEI, "maxPriorityFeePerGas": 2 * GWEI},
        {"chainId": 5},
    ],
    ids=["intrinsic gas", "block gas", "tip above fee", "another chain"],
)
def test_what_can_never_be_mined_is_refused(driver: Driver, changes: dict[str, Any]) -> None:
    sent = driver.sign(**changes)
    by_its_rules = Unacceptable if "gas" in changes else SendRejected
    assert type(driver.refusal(sent)) is by_its_rules
    assert not driver.client.has_transaction(sent.hash)


@pytest.mark.parametrize("raw", ["02", "02c0", "02f8ff", "05c0"])
def test_what_is_no_transaction_is_refused(driver: Driver, raw: str) -> None:
    with pytest.raises((SendRejected, SendOutcomeUnknown)):
        driver.client.send_raw(bytes.fromhex(raw))


def test_a_changed_signature_is_another_sender_or_refused(driver: Driver) -> None:
    sent = driver.sign()
    changed = sent.raw[:-1] + bytes([sent.raw[-1] ^ 1])
    with pytest.raises((SendRejected, SendOutcomeUnknown)):
        driver.client.send_raw(changed)
    assert driver.client.nonce(driver.anchorer.address, "pending") == 0


def test_the_funds_that_a_transaction_takes_are_gas_and_value(driver: Driver) -> None:
    receipt = driver.mined(driver.sign(value=3, maxPriorityFeePerGas=2 * GWEI))
    base_fee = driver.client.head().base_fee
    assert base_fee is not None
    assert receipt.effective_gas_price == base_fee + 2 * GWEI
    spent = 1_000 * ETHER - driver.client.balance(driver.anchorer.address)
    assert spent == 3 + receipt.gas_used * receipt.effective_gas_price


def test_the_price_stays_below_the_max_fee(driver: Driver) -> None:
    driver.controls.set_base_fee(10 * GWEI)
    receipt = driver.mined(driver.sign(maxFeePerGas=11 * GWEI, maxPriorityFeePerGas=5 * GWEI))
    assert receipt.effective_gas_price == 11 * GWEI
