from dataclasses import replace

import pytest

from chain.proofs.keccak import keccak256
from chain.proofs.times import OPERATOR_WORD
from chain.proofs.verdicts import Verdict
from chain.proofs.verify import verify


@pytest.fixture
def bundle(world):
    return world.seal(world.draft())[0]


def test_both_bounds_are_the_chain_s(world, bundle) -> None:
    report = world.verify(bundle)
    named = world.chain.blocks[bundle.message["notBefore"]["number"]]
    assert report.by_claim("not_before").time == named.time
    assert report.by_claim("not_after").time == bundle.anchor.block.time
    assert named.time < bundle.anchor.block.time


def test_another_hash_at_that_number_fails(world, bundle) -> None:
    number = bundle.message["notBefore"]["number"]
    world.chain.blocks[number] = replace(world.chain.blocks[number], hash=keccak256(b"other"))
    assert world.verify(bundle).by_claim("not_before").verdict is Verdict.FAIL


def test_a_block_that_is_not_there_yet_is_unknown(world) -> None:
    draft = world.draft(notBefore={"number": 10**6, "hash": "0x" + "00" * 32})
    result = world.verify(world.seal(draft)[0]).by_claim("not_before")
    assert (result.verdict, result.excused, result.time) == (Verdict.UNKNOWN, False, None)


def test_offline_the_time_is_only_stated(world, bundle) -> None:
    report = verify(bundle, world.pins)
    result = report.by_claim("not_after")
    assert (result.verdict, result.stated) == (Verdict.UNKNOWN, True)
    assert result.time == bundle.anchor.block.time
    assert "which nothing has checked" in result.reason
    assert report.by_claim("not_before").verdict is Verdict.UNKNOWN


def test_a_stated_time_beyond_every_calendar_is_only_shown(bundle) -> None:
    far = replace(bundle.anchor, block=replace(bundle.anchor.block, time=2**53 - 1))
    result = verify(replace(bundle, anchor=far), None).by_claim("not_after")
    assert str(2**53 - 1) in result.reason


def test_a_node_that_is_away_makes_them_unknown_and_is_asked_once(world, bundle) -> None:
    pins = world.pins
    world.chain.away = True
    before = world.chain.questions
    report = verify(bundle, pins, world.chain, world.log)
    for claim in ("anchored", "not_after", "not_before", "latest"):
        assert report.by_claim(claim).verdict is Verdict.UNKNOWN
        assert "connection refused" in report.by_claim(claim).reason or claim == "latest"
    assert world.chain.questions == before + 1


@pytest.mark.parametrize("answered", range(2, 6))
def test_a_node_that_goes_away_midway_never_makes_a_pass(
    world, bundle, monkeypatch, answered
) -> None:
    pins, asked = world.pins, world.chain._asked

    def goes_away() -> None:
        world.chain.away = world.chain.questions >= answered
        asked()

    world.chain.questions = 0
    monkeypatch.setattr(world.chain, "_asked", goes_away)
    report = verify(bundle, pins, world.chain)
    assert report.by_claim("not_before").verdict is Verdict.UNKNOWN
    assert Verdict.FAIL not in {each.verdict for each in report.results}


def test_an_operator_s_chain_is_the_operator_s_word(world, bundle) -> None:
    report = world.verify(bundle, operator_runs_chain=True)
    for claim in ("not_before", "not_after"):
        assert report.by_claim(claim).verdict is Verdict.PASS
        assert OPERATOR_WORD in report.by_claim(claim).reason
    assert OPERATOR_WORD not in world.verify(bundle).by_claim("not_after").reason
