"""What waits: dropped, sent again, kept back by its fees or its sender's funds."""

from tests.fakenode.drivers import TRANSFER_GAS, Driver
from tests.support.fakenode import GWEI


def test_what_was_dropped_is_gone_and_can_be_sent_again(driver: Driver) -> None:
    sent = driver.sign()
    driver.send(sent)
    driver.controls.drop(sent.hash)
    assert not driver.client.has_transaction(sent.hash)
    assert driver.client.nonce(driver.anchorer.address, "pending") == 0
    driver.controls.mine(1)
    assert driver.client.receipt(sent.hash) is None
    assert driver.mined(sent).succeeded


def test_a_dropped_nonce_keeps_back_those_after_it(driver: Driver) -> None:
    first, second = driver.sign(0), driver.sign(1)
    driver.send(first, second)
    driver.controls.drop(first.hash)
    driver.controls.mine(1)
    assert driver.client.receipt(second.hash) is None
    assert driver.client.nonce(driver.anchorer.address, "pending") == 0
    assert driver.mined(first).succeeded


def test_one_sender_is_mined_in_the_order_of_nonces_whatever_they_pay(driver: Driver) -> None:
    sent = [driver.sign(nonce, maxPriorityFeePerGas=(1 + nonce) * GWEI) for nonce in range(4)]
    driver.send(*reversed(sent))
    driver.controls.mine(1)
    assert driver.client.head().transactions == tuple(one.hash for one in sent)


def test_a_base_fee_above_the_max_fee_means_not_mined(driver: Driver) -> None:
    sent = driver.sign(maxFeePerGas=10 * GWEI)
    driver.send(sent)
    driver.controls.set_base_fee(50 * GWEI)
    driver.controls.mine(1)
    assert driver.client.head().base_fee == 50 * GWEI
    assert driver.client.receipt(sent.hash) is None
    bumped = driver.sign(0, maxFeePerGas=90 * GWEI, maxPriorityFeePerGas=2 * GWEI)
    assert driver.mined(bumped).succeeded
    assert not driver.client.has_transaction(sent.hash)


def test_the_base_fee_falls_by_an_eighth_after_an_empty_block(driver: Driver) -> None:
    driver.controls.set_base_fee(8 * GWEI)
    driver.controls.mine(1)
    assert driver.client.fees().base == 8 * GWEI
    driver.controls.mine(1)
    assert driver.client.fees().base == 7 * GWEI
    assert driver.client.fees().max_fee > 14 * GWEI


def test_what_its_sender_can_no_longer_pay_is_not_mined(driver: Driver) -> None:
    poor = driver.account(TRANSFER_GAS * 100 * GWEI)
    sent = driver.sign(by=poor)
    driver.send(sent)
    driver.controls.set_balance(poor.address, 0)
    driver.controls.mine(1)
    assert driver.client.receipt(sent.hash) is None
    assert not driver.client.has_transaction(sent.hash)
    driver.controls.set_balance(poor.address, TRANSFER_GAS * 100 * GWEI)
    assert driver.mined(sent).succeeded


def test_two_with_one_nonce_never_both_mine(driver: Driver) -> None:
    first = driver.sign(0)
    second = driver.sign(0, value=1, maxFeePerGas=200 * GWEI, maxPriorityFeePerGas=3 * GWEI)
    driver.send(first, second)
    driver.controls.mine(2)
    assert driver.receipt(second).succeeded
    assert driver.client.receipt(first.hash) is None
    assert driver.client.nonce(driver.anchorer.address) == 1
