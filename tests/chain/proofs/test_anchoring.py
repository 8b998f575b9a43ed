from dataclasses import replace

import pytest

from chain.proofs.keccak import keccak256
from chain.proofs.records import Kind
from chain.proofs.verdicts import Verdict, exit_code

OTHER = "0x" + "0f" * 20


@pytest.fixture
def bundle(world):
    return world.seal(world.draft(), world.draft())[0]


def anchored(report):
    return report.by_claim("anchored")


def is_not_shown(report, verdict: Verdict) -> None:
    """Hold both claims that rest on the anchor to this verdict."""
    assert anchored(report).verdict is verdict
    assert report.by_claim("not_after").verdict is verdict


def test_passes_at_the_pinned_depth(world, bundle) -> None:
    report = world.verify(bundle)
    is_not_shown(report, Verdict.PASS)
    assert report.by_claim("not_after").time == bundle.anchor.block.time
    assert not report.by_claim("not_after").stated


def test_one_block_too_shallow_is_unknown(world) -> None:
    bundle = world.seal(world.draft(), deep=2)[0]
    is_not_shown(world.verify(bundle), Verdict.UNKNOWN)
    assert exit_code(world.verify(bundle), offline=False) == 3
    is_not_shown(world.verify(bundle, depth=2), Verdict.PASS)
    world.chain.mine()
    is_not_shown(world.verify(bundle), Verdict.PASS)


def test_a_node_that_is_behind_is_unknown(world, bundle) -> None:
    del world.chain.blocks[bundle.anchor.block.number :]
    world.chain.held.clear()
    is_not_shown(world.verify(bundle), Verdict.UNKNOWN)


def test_a_root_that_the_chain_does_not_hold_fails(world, bundle) -> None:
    world.chain.held.clear()
    is_not_shown(world.verify(bundle), Verdict.FAIL)


def test_a_reorged_block_fails(world, bundle) -> None:
    number = bundle.anchor.block.number
    old = world.chain.blocks[number]
    world.chain.blocks[number] = replace(old, hash=keccak256(b"the other fork"))
    is_not_shown(world.verify(bundle), Verdict.FAIL)


def test_an_anchor_mined_again_in_another_block_fails(world, bundle) -> None:
    held = world.chain.held[world.domain.verifying_contract, bundle.anchor.anchorer]
    record = held[bundle.anchor.root]
    held[bundle.anchor.root] = replace(record, block_number=record.block_number + 1)
    is_not_shown(world.verify(bundle), Verdict.FAIL)


def test_a_block_of_another_time_than_the_contract_kept_fails(world, bundle) -> None:
    number = bundle.anchor.block.number
    world.chain.blocks[number] = replace(world.chain.blocks[number], time=5)
    is_not_shown(world.verify(bundle), Verdict.FAIL)


@pytest.mark.parametrize("field", ["sequence", "first", "count", "time"])
def test_a_replaced_anchor_fails(world, bundle, field) -> None:
    held = world.chain.held[world.domain.verifying_contract, bundle.anchor.anchorer]
    record = held[bundle.anchor.root]
    held[bundle.anchor.root] = replace(record, **{field: getattr(record, field) + 1})
    is_not_shown(world.verify(bundle), Verdict.FAIL)


@pytest.mark.parametrize("field", ["sequence", "first", "count"])
def test_a_number_other_than_the_chain_holds_fails(world, bundle, field) -> None:
    stated = replace(bundle.anchor, **{field: getattr(bundle.anchor, field) + 1})
    is_not_shown(world.verify(replace(bundle, anchor=stated)), Verdict.FAIL)


@pytest.mark.parametrize(
    "change", [{"number": 3}, {"number": 10**9}, {"hash": b"x" * 32}, {"time": 0}]
)
def test_another_block_than_the_chain_holds_fails(world, bundle, change) -> None:
    stated = replace(bundle.anchor, block=replace(bundle.anchor.block, **change))
    is_not_shown(world.verify(replace(bundle, anchor=stated)), Verdict.FAIL)


def test_a_transaction_that_is_not_in_the_block_fails(world, bundle) -> None:
    stated = replace(bundle.anchor, transaction=b"x" * 32)
    is_not_shown(world.verify(replace(bundle, anchor=stated)), Verdict.FAIL)


def test_a_transaction_is_looked_up_where_blocks_come_without(world, bundle) -> None:
    other = world.seal(world.draft())[0]
    world.chain.gives_transactions = False
    is_not_shown(world.verify(bundle), Verdict.PASS)
    elsewhere = replace(bundle.anchor, transaction=other.anchor.transaction)
    is_not_shown(world.verify(replace(bundle, anchor=elsewhere)), Verdict.FAIL)
    forgotten = replace(bundle.anchor, transaction=b"x" * 32)
    is_not_shown(world.verify(replace(bundle, anchor=forgotten)), Verdict.UNKNOWN)


