"""Where geth and anvil differ, each sort of node does as its rules say; both are put into known words."""

from dataclasses import replace

import pytest

from chain.contracts import ANCHORED_TOPIC
from chain.errors import (
    AlreadyKnown,
    ChainError,
    FeeTooLow,
    InsufficientFunds,
    MethodUnknown,
    NonceTooLow,
    OutOfGas,
    ReplacementUnderpriced,
    SendRejected,
    StateUnavailable,
    Unacceptable,
    translate,
)
from tests.fakenode.differences import DIFFERENCES, differing
from tests.fakenode.drivers import NOBODY, TRANSFER_GAS, Driver
from tests.support.fakenode import ANVIL, GETH, GWEI, Rules

WORDS: dict[str, type[ChainError]] = {
    "already_known": AlreadyKnown,
    "nonce_too_low": NonceTooLow,
    "underpriced": ReplacementUnderpriced,
    "funds": InsufficientFunds,
    "funds_value": InsufficientFunds,
    "intrinsic": Unacceptable,
    "floor": Unacceptable,
    "block_gas": Unacceptable,
    "tip": SendRejected,
    "base_fee": FeeTooLow,
    "chain_id": SendRejected,
    "undecodable": SendRejected,
    "no_block": StateUnavailable,
    "unknown_block": StateUnavailable,
    "no_method": MethodUnknown,
    "call_gas": OutOfGas,
    "estimate_gas": OutOfGas,
}
NUMBERS = [
    *("next", "nonce", "balance", "cost", "missing", "gas", "needed", "tip", "max_fee"),
    *("base_fee", "have", "want", "problem", "height", "number"),
]
VALUES: dict[str, object] = {"method": "eth_foo"} | dict.fromkeys(NUMBERS, 7)


def test_the_table_names_every_difference() -> None:
    assert {one.rule for one in DIFFERENCES} == differing(GETH, ANVIL)
    assert differing(GETH, replace(GETH, words=ANVIL.words, name="other")) == set()


@pytest.mark.parametrize("rules", [GETH, ANVIL], ids=lambda rules: rules.name)
def test_every_refusal_is_understood(rules: Rules) -> None:
    assert rules.words.keys() == WORDS.keys()
    found = {kind: type(translate(rules.error(kind, **VALUES).as_json())) for kind in WORDS}
    assert found == WORDS


def test_how_much_a_replacement_must_pay_more(driver: Driver) -> None:
    driver.send(driver.sign(0))
    slightly = driver.sign(0, value=1, maxFeePerGas=105 * GWEI, maxPriorityFeePerGas=GWEI)
    if driver.rules.replacement_percent is None:
        driver.send(slightly)
    else:
        assert isinstance(driver.refusal(slightly), ReplacementUnderpriced)


def test_what_becomes_of_a_max_fee_below_the_base_fee(driver: Driver) -> None:
    low = driver.sign(0, maxFeePerGas=10 * GWEI)
    driver.send(low)
    driver.controls.set_base_fee(50 * GWEI)
    driver.controls.mine(1)
    if not driver.rules.refuses_below_base_fee:
        assert driver.waits(low)
        driver.controls.set_base_fee(5 * GWEI)
        driver.controls.mine(1)
        assert driver.receipt(low).succeeded
        return
    assert not driver.client.has_transaction(low.hash)
    assert isinstance(driver.refusal(low), FeeTooLow)
    driver.controls.set_base_fee(5 * GWEI)
    assert driver.mined(low).succeeded


def test_bytes_that_wait_while_funds_are_gone(driver: Driver) -> None:
    poor = driver.account()
    sent = driver.sign(0, by=poor)
    driver.send(sent)
    driver.controls.set_balance(poor.address, 0)
    late = driver.rules.notices_known_last
    assert isinstance(driver.refusal(sent), InsufficientFunds if late else AlreadyKnown)
    assert driver.waits(sent)


def test_whether_all_that_waits_must_be_paid(driver: Driver) -> None:
    poor = driver.account(TRANSFER_GAS * 150 * GWEI)
    first, second = driver.sign(0, by=poor), driver.sign(1, by=poor)
    driver.send(first)
    if driver.rules.counts_waiting_cost:
        assert isinstance(driver.refusal(second), InsufficientFunds)
    else:
        driver.send(second)
    driver.controls.mine(1)
    assert driver.receipt(first).succeeded
    if not driver.rules.counts_waiting_cost:
        driver.controls.mine(1)
        assert driver.receipt(second).succeeded, "the first cost less than it might have"


def test_what_becomes_of_nonces_after_a_dropped_one(driver: Driver) -> None:
    first, second = driver.sign(0), driver.sign(1)
    driver.send(first, second)
    driver.controls.drop(first.hash)
    assert driver.client.has_transaction(second.hash) != driver.rules.drops_later_nonces


def test_whether_a_lost_block_is_still_served(driver: Driver) -> None:
    lost = driver.mined(driver.sign_call(driver.log.anchor(0, b"\x05" * 32, 1)))
    driver.controls.reorg(1, {})
    if driver.rules.keeps_lost_blocks:
        assert len(driver.client.logs(driver.contract, [ANCHORED_TOPIC], lost.block_hash)) == 1
        return
    with pytest.raises(StateUnavailable):
        driver.client.logs(driver.contract, [ANCHORED_TOPIC], lost.block_hash)


def test_gas_that_the_calldata_uses_up(driver: Driver) -> None:
    tight = driver.sign(0, data=b"\x01", gas=21_015)
    if driver.rules.refuses_below_calldata_gas:
        assert type(driver.refusal(tight)) is Unacceptable
        return
    driver.send(tight)
    driver.controls.mine(1)
    assert driver.client.receipt(tight.hash) is None


def test_whether_an_estimate_needs_funds(driver: Driver) -> None:
    poor = driver.account(0).address
    if driver.rules.estimates_need_funds:
        with pytest.raises(InsufficientFunds):
            driver.client.estimate_gas(NOBODY, b"", sender=poor, value=1)
    else:
        assert driver.client.estimate_gas(NOBODY, b"", sender=poor, value=1) == TRANSFER_GAS
