from dataclasses import replace

import pytest

from chain.proofs.authority import MAX_DELEGATION_SECONDS
from chain.proofs.records import Kind
from chain.proofs.verdicts import Verdict


def authority(world, bundle, **arguments) -> Verdict:
    return world.verify(bundle, **arguments).by_claim("authority").verdict


def device_post(world, **fields):
    return world.draft(signer=world.device, **fields)


@pytest.fixture
def granted(world):
    """A Delegation after the author's first post, so that not even adjacency decides."""
    world.seal(world.draft())
    return world.seal(world.draft(Kind.DELEGATION))[0]


def test_right_after_the_author_s_first_entry_no_log_is_needed(world) -> None:
    assert authority(world, world.by_device()) is Verdict.PASS


def test_otherwise_it_takes_the_log(world, granted) -> None:
    post = world.delegated(world.seal(device_post(world))[0], granted)
    assert authority(world, post) is Verdict.UNKNOWN
    assert authority(world, post, log=True) is Verdict.PASS


def test_entries_between_are_read_from_the_log(world, granted) -> None:
    world.seal(world.draft(), world.draft(Kind.REVOCATION, delegate=world.bob.address))
    post = world.delegated(world.seal(device_post(world))[0], granted)
    assert authority(world, post) is Verdict.UNKNOWN
    assert authority(world, post, log=True) is Verdict.PASS


def test_a_revoked_delegate_fails(world, granted) -> None:
    world.seal(world.draft(Kind.REVOCATION))
    world.seal(world.draft())
    post = world.delegated(world.seal(device_post(world))[0], granted)
    assert authority(world, post, log=True) is Verdict.FAIL


def test_a_revocation_in_the_same_batch_counts_from_there_on(world, granted) -> None:
    before, _, after = world.seal(
        device_post(world), world.draft(Kind.REVOCATION), device_post(world)
    )
    assert authority(world, world.delegated(before, granted), log=True) is Verdict.PASS
    assert authority(world, world.delegated(after, granted), log=True) is Verdict.FAIL


def test_a_delegation_logged_again_after_its_revocation_has_no_effect(world) -> None:
    again = world.draft(Kind.DELEGATION)
    world.seal(again)
    world.seal(world.draft(Kind.REVOCATION))
    granted, post = world.seal(again, device_post(world))
    post = world.delegated(post, granted)
    assert post.entry.previous == granted.entry.leaf()
    assert authority(world, post) is Verdict.UNKNOWN
    assert authority(world, post, log=True) is Verdict.FAIL


def test_a_new_delegation_after_a_revocation_holds(world) -> None:
    world.seal(world.draft(Kind.DELEGATION), world.draft(Kind.REVOCATION))
    granted, post = world.seal(world.draft(Kind.DELEGATION), device_post(world))
    assert authority(world, world.delegated(post, granted), log=True) is Verdict.PASS


def test_a_delegation_logged_after_the_entry_fails(world) -> None:
    post, granted = world.seal(device_post(world), world.draft(Kind.DELEGATION))
    bundle = world.delegated(post, granted)
    assert authority(world, bundle) is Verdict.FAIL
    assert authority(world, bundle, log=True) is Verdict.FAIL


def test_an_entry_that_does_not_follow_as_its_sequence_says_fails(world) -> None:
    bundle = world.by_device()
    forked = world.reseal(bundle, previous=b"x" * 32)
    assert authority(world, forked) is Verdict.FAIL


def test_a_delegation_at_a_later_position_fails_whatever_its_sequence_says(world) -> None:
    first, post = world.seal(world.draft(Kind.DELEGATION), device_post(world))
    granted = world.reseal(first)
    assert granted.entry.sequence < post.entry.sequence
    assert granted.entry.position > post.entry.position
    assert authority(world, world.delegated(post, granted)) is Verdict.FAIL


def expiring(world, seconds: int):
    """A Delegation that ends so many seconds after the newest block."""
    expires = world.chain.blocks[-1].time + seconds
    return world.seal(world.draft(Kind.DELEGATION, expiresAt=expires))[0]


