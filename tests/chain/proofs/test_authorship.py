from dataclasses import replace

import pytest

from chain.proofs.domain import Domain, digest
from chain.proofs.keccak import keccak256
from chain.proofs.records import ZERO_ADDRESS, Kind
from chain.proofs.verdicts import Verdict, exit_code
from chain.proofs.verify import verify

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def author(report) -> Verdict:
    return report.by_claim("author").verdict


@pytest.fixture
def bundle(world):
    return world.seal(world.draft())[0]


def test_a_swapped_signer_fails(world, bundle) -> None:
    swapped = world.resign(bundle, world.bob)
    report = world.verify(swapped)
    assert report.by_claim("integrity").verdict is Verdict.PASS
    assert report.by_claim("anchored").verdict is Verdict.PASS
    assert author(report) is Verdict.FAIL
    assert report.by_claim("authority").verdict is Verdict.FAIL
    assert report.signer == world.bob.address


def test_a_swapped_signer_is_unknown_offline_for_it_might_be_a_contract_wallet(
    world, bundle, offline
) -> None:
    report = offline(world.resign(bundle, world.bob))
    assert author(report) is Verdict.UNKNOWN
    assert exit_code(report, offline=True) == 3


def test_a_signature_for_another_domain_fails(world, bundle) -> None:
    for domain in (Domain(2, bundle.domain.verifying_contract), Domain(1, "0x" + "11" * 20)):
        signature = world.ada.sign(digest(domain, bundle.entry.content))
        moved = world.reseal(replace(bundle, signature=signature), signature=keccak256(signature))
        assert author(world.verify(moved)) is Verdict.FAIL


def test_a_high_s_signature_fails_and_is_named(world, bundle) -> None:
    raw = bundle.signature
    s = ORDER - int.from_bytes(raw[32:64], "big")
    twin = raw[:32] + s.to_bytes(32, "big") + bytes([55 - raw[64]])
    resealed = world.reseal(replace(bundle, signature=twin), signature=keccak256(twin))
    result = world.verify(resealed).by_claim("author")
    assert result.verdict is Verdict.FAIL
    assert "upper half" in result.reason


def test_unsigned_is_unknown_and_excused(world) -> None:
    report = world.verify(world.seal(world.unsigned())[0])
    assert author(report) is Verdict.UNKNOWN
    assert report.unsigned
    assert "the server alone says" in report.by_claim("author").reason
    assert exit_code(report, offline=False) == 0
    assert exit_code(report, offline=True) == 0


@pytest.mark.parametrize("account", [None, "9031b693-e613-794d-809b-e33ed5b1e597"])
def test_unsigned_of_no_account_that_derives_the_author_fails(world, account) -> None:
    bundle = replace(world.seal(world.unsigned())[0], account=account)
    assert author(world.verify(bundle)) is Verdict.FAIL


def test_unsigned_under_somebody_s_address_fails(world, bundle) -> None:
    stripped = world.reseal(replace(bundle, signature=None), signature=bytes(32))
    report = world.verify(stripped)
    assert report.by_claim("integrity").verdict is Verdict.PASS
    assert author(report) is Verdict.FAIL


def test_an_unsigned_record_carries_no_delegation(world) -> None:
    granted = world.seal(world.draft(Kind.DELEGATION))[0]
    unsigned = world.delegated(world.seal(world.unsigned())[0], granted)
    assert author(world.verify(unsigned)) is Verdict.FAIL


def test_a_device_without_its_delegation_fails(world) -> None:
    assert author(world.verify(replace(world.by_device(), delegation=None))) is Verdict.FAIL


def test_a_delegate_of_another_author_fails(world) -> None:
    draft = world.draft(Kind.DELEGATION, signer=world.bob, author=world.bob.address)
    theirs, post = world.seal(draft, world.draft(signer=world.device))
    assert author(world.verify(world.delegated(post, theirs))) is Verdict.FAIL


def test_another_device_than_the_one_named_fails(world) -> None:
    granted, post = world.seal(
        world.draft(Kind.DELEGATION, delegate=world.bob.address), world.draft(signer=world.device)
    )
    assert author(world.verify(world.delegated(post, granted))) is Verdict.FAIL


def test_a_delegation_signed_by_a_delegate_fails(world) -> None:
    granted = world.draft(Kind.DELEGATION, signer=world.device)
    granted, post = world.seal(granted, world.draft(signer=world.device))
    assert author(world.verify(world.delegated(post, granted))) is Verdict.FAIL


@pytest.mark.parametrize("kind", [Kind.DELEGATION, Kind.REVOCATION])
def test_a_delegate_signs_no_delegation_and_no_revocation(world, kind) -> None:
    drafts = world.draft(Kind.DELEGATION), world.draft(kind, signer=world.device)
    granted, other = world.seal(*drafts)
    assert author(world.verify(world.delegated(other, granted))) is Verdict.FAIL


