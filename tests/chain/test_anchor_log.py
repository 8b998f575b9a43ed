import json
from pathlib import Path

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from chain.contracts import (
    ANCHORED_TOPIC,
    CLOSED_TOPIC,
    AnchorLog,
    AnchorState,
    decode_anchored,
    explain,
)
from chain.errors import ContractReverted
from chain.local import LocalChain
from chain.wire import Receipt

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "protocol-v1.json").read_text(encoding="utf-8")
)
ROOT_A, ROOT_B = keccak(b"a"), keccak(b"b")
POSITIONS = 2**64


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def anchor(
    local: LocalChain, log: AnchorLog, sequence: int, root: bytes, count: int = 1, account: int = 0
) -> Receipt:
    return local.sender(account).send(log.address, AnchorLog.anchor(sequence, root, count))


def refusal(
    local: LocalChain, log: AnchorLog, calldata: bytes, account: int = 0
) -> tuple[str | None, tuple[object, ...]]:
    """How a call is refused, after making sure that sending it would not change anything either."""
    before = log.next(local.accounts[account].address)
    with pytest.raises(ContractReverted) as simulated:
        local.client.call(log.address, calldata, sender=local.accounts[account].address)
    with pytest.raises(ContractReverted):
        local.sender(account).send(log.address, calldata)
    assert log.next(local.accounts[account].address) == before
    error = explain(simulated.value)
    return error.name, error.arguments


def test_a_batch_is_recorded_with_its_place_and_its_block(
    local: LocalChain, log: AnchorLog
) -> None:
    me = local.accounts[0].address
    assert log.next(me) == (0, 0)
    receipt = anchor(local, log, 0, ROOT_A, 10_000)
    block = local.client.block(receipt.block_number)
    assert block is not None
    assert log.anchor_of(me, ROOT_A) == AnchorState(0, 0, 10_000, block.time, block.number)
    assert log.next(me) == (1, 10_000)


def test_batches_follow_each_other_without_a_gap(local: LocalChain, log: AnchorLog) -> None:
    me = local.accounts[0].address
    anchor(local, log, 0, ROOT_A, 7)
    anchor(local, log, 1, ROOT_B, 2**32 - 1)
    second = log.anchor_of(me, ROOT_B)
    assert second is not None
    assert (second.sequence, second.first, second.count) == (1, 7, 2**32 - 1)
    assert log.next(me) == (2, 7 + 2**32 - 1)


def test_the_event_says_what_was_recorded(local: LocalChain, log: AnchorLog) -> None:
    anchor(local, log, 0, ROOT_A, 7)
    receipt = anchor(local, log, 1, ROOT_B, 5)
    (event,) = local.client.logs(log.address, [ANCHORED_TOPIC], receipt.block_hash)
    decoded = decode_anchored(event)
    assert (decoded.anchorer, decoded.sequence, decoded.root) == (
        local.accounts[0].address,
        1,
        ROOT_B,
    )
    assert (decoded.first, decoded.count) == (7, 5)
    assert (decoded.block_number, decoded.block_hash, decoded.transaction_hash) == (
        receipt.block_number,
        receipt.block_hash,
        receipt.transaction_hash,
    )


def test_an_unknown_root_is_nothing(local: LocalChain, log: AnchorLog) -> None:
    assert log.anchor_of(local.accounts[0].address, ROOT_A) is None
    assert log.anchored_at(local.accounts[0].address, ROOT_A, []) == 0


def test_the_same_root_twice_is_refused_and_names_its_batch(
    local: LocalChain, log: AnchorLog
) -> None:
    anchor(local, log, 0, ROOT_B)
    anchor(local, log, 1, ROOT_A)
    refused = "RootAlreadyAnchored", (ROOT_A, 1)
    assert refusal(local, log, AnchorLog.anchor(1, ROOT_A, 1)) == refused
    assert refusal(local, log, AnchorLog.anchor(2, ROOT_A, 1)) == refused


@pytest.mark.parametrize("sequence", [0, 2, 2**64 - 1])
def test_any_sequence_but_the_next_is_refused(
    local: LocalChain, log: AnchorLog, sequence: int
) -> None:
    anchor(local, log, 0, ROOT_A)
    calldata = AnchorLog.anchor(sequence, ROOT_B, 1)
    assert refusal(local, log, calldata) == ("WrongSequence", (sequence, 1))


def test_a_zero_root_is_refused(local: LocalChain, log: AnchorLog) -> None:
    assert refusal(local, log, AnchorLog.anchor(0, bytes(32), 1)) == ("ZeroRoot", ())


def test_an_empty_batch_is_refused(local: LocalChain, log: AnchorLog) -> None:
    assert refusal(local, log, AnchorLog.anchor(0, ROOT_A, 0)) == ("ZeroCount", ())


@pytest.mark.parametrize("position", [0, 2], ids=["sequence", "count"])
def test_a_number_wider_than_its_type_is_refused(
    local: LocalChain, log: AnchorLog, position: int
) -> None:
    words = [0, int.from_bytes(ROOT_A), 1]
    words[position] += 2**64 if position == 0 else 2**32
    calldata = AnchorLog.anchor(0, ROOT_A, 1)[:4] + encode(["uint256"] * 3, words)
    assert refusal(local, log, calldata) == (None, ())


