from dataclasses import replace

import pytest

from chain.proofs.integrity import judge_integrity
from chain.proofs.records import Kind
from chain.proofs.verdicts import Verdict, exit_code


@pytest.fixture
def bundle(world):
    return world.seal(*[world.draft() for _ in range(5)])[2]


def verdict(bundle) -> Verdict:
    return judge_integrity(bundle).verdict


def test_a_whole_bundle_passes(bundle) -> None:
    assert verdict(bundle) is Verdict.PASS


def test_a_truncated_proof_fails(bundle) -> None:
    assert verdict(replace(bundle, proof=bundle.proof[1:])) is Verdict.FAIL
    assert verdict(replace(bundle, proof=bundle.proof[:-1])) is Verdict.FAIL
    assert verdict(replace(bundle, proof=())) is Verdict.FAIL


def test_a_padded_proof_fails(bundle) -> None:
    zero = bytes(32)
    for padded in ((*bundle.proof, zero), (zero, *bundle.proof), (*bundle.proof, bundle.proof[0])):
        assert verdict(replace(bundle, proof=padded)) is Verdict.FAIL


def test_a_proof_whose_length_does_not_fit_the_count_fails(world) -> None:
    bundle = world.seal(world.draft(), world.draft())[0]
    for count in (1, 4, 5, 1000):
        result = judge_integrity(replace(bundle, anchor=replace(bundle.anchor, count=count)))
        assert result.verdict is Verdict.FAIL
        assert "does not fit" in result.reason


def test_an_inner_node_passed_off_as_a_root_fails(bundle) -> None:
    inner = replace(bundle.anchor, root=bundle.entry.leaf())
    assert verdict(replace(bundle, anchor=inner, proof=())) is Verdict.FAIL


@pytest.mark.parametrize("first", [0, 3, 4, 100])
def test_a_position_outside_of_the_batch_fails(world, first) -> None:
    world.seal(world.draft())
    bundle = world.seal(world.draft(), world.draft())[1]
    moved = replace(bundle.anchor, first=first)
    assert judge_integrity(replace(bundle, anchor=moved)).verdict is Verdict.FAIL


def test_no_entries_hold_no_position(world) -> None:
    bundle = world.seal(world.draft())[0]
    empty = replace(bundle.anchor, count=0)
    assert judge_integrity(replace(bundle, anchor=empty)).verdict is Verdict.FAIL


def test_a_signature_is_null_if_and_only_if_the_entry_has_none(world, bundle) -> None:
    assert verdict(replace(bundle, signature=None)) is Verdict.FAIL
    assert verdict(replace(bundle, signature=b"")) is Verdict.FAIL
    unsigned = world.seal(world.unsigned())[0]
    assert verdict(unsigned) is Verdict.PASS
    assert verdict(replace(unsigned, signature=b"")) is Verdict.FAIL


def test_another_kind_fails_even_once_erased(bundle) -> None:
    assert verdict(replace(bundle, kind=Kind.STAMP, message=None)) is Verdict.FAIL


def test_an_erased_message_is_unknown_and_excused(world, bundle) -> None:
    report = world.verify(replace(bundle, message=None))
    integrity = report.by_claim("integrity")
    assert (integrity.verdict, integrity.excused, report.erased) == (Verdict.UNKNOWN, True, True)
    assert "something was there" in integrity.reason
    assert report.by_claim("author").verdict is Verdict.PASS
    assert report.by_claim("not_before").excused
    assert exit_code(report, offline=False) == 0


def test_any_mismatch_outranks_an_erased_message(bundle) -> None:
    erased = replace(bundle, message=None)
    assert verdict(replace(erased, proof=())) is Verdict.FAIL
    assert verdict(replace(erased, signature=None)) is Verdict.FAIL


def test_not_anchored_yet_is_unknown_and_still_owed(world, bundle) -> None:
    report = world.verify(replace(bundle, anchor=None, message=None))
    assert report.by_claim("integrity").verdict is Verdict.UNKNOWN
    assert exit_code(report, offline=True) == 3


def test_not_anchored_yet_does_not_hide_a_mismatch(bundle) -> None:
    changed = bundle.message | {"text": "goodbye"}
    assert verdict(replace(bundle, anchor=None, message=changed)) is Verdict.FAIL