@pytest.mark.parametrize("kind", [Kind.POST, Kind.DELETION, Kind.STAMP])
def test_a_delegate_signs_what_its_scope_allows(world, kind) -> None:
    drafts = world.draft(Kind.DELEGATION), world.draft(kind, signer=world.device)
    granted, other = world.seal(*drafts)
    assert author(world.verify(world.delegated(other, granted))) is Verdict.PASS


@pytest.mark.parametrize("scope", ["", "Post", "post ", "all"])
def test_another_scope_fails(world, scope) -> None:
    granted, post = world.seal(
        world.draft(Kind.DELEGATION, scope=scope), world.draft(signer=world.device)
    )
    assert author(world.verify(world.delegated(post, granted))) is Verdict.FAIL


def test_the_author_and_nobody_are_no_delegates(world) -> None:
    for delegate in (world.ada.address, ZERO_ADDRESS):
        granted, post = world.seal(world.draft(Kind.DELEGATION, delegate=delegate), world.draft())
        assert author(world.verify(world.delegated(post, granted))) is Verdict.FAIL


def test_a_delegation_that_is_not_needed_must_still_be_whole(world, bundle) -> None:
    granted = world.seal(world.draft(Kind.DELEGATION))[0]
    assert author(world.verify(world.delegated(bundle, granted))) is Verdict.PASS
    broken = world.delegated(bundle, replace(granted, proof=(b"x" * 32,)))
    assert author(world.verify(broken)) is Verdict.FAIL


@pytest.mark.parametrize(
    ("at_anchor", "at_start", "expected"),
    [
        (True, True, Verdict.PASS),
        (True, False, Verdict.PASS),
        (False, True, Verdict.UNKNOWN),
        (False, None, Verdict.UNKNOWN),
        (None, True, Verdict.UNKNOWN),
        (None, False, Verdict.UNKNOWN),
        (False, False, Verdict.FAIL),
    ],
)
def test_a_contract_wallet_is_judged_at_its_anchor(world, at_anchor, at_start, expected) -> None:
    wallet = "0x" + "77" * 20
    bundle = world.seal(world.draft(signer=world.bob, author=wallet))[0]
    states = {
        bundle.anchor.block.number: at_anchor,
        bundle.message["notBefore"]["number"]: at_start,
    }
    world.chain.wallets[wallet] = lambda _signature, number: states[number]
    report = world.verify(bundle)
    assert author(report) is expected
    assert report.signer == (wallet if expected is Verdict.PASS else world.bob.address)


def test_a_contract_wallet_is_not_judged_before_its_anchor_is_final(world) -> None:
    wallet = "0x" + "77" * 20
    bundle = world.seal(world.draft(signer=world.bob, author=wallet), deep=1)[0]
    world.chain.wallets[wallet] = lambda _signature, _number: True
    assert author(world.verify(bundle)) is Verdict.UNKNOWN
    assert author(world.verify(replace(bundle, anchor=None))) is Verdict.UNKNOWN
    world.chain.mine(2)
    assert author(world.verify(bundle)) is Verdict.PASS


def test_an_empty_signature_may_be_a_contract_wallet_s(world, offline) -> None:
    wallet = "0x" + "77" * 20
    draft = replace(world.draft(author=wallet), signature=b"")
    bundle = world.seal(draft)[0]
    world.chain.wallets[wallet] = lambda signature, _number: signature == b""
    assert author(world.verify(bundle)) is Verdict.PASS
    assert author(offline(bundle)) is Verdict.UNKNOWN


def test_a_contract_wallet_may_allow_a_device(world) -> None:
    wallet = "0x" + "77" * 20
    granted, post = world.seal(
        world.draft(Kind.DELEGATION, signer=world.bob, author=wallet),
        world.draft(signer=world.device, author=wallet),
    )
    bundle = world.delegated(post, granted)
    world.chain.wallets[wallet] = lambda _signature, _number: True
    assert author(world.verify(bundle)) is Verdict.PASS
    world.chain.wallets[wallet] = lambda _signature, _number: False
    assert author(world.verify(bundle)) is Verdict.FAIL


def test_recovery_comes_before_the_contract(world, bundle) -> None:
    world.chain.wallets[world.ada.address] = lambda _signature, _number: False
    assert author(world.verify(bundle)) is Verdict.PASS


def test_a_contract_wallet_on_an_unpinned_chain_is_unknown(world) -> None:
    wallet = "0x" + "77" * 20
    bundle = world.seal(world.draft(signer=world.bob, author=wallet))[0]
    world.chain.wallets[wallet] = lambda _signature, _number: True
    assert author(verify(bundle, None, world.chain)) is Verdict.UNKNOWN
    assert author(world.verify(bundle, genesis=b"g" * 32)) is Verdict.UNKNOWN