def test_a_block_that_the_node_does_not_give_is_unknown(world, bundle, monkeypatch) -> None:
    monkeypatch.setattr(world.chain, "block", lambda _number: None)
    is_not_shown(world.verify(bundle), Verdict.UNKNOWN)


def test_an_anchorer_neither_pinned_nor_the_author_fails(world, bundle) -> None:
    theirs = world.seal(world.draft(), anchorer=OTHER)[0]
    is_not_shown(world.verify(theirs), Verdict.FAIL)
    is_not_shown(world.verify(bundle, anchorer=OTHER), Verdict.FAIL)


def test_another_anchorer_written_into_the_file_fails(world, bundle) -> None:
    for anchorer in (OTHER, world.ada.address):
        stated = replace(bundle.anchor, anchorer=anchorer)
        is_not_shown(world.verify(replace(bundle, anchor=stated)), Verdict.FAIL)


def test_another_contract_fails_without_asking_a_node(world, bundle) -> None:
    questions = world.chain.questions
    moved = replace(bundle, domain=replace(bundle.domain, verifying_contract=OTHER))
    assert anchored(world.verify(moved)).verdict is Verdict.FAIL
    is_not_shown(world.verify(bundle, contract=OTHER), Verdict.FAIL)
    assert world.chain.questions > questions
    world.chain.away = True
    is_not_shown(world.verify(moved), Verdict.FAIL)


def test_a_bundle_for_another_chain_fails(world, bundle) -> None:
    moved = replace(bundle, domain=replace(bundle.domain, chain_id=5))
    report = world.verify(moved)
    is_not_shown(report, Verdict.FAIL)
    assert report.by_claim("not_before").verdict is Verdict.FAIL
    assert exit_code(report, offline=False) == 1


def test_a_node_on_another_chain_is_unknown_and_says_so(world, bundle) -> None:
    pins = world.pins
    world.chain.chain_number = 77
    report = world.verify(bundle, chain_id=pins.chain_id)
    is_not_shown(report, Verdict.UNKNOWN)
    assert report.by_claim("not_before").verdict is Verdict.UNKNOWN
    assert "this node is on chain 77, the pin says 1" in anchored(report).reason
    assert exit_code(report, offline=False) == 3


def test_a_chain_with_another_genesis_is_unknown(world, bundle) -> None:
    report = world.verify(bundle, genesis=b"g" * 32)
    is_not_shown(report, Verdict.UNKNOWN)
    assert report.by_claim("not_before").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("pin", ["contract", "anchorer"])
def test_without_a_pinned_log_only_not_before_passes(world, bundle, pin) -> None:
    report = world.verify(bundle, **{pin: None})
    is_not_shown(report, Verdict.UNKNOWN)
    assert report.by_claim("not_before").verdict is Verdict.PASS


def test_pins_take_addresses_in_any_case(world, bundle) -> None:
    pins = world.pins
    upper = {"contract": pins.contract.upper(), "anchorer": pins.anchorer.upper()}
    is_not_shown(world.verify(bundle, **upper), Verdict.PASS)


def test_a_batch_after_the_last_one_believed_fails(world, bundle) -> None:
    later = world.seal(world.draft())[0]
    is_not_shown(world.verify(later, last_batch=0), Verdict.FAIL)
    is_not_shown(world.verify(later, last_batch=1), Verdict.PASS)
    is_not_shown(world.verify(bundle, last_batch=0), Verdict.PASS)


def test_anchored_by_its_author_passes_and_says_so(world) -> None:
    bundle = world.seal(world.draft(), anchorer=world.ada.address)[0]
    report = world.verify(bundle, log=True)
    is_not_shown(report, Verdict.PASS)
    assert "by its author, not by the log" in anchored(report).reason
    assert report.self_anchored
    assert report.by_claim("latest").verdict is Verdict.UNKNOWN
    assert exit_code(report, offline=False) == 0


def test_a_device_record_anchored_by_its_author_has_no_authority(world) -> None:
    granted, post = world.seal(
        world.draft(Kind.DELEGATION),
        world.draft(signer=world.device),
        anchorer=world.ada.address,
    )
    report = world.verify(world.delegated(post, granted))
    assert report.by_claim("author").verdict is Verdict.PASS
    assert report.by_claim("authority").verdict is Verdict.UNKNOWN


def test_not_anchored_yet_is_unknown(world, bundle) -> None:
    report = world.verify(replace(bundle, anchor=None))
    is_not_shown(report, Verdict.UNKNOWN)
    assert anchored(report).reason == "not anchored yet"
    assert exit_code(report, offline=False) == 3
