from dataclasses import replace

import pytest

from chain.proofs.errors import LogUnavailableError, MalformedError
from chain.proofs.records import Kind
from chain.proofs.verdicts import Verdict


def latest(world, bundle, **arguments) -> Verdict:
    return world.verify(bundle, log=True, **arguments).by_claim("latest").verdict


@pytest.fixture
def bundle(world):
    return world.seal(world.draft(), world.draft())[0]


def test_without_the_log_it_is_unknown(world, bundle) -> None:
    assert world.verify(bundle).by_claim("latest").verdict is Verdict.UNKNOWN


def test_the_only_version_is_the_latest(world, bundle) -> None:
    world.seal(world.draft())
    assert latest(world, bundle) is Verdict.PASS


@pytest.mark.parametrize("kind", [Kind.POST, Kind.DELETION])
def test_a_later_version_makes_it_fail(world, bundle, kind) -> None:
    changed = world.draft(
        kind, id=bundle.message["id"], text="edited", replaces="0x" + bundle.entry.content.hex()
    )
    newer = world.seal(changed)[0]
    assert latest(world, bundle) is Verdict.FAIL
    assert latest(world, newer) is Verdict.PASS


def test_a_later_version_in_the_same_batch_counts(world) -> None:
    first = world.draft()
    old, new = world.seal(first, world.draft(id=first.message["id"], text="edited"))
    assert latest(world, old) is Verdict.FAIL
    assert latest(world, new) is Verdict.PASS


def test_the_same_content_logged_again_is_no_later_version(world) -> None:
    draft = world.draft()
    bundle = world.seal(draft)[0]
    world.seal(draft)
    assert latest(world, bundle) is Verdict.PASS


def test_the_same_id_of_another_author_is_no_later_version(world, bundle) -> None:
    other = world.draft(signer=world.bob, author=world.bob.address, id=bundle.message["id"])
    world.seal(other)
    assert latest(world, bundle) is Verdict.PASS


def test_a_later_version_that_is_not_final_does_not_count_yet(world, bundle) -> None:
    world.seal(world.draft(id=bundle.message["id"]), deep=1)
    assert latest(world, bundle) is Verdict.PASS
    world.chain.mine(2)
    assert latest(world, bundle) is Verdict.FAIL


def test_a_log_without_its_last_batch_is_unknown(world, bundle) -> None:
    world.seal(world.draft(id=bundle.message["id"]))
    world.log.given.pop()
    assert latest(world, bundle) is Verdict.UNKNOWN


def test_batches_after_the_last_one_believed_do_not_count(world, bundle) -> None:
    world.seal(world.draft(id=bundle.message["id"]))
    assert latest(world, bundle, last_batch=0) is Verdict.PASS


def harmed(batch, harm):
    first = batch.entries[0]
    return {
        "an entry missing": replace(batch, entries=batch.entries[1:]),
        "an entry changed": replace(
            batch, entries=[replace(first, content=b"x" * 32), *batch.entries[1:]]
        ),
        "an entry twice": replace(batch, entries=[first, *batch.entries]),
        "no entries": replace(batch, entries=[]),
        "another root": replace(batch, root=b"x" * 32),
        "another sequence": replace(batch, sequence=7),
        "another first": replace(batch, first=1),
        "another count": replace(batch, count=3),
    }[harm]


@pytest.mark.parametrize(
    "harm",
    [
        "an entry missing",
        "an entry changed",
        "an entry twice",
        "no entries",
        "another root",
        "another sequence",
        "another first",
        "another count",
    ],
)
@pytest.mark.parametrize("at", [0, 1])
def test_a_batch_that_does_not_give_its_root_is_not_believed(world, bundle, harm, at) -> None:
    world.seal(world.draft(), world.draft())
    world.log.given[at] = harmed(world.log.given[at], harm)
    result = world.verify(bundle, log=True).by_claim("latest")
    assert result.verdict is Verdict.UNKNOWN


def test_positions_with_a_gap_under_a_true_root_are_a_forged_log(world, bundle) -> None:
    forged = world.seal(world.draft(), world.draft())[1]
    entry = replace(forged.entry, position=forged.entry.position + 5)
    moved = world.reseal(forged, sequence=entry.sequence)
    batch = replace(
        world.log.given[1],
        sequence=2,
        root=moved.anchor.root,
        first=moved.anchor.first,
        count=1,
        entries=[replace(moved.entry, position=moved.entry.position)],
    )
    world.log.given.append(batch)
    assert latest(world, bundle) is Verdict.PASS
    held = world.chain.held[world.domain.verifying_contract, moved.anchor.anchorer]
    off = replace(moved.entry, position=99)
    held[off.leaf()] = held.pop(moved.anchor.root)
    world.log.given[2] = replace(batch, root=off.leaf(), entries=[off])
    result = world.verify(bundle, log=True).by_claim("latest")
    assert result.verdict is Verdict.UNKNOWN
    assert "forged" in result.reason


@pytest.mark.parametrize("error", [LogUnavailableError("gone"), MalformedError("$.kind", "is 9")])
def test_a_log_that_cannot_be_read_is_unknown(world, bundle, monkeypatch, error) -> None:
    def fails():
        yield world.log.given[0]
        raise error

    monkeypatch.setattr(world.log, "batches", fails)
    assert latest(world, bundle) is Verdict.UNKNOWN
