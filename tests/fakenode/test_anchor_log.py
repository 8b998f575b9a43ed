"""AnchorLog without an EVM does what the compiled contract does, in values, errors, events and gas."""

import pytest
from eth_hash.auto import keccak

from chain.contracts import (
    ANCHOR,
    ANCHOR_OF,
    ANCHORED_TOPIC,
    CLOSE,
    CLOSED_TOPIC,
    NEXT,
    decode_anchored,
    explain,
)
from chain.deploy import check_code
from chain.errors import ContractReverted, NoCode, OutOfGas, StateUnavailable
from tests.fakenode.drivers import NOBODY, Driver
from tests.support.fakenode import GWEI, FakeNode
from tests.support.fakenode.anchor_log import Namespace

ROOT, SECOND, THIRD = (bytes([number]) * 32 for number in (1, 2, 3))
# What an anchor costs that is not its anchorer's first, calldata included, as anvil says.
LATER_GAS = 52_547


def test_the_code_at_the_address_is_the_compiled_one(driver: Driver) -> None:
    assert check_code(driver.client, driver.contract)
    assert driver.client.code(NOBODY) == b""


def test_anchoring_is_recorded_and_said_in_an_event(driver: Driver) -> None:
    me = driver.anchorer.address
    driver.mined(driver.sign_call(driver.log.anchor(0, ROOT, 3)))
    receipt = driver.mined(driver.sign_call(driver.log.anchor(1, SECOND, 70_000)))
    block = driver.client.head()
    state = driver.log.anchor_of(me, SECOND)
    assert state is not None
    assert (state.sequence, state.first, state.count) == (1, 3, 70_000)
    assert (state.block_time, state.block_number) == (block.time, block.number)
    assert driver.log.next(me) == (2, 70_003)
    assert driver.log.anchor_of(NOBODY, SECOND) is None
    (log,) = driver.client.logs(driver.contract, [ANCHORED_TOPIC], block.hash)
    event = decode_anchored(log)
    assert (event.anchorer, event.sequence, event.root) == (me, 1, SECOND)
    assert (event.first, event.count) == (3, 70_000)
    assert (event.block_hash, event.transaction_hash) == (block.hash, receipt.transaction_hash)
    assert event.log_index == 0


def test_events_are_filtered_by_topic_and_address(driver: Driver) -> None:
    other = driver.account()
    driver.send(
        driver.sign_call(driver.log.anchor(0, ROOT, 3)),
        driver.sign_call(driver.log.anchor(0, ROOT, 3), by=other),
    )
    driver.controls.mine(1)
    block = driver.client.head().hash
    mine = bytes(12) + bytes.fromhex(driver.anchorer.address[2:])
    assert len(driver.client.logs(driver.contract, [ANCHORED_TOPIC], block)) == 2
    assert len(driver.client.logs(driver.contract, [None, mine], block)) == 1
    (log,) = driver.client.logs(driver.contract, [ANCHORED_TOPIC, mine], block)
    assert decode_anchored(log).anchorer == driver.anchorer.address
    assert driver.client.logs(driver.contract, [CLOSED_TOPIC], block) == []
    assert driver.client.logs(NOBODY, [ANCHORED_TOPIC], block) == []
    both = driver.client.logs(driver.contract, [], block)
    assert [one.log_index for one in both] == [0, 1]


def test_a_proof_leads_to_the_time_of_its_root(driver: Driver) -> None:
    leaves = [keccak(bytes([number])) for number in range(3)]
    pair = keccak(b"".join(sorted(leaves[:2])))
    root = keccak(b"".join(sorted([pair, leaves[2]])))
    driver.mined(driver.sign_call(driver.log.anchor(0, root, 3)))
    time, me = driver.client.head().time, driver.anchorer.address
    assert driver.log.anchored_at(me, leaves[0], [leaves[1], leaves[2]]) == time
    assert driver.log.anchored_at(me, leaves[2], [pair]) == time
    assert driver.log.anchored_at(me, root, []) == time
    assert driver.log.anchored_at(me, leaves[0], [leaves[2], leaves[1]]) == 0
    assert driver.log.anchored_at(NOBODY, leaves[2], [pair]) == 0


