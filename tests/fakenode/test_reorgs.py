"""Blocks that are replaced, with what they held."""

from itertools import pairwise

import pytest

from chain.contracts import ANCHORED_TOPIC, decode_anchored
from chain.errors import NonceTooLow, StateUnavailable
from tests.fakenode.drivers import Driver
from tests.support.fakenode import GWEI

ROOT = b"\x05" * 32


def test_blocks_after_a_reorg_have_other_hashes_on_the_same_parent(driver: Driver) -> None:
    driver.controls.mine(3)
    head = driver.client.head().number
    before = [driver.client.block(number) for number in range(head - 3, head + 1)]
    driver.controls.reorg(3, {})
    after = [driver.client.block(number) for number in range(head - 3, head + 1)]
    assert before[0] == after[0]
    pairs = list(zip(before[1:], after[1:], strict=True))
    assert all(old and new and old.hash != new.hash for old, new in pairs)
    linked = pairwise(after)
    assert all(one and following and following.parent == one.hash for one, following in linked)
    assert driver.client.head().number == head


def test_a_dropped_anchor_is_undone_and_can_be_sent_again(driver: Driver) -> None:
    sent = driver.sign_call(driver.log.anchor(0, ROOT, 3))
    lost = driver.mined(sent)
    driver.controls.mine(2)
    driver.controls.reorg(3, {})
    me = driver.anchorer.address
    assert driver.client.receipt(sent.hash) is None
    assert not driver.client.has_transaction(sent.hash)
    assert driver.client.nonce(me) == driver.client.nonce(me, "pending") == 0
    assert driver.log.next(me) == (0, 0)
    assert driver.log.anchor_of(me, ROOT) is None
    block = driver.client.block(lost.block_number)
    assert block is not None
    assert block.hash != lost.block_hash
    assert driver.client.logs(driver.contract, [ANCHORED_TOPIC], block.hash) == []
    again = driver.mined(sent)
    assert again.block_number > lost.block_number
    state = driver.log.anchor_of(me, ROOT)
    assert state is not None
    assert (state.sequence, state.first, state.count) == (0, 0, 3)
    assert state.block_number == again.block_number


def test_a_moved_anchor_has_another_receipt_and_another_event(driver: Driver) -> None:
    sent = driver.sign_call(driver.log.anchor(0, ROOT, 3))
    before = driver.mined(sent)
    driver.controls.mine(2)
    driver.controls.reorg(3, {sent: 2})
    after = driver.receipt(sent)
    assert after.block_number == before.block_number + 2
    assert after.succeeded
    (event,) = driver.client.logs(driver.contract, [ANCHORED_TOPIC], after.block_hash)
    decoded = decode_anchored(event)
    assert (decoded.root, decoded.block_number) == (ROOT, after.block_number)
    assert decoded.transaction_hash == sent.hash
    state = driver.log.anchor_of(driver.anchorer.address, ROOT)
    assert state is not None
    assert state.block_number == after.block_number


def test_a_funds_transfer_is_undone_with_its_block(driver: Driver) -> None:
    poor = driver.account(0)
    driver.mined(driver.sign(to=poor.address, value=5 * GWEI))
    assert driver.client.balance(poor.address) == 5 * GWEI
    driver.controls.reorg(1, {})
    assert driver.client.balance(poor.address) == 0


def test_state_of_earlier_blocks_can_still_be_asked(driver: Driver) -> None:
    me = driver.anchorer.address
    first = driver.mined(driver.sign_call(driver.log.anchor(0, ROOT, 3)))
    driver.mined(driver.sign_call(driver.log.anchor(1, b"\x06" * 32, 4)))
    assert driver.log.next(me) == (2, 7)
    assert driver.log.next(me, first.block_number) == (1, 3)
    assert driver.log.next(me, first.block_number - 1) == (0, 0)
    assert driver.client.nonce(me, first.block_number) == 1
    assert driver.log.anchor_of(me, b"\x06" * 32, first.block_number) is None


def test_another_transaction_can_take_the_nonce_in_a_reorg(driver: Driver) -> None:
    ours = driver.sign_call(driver.log.anchor(0, ROOT, 3))
    driver.mined(ours)
    driver.controls.reorg(1, {})
    theirs = driver.sign(0, value=1)
    driver.mined(theirs)
    assert isinstance(driver.refusal(ours), NonceTooLow)
    assert driver.client.receipt(ours.hash) is None
    assert driver.log.anchor_of(driver.anchorer.address, ROOT) is None


def test_events_of_an_unknown_block_are_refused_not_empty(driver: Driver) -> None:
    with pytest.raises(StateUnavailable):
        driver.client.logs(driver.contract, [ANCHORED_TOPIC], b"\x11" * 32)