@pytest.mark.anvil
def test_positions_do_not_overflow(anvil: LocalChain) -> None:
    log = AnchorLog(anvil.client, anvil.deploy_anchor_log().contract)
    me = anvil.accounts[0].address
    # The second storage slot maps anchorers to their word, whose low 64 bits are the next position.
    slot = keccak(encode(["address", "uint256"], [me, 1]))
    word = (POSITIONS - 5).to_bytes(32)
    anvil.client.request("anvil_setStorageAt", [log.address, "0x" + slot.hex(), "0x" + word.hex()])
    assert log.next(me) == (0, POSITIONS - 5)
    assert refusal(anvil, log, AnchorLog.anchor(0, ROOT_A, 5)) == (
        "PositionsExhausted",
        (POSITIONS - 5, 5),
    )
    anchor(anvil, log, 0, ROOT_A, 4)
    assert log.next(me) == (1, POSITIONS - 1)
    assert log.anchor_of(me, ROOT_A).first == POSITIONS - 5


def test_namespaces_do_not_touch_each_other(local: LocalChain, log: AnchorLog) -> None:
    mine, theirs = (account.address for account in local.accounts[:2])
    anchor(local, log, 0, ROOT_A, 3, account=0)
    anchor(local, log, 1, ROOT_B, 4, account=0)
    assert log.anchor_of(theirs, ROOT_A) is None
    assert log.anchored_at(theirs, ROOT_A, []) == 0
    assert log.next(theirs) == (0, 0)
    local.sender(1).send(log.address, AnchorLog.close())
    assert refusal(local, log, AnchorLog.anchor(0, ROOT_A, 1), account=1)[0] == "NamespaceClosed"
    anchor(local, log, 2, keccak(b"c"), 5, account=0)
    assert log.next(mine) == (3, 12)
    anchor(local, log, 0, ROOT_A, 6, account=2)
    other = log.anchor_of(local.accounts[2].address, ROOT_A)
    assert other is not None
    assert (other.sequence, other.first, other.count) == (0, 0, 6)


def test_a_closed_namespace_stays_readable_and_takes_nothing_more(
    local: LocalChain, log: AnchorLog
) -> None:
    me = local.accounts[0].address
    anchor(local, log, 0, ROOT_A, 3)
    before = log.anchor_of(me, ROOT_A)
    receipt = local.sender().send(log.address, AnchorLog.close())
    (event,) = local.client.logs(log.address, [CLOSED_TOPIC], receipt.block_hash)
    assert event.topics[1][-20:] == raw(me)
    assert event.data == encode(["uint64", "uint64"], [1, 3])
    refused = "NamespaceClosed", (me,)
    assert refusal(local, log, AnchorLog.anchor(1, ROOT_B, 1)) == refused
    assert refusal(local, log, AnchorLog.close()) == refused
    assert log.anchor_of(me, ROOT_A) == before
    assert log.anchored_at(me, ROOT_A, []) == before.block_time
    assert log.next(me) == (1, 3)


def test_a_namespace_can_be_closed_before_its_first_batch(
    local: LocalChain, log: AnchorLog
) -> None:
    local.sender().send(log.address, AnchorLog.close())
    assert refusal(local, log, AnchorLog.anchor(0, ROOT_A, 1))[0] == "NamespaceClosed"


def test_a_repeat_after_closing_still_learns_that_its_root_is_there(
    local: LocalChain, log: AnchorLog
) -> None:
    anchor(local, log, 0, ROOT_A)
    local.sender().send(log.address, AnchorLog.close())
    calldata = AnchorLog.anchor(0, ROOT_A, 1)
    assert refusal(local, log, calldata) == ("RootAlreadyAnchored", (ROOT_A, 0))


def test_ether_is_not_accepted(local: LocalChain, log: AnchorLog) -> None:
    with pytest.raises(ContractReverted):
        local.sender().send(log.address, AnchorLog.close(), value=1)


def test_proofs_made_by_openzeppelins_library_hold(local: LocalChain, log: AnchorLog) -> None:
    me = local.accounts[0].address
    for sequence, tree in enumerate(VECTORS["trees"]):
        root, count = raw(tree["root"]), tree["entries"][1] - tree["entries"][0]
        receipt = anchor(local, log, sequence, root, count)
        block = local.client.block(receipt.block_number)
        leaves = [raw(case["leaf"]) for case in VECTORS["cases"][slice(*tree["entries"])]]
        for leaf, proof in zip(leaves, tree["proofs"], strict=True):
            assert log.anchored_at(me, leaf, [raw(node) for node in proof]) == block.time


def test_a_proof_that_leads_elsewhere_proves_nothing(local: LocalChain, log: AnchorLog) -> None:
    me = local.accounts[0].address
    tree = VECTORS["trees"][2]
    proof = [raw(node) for node in tree["proofs"][0]]
    leaf = raw(VECTORS["cases"][0]["leaf"])
    anchor(local, log, 0, raw(tree["root"]), 3)
    assert log.anchored_at(me, leaf, proof) > 0
    assert log.anchored_at(me, leaf, proof[:-1]) == 0
    assert log.anchored_at(me, leaf, [*proof, proof[-1]]) == 0
    assert log.anchored_at(me, leaf, proof[::-1]) == 0
    assert log.anchored_at(me, keccak(leaf), proof) == 0
    assert log.anchored_at(me, leaf, []) == 0