def test_closing_ends_the_namespace(driver: Driver) -> None:
    me = driver.anchorer.address
    driver.mined(driver.sign_call(driver.log.anchor(0, ROOT, 3)))
    assert driver.mined(driver.sign_call(driver.log.close())).gas_used == 28_130
    (log,) = driver.client.logs(driver.contract, [CLOSED_TOPIC], driver.client.head().hash)
    assert log.topics == (CLOSED_TOPIC, bytes(12) + bytes.fromhex(me[2:]))
    assert (int.from_bytes(log.data[:32]), int.from_bytes(log.data[32:])) == (1, 3)
    assert driver.log.next(me) == (1, 3)
    for data in (driver.log.anchor(1, SECOND, 1), driver.log.close()):
        assert reverted(driver, data) == ("NamespaceClosed", (me,))
    assert driver.log.anchor_of(me, ROOT) is not None


def reverted(driver: Driver, data: bytes) -> tuple[str | None, tuple[object, ...]]:
    """Return name and arguments of the error, the same from a call and an estimate."""
    me = driver.anchorer.address
    with pytest.raises(ContractReverted) as called:
        driver.client.call(driver.contract, data, sender=me)
    with pytest.raises(ContractReverted) as estimated:
        driver.client.estimate_gas(driver.contract, data, sender=me)
    assert called.value.data == estimated.value.data
    error = explain(called.value)
    return error.name, error.arguments


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (ANCHOR.encode(1, bytes(32), 1), ("ZeroRoot", ())),
        (ANCHOR.encode(1, bytes(32), 0), ("ZeroRoot", ())),
        (ANCHOR.encode(1, SECOND, 0), ("ZeroCount", ())),
        (ANCHOR.encode(1, ROOT, 0), ("ZeroCount", ())),
        (ANCHOR.encode(7, ROOT, 1), ("RootAlreadyAnchored", (ROOT, 0))),
        (ANCHOR.encode(0, SECOND, 1), ("WrongSequence", (0, 1))),
        (ANCHOR.encode(2, SECOND, 1), ("WrongSequence", (2, 1))),
        (ANCHOR.encode(1, SECOND, 1)[:-1], (None, ())),
        (ANCHOR.selector + b"\x01" * 96, (None, ())),
        (ANCHOR.selector, (None, ())),
        (bytes.fromhex("12345678"), (None, ())),
        (b"\x12", (None, ())),
        (b"", (None, ())),
        (NEXT.selector + b"\xff" * 32, (None, ())),
        (ANCHOR_OF.selector + bytes(63), (None, ())),
    ],
)
def test_the_contract_s_errors(
    driver: Driver, data: bytes, error: tuple[str | None, tuple[object, ...]]
) -> None:
    driver.mined(driver.sign_call(driver.log.anchor(0, ROOT, 3)))
    assert reverted(driver, data) == error


def test_calldata_that_is_too_long_is_taken(driver: Driver) -> None:
    data = driver.log.anchor(0, ROOT, 3) + b"more"
    assert driver.client.call(driver.contract, data, sender=driver.anchorer.address) == b""
    assert driver.mined(driver.sign_call(data)).succeeded


def test_positions_that_would_overflow_are_refused() -> None:
    node = FakeNode()  # anvil's storage would have to be written by hand for this
    node.ledger.log.namespaces.set(NOBODY, Namespace(1, 2**64 - 1), 0)
    answer = node.request(
        "eth_call",
        [
            {
                "from": NOBODY,
                "to": node.ledger.contract,
                "data": "0x" + ANCHOR.encode(1, ROOT, 1).hex(),
            },
            "latest",
        ],
    )
    error = explain(ContractReverted(bytes.fromhex(answer["error"]["data"][2:])))
    assert (error.name, error.arguments) == ("PositionsExhausted", (2**64 - 1, 1))


def test_a_reverting_transaction_is_mined_changes_nothing_and_costs_gas(driver: Driver) -> None:
    me = driver.anchorer.address
    driver.mined(driver.sign_call(driver.log.anchor(0, ROOT, 3)))
    before = driver.client.balance(me)
    receipt = driver.mined(driver.sign_call(driver.log.anchor(5, SECOND, 3)))
    assert not receipt.succeeded
    assert driver.client.logs(driver.contract, [], receipt.block_hash) == []
    assert driver.log.next(me) == (1, 3)
    assert driver.client.nonce(me) == 2
    paid = receipt.gas_used * receipt.effective_gas_price
    assert before - driver.client.balance(me) == paid