def test_anchored_at_the_last_second_is_in_time(world) -> None:
    granted = expiring(world, 12 * (1 + 3 + 1))
    post = world.delegated(world.seal(device_post(world))[0], granted)
    assert post.anchor.block.time == granted.message["expiresAt"]
    assert authority(world, post) is Verdict.PASS


def test_anchored_late_but_written_perhaps_in_time_is_unknown(world) -> None:
    granted = expiring(world, 12 * (1 + 3 + 1) - 1)
    post = world.delegated(world.seal(device_post(world))[0], granted)
    assert authority(world, post) is Verdict.UNKNOWN
    assert authority(world, replace(post, message=None)) is Verdict.UNKNOWN


def test_written_after_the_expiry_fails(world) -> None:
    granted = expiring(world, 12)
    world.chain.mine(20)
    post = world.delegated(world.seal(device_post(world))[0], granted)
    assert authority(world, post) is Verdict.FAIL


@pytest.mark.parametrize(("extra", "expected"), [(0, Verdict.PASS), (1, Verdict.FAIL)])
def test_a_delegation_lasts_ninety_days_at_most(world, extra, expected) -> None:
    start = world.chain.blocks[-4].time
    draft = world.draft(Kind.DELEGATION, expiresAt=start + MAX_DELEGATION_SECONDS + extra)
    granted, post = world.seal(draft, device_post(world))
    assert authority(world, world.delegated(post, granted)) is expected


def test_a_delegation_whose_block_is_not_canonical_fails(world) -> None:
    wrong = {"number": 2, "hash": "0x" + "66" * 32}
    granted, post = world.seal(world.draft(Kind.DELEGATION, notBefore=wrong), device_post(world))
    assert authority(world, world.delegated(post, granted)) is Verdict.FAIL


def test_a_delegation_that_is_not_anchored_is_unknown(world) -> None:
    bundle = world.by_device()
    unanchored = replace(bundle, delegation=replace(bundle.delegation, anchor=None))
    assert authority(world, unanchored) is Verdict.UNKNOWN


@pytest.mark.parametrize("field", ["sequence", "transaction"])
def test_a_delegation_whose_anchor_the_chain_denies_fails(world, field) -> None:
    bundle = world.by_device()
    changed = {"sequence": 9, "transaction": b"x" * 32}[field]
    anchor = replace(bundle.delegation.anchor, **{field: changed})
    wrong = replace(bundle, delegation=replace(bundle.delegation, anchor=anchor))
    assert authority(world, wrong) is Verdict.FAIL


def test_a_delegation_that_its_author_anchored_does_not_bind_the_log(world) -> None:
    granted = world.seal(world.draft(Kind.DELEGATION), anchorer=world.ada.address)[0]
    post = world.delegated(world.seal(world.draft(), device_post(world))[1], granted)
    assert authority(world, post, log=True) is Verdict.UNKNOWN


@pytest.mark.parametrize("harm", ["no message", "another message", "no batch", "foreign batch"])
def test_a_log_that_hides_something_never_makes_a_pass(world, granted, harm) -> None:
    other = world.draft(Kind.REVOCATION, delegate=world.bob.address)
    revocation = world.seal(world.draft(Kind.REVOCATION))[0]
    post = world.delegated(world.seal(device_post(world))[0], granted)
    batch = world.log.given[2]
    key = revocation.entry.content
    if harm == "no message":
        world.log.given[2] = replace(batch, messages={})
    elif harm == "another message":
        world.log.given[2] = replace(batch, messages={key: other.message})
    elif harm == "no batch":
        del world.log.given[2]
    else:
        entries = [replace(batch.entries[0], kind=Kind.POST)]
        world.log.given[2] = replace(batch, entries=entries)
    assert authority(world, post, log=True) is Verdict.UNKNOWN


def test_a_signed_record_of_the_author_needs_nothing(world) -> None:
    assert authority(world, world.seal(world.draft())[0]) is Verdict.PASS