GAS: dict[str, tuple[bytes, int]] = {
    "zero root": (ANCHOR.encode(0, bytes(32), 1), 22_150),
    "zero count": (ANCHOR.encode(0, ROOT, 0), 23_080),
    "anchored": (ANCHOR.encode(1, ROOT, 300), 24_645),
    "wrong sequence": (ANCHOR.encode(0, THIRD, 300), 26_870),
    "anchor": (ANCHOR.encode(1, SECOND, 300), LATER_GAS),
    "close": (CLOSE.encode(), 28_130),
    "no function": (bytes.fromhex("12345678"), 21_210),
    "no data": (b"", 21_068),
    "short": (ANCHOR.encode(0, ROOT, 1)[:-1], 23_070),
}


@pytest.mark.parametrize("name", GAS)
def test_gas_is_what_anvil_charges(driver: Driver, name: str) -> None:
    driver.mined(driver.sign_call(driver.log.anchor(0, ROOT, 3)))
    data, gas = GAS[name]
    assert driver.mined(driver.sign_call(data)).gas_used == gas


def test_the_first_anchor_costs_more_and_running_out_of_gas_costs_all(driver: Driver) -> None:
    me, data = driver.anchorer.address, driver.log.anchor(0, ROOT, 7)
    needed = driver.client.estimate_gas(driver.contract, data, sender=me)
    short = driver.mined(driver.sign_call(data, gas=needed - 1))
    assert (short.succeeded, short.gas_used) == (False, needed - 1)
    assert driver.log.anchor_of(me, ROOT) is None
    enough = driver.mined(driver.sign_call(data, gas=needed))
    assert (enough.succeeded, enough.gas_used) == (True, needed)
    first = driver.log.anchor(1, SECOND, 300)
    assert driver.client.estimate_gas(driver.contract, first, sender=me) == LATER_GAS


def test_the_gas_given_to_a_call_bounds_it(driver: Driver) -> None:
    data = driver.log.anchor(0, ROOT, 7)
    with pytest.raises(OutOfGas):
        driver.client.call(driver.contract, data, sender=driver.anchorer.address, gas=40_000)


def test_the_contract_takes_no_value(driver: Driver) -> None:
    receipt = driver.mined(driver.sign_call(driver.log.anchor(0, ROOT, 3), value=1))
    assert not receipt.succeeded
    assert driver.client.balance(driver.contract) == 0


def test_a_call_to_an_address_without_code_is_recognised(driver: Driver) -> None:
    with pytest.raises(NoCode):
        driver.client.call(NOBODY, NEXT.encode(driver.anchorer.address))
    assert driver.client.estimate_gas(NOBODY, b"", sender=driver.anchorer.address) == 21_000


def test_state_of_a_block_to_come_is_unavailable(driver: Driver) -> None:
    ahead = driver.client.head().number + 1
    assert driver.client.block(ahead) is None
    for ask in (driver.client.balance, driver.client.nonce, driver.client.code):
        with pytest.raises(StateUnavailable):
            ask(NOBODY, ahead)
    with pytest.raises(StateUnavailable):
        driver.log.next(NOBODY, ahead)


def test_time_passes_from_block_to_block(driver: Driver) -> None:
    before = driver.client.head().time
    driver.controls.advance(3_600)
    driver.controls.mine(1)
    assert driver.client.head().time >= before + 3_600


# Last of this module: what it removes is not brought back.
def test_a_contract_that_is_gone_is_recognised(driver: Driver) -> None:
    driver.controls.remove_code(driver.contract)
    with pytest.raises(NoCode):
        check_code(driver.client, driver.contract)
    with pytest.raises(NoCode):
        driver.log.next(driver.anchorer.address)
    receipt = driver.mined(driver.sign_call(driver.log.anchor(0, ROOT, 3), maxFeePerGas=90 * GWEI))
    assert receipt.succeeded, "a transaction to nobody succeeds, and anchors nothing"
    assert driver.client.logs(driver.contract, [], receipt.block_hash) == []
