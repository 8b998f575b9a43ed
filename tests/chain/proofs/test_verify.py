"""The whole verifier: what passes, and that no single changed field leaves a bundle as good as it was."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from chain.proofs.bundle import dump_bundle, parse_bundle
from chain.proofs.errors import MalformedError
from chain.proofs.records import Kind
from chain.proofs.verdicts import Verdict, exit_code
from chain.proofs.verify import verify

ALL_BUT_LATEST = {"integrity", "author", "authority", "anchored", "not_after", "not_before"}


def passes(report) -> set[str]:
    return {str(each.claim) for each in report.results if each.verdict is Verdict.PASS}


def test_a_signed_post_passes_everything_but_latest_without_the_log(world) -> None:
    bundle = world.seal(world.draft(), world.draft(), world.draft())[1]
    report = world.verify(bundle)
    assert passes(report) == ALL_BUT_LATEST
    assert report.signer == world.ada.address
    assert exit_code(report, offline=False) == 0


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_passes_everything_with_the_log(world, kind) -> None:
    bundle = world.seal(world.draft(kind), world.draft())[0]
    assert passes(world.verify(bundle, log=True)) == ALL_BUT_LATEST | {"latest"}


def test_a_post_by_a_device_passes(world) -> None:
    report = world.verify(world.by_device())
    assert passes(report) == ALL_BUT_LATEST
    assert report.signer == world.device.address


def test_what_was_dumped_and_parsed_is_judged_alike(world) -> None:
    bundle = world.by_device()
    assert world.verify(parse_bundle(dump_bundle(bundle))) == world.verify(bundle)


def test_offline_integrity_and_author_pass_and_suffice(world) -> None:
    report = verify(world.by_device(), None)
    assert passes(report) == {"integrity", "author"}
    assert exit_code(report, offline=True) == 0
    assert exit_code(report, offline=False) == 3


def places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Yield the path of every value in a bundle's JSON but the whole."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def tampered(value: Any) -> list[Any]:
    """Return values of the same type that are not this one."""
    if isinstance(value, bool | dict) or value is None:
        return []
    if isinstance(value, int):
        return [value + 1, *([value - 1] if value else [])]
    if isinstance(value, list):
        return [[*value, value[0]], value[1:]] if value else [["0x" + "00" * 32]]
    if value.startswith("0x"):
        other = "1" if value.endswith("0") else "0"
        return [value[:-1] + other, "0x" + "00" * (len(value) // 2 - 1)]
    return [value + "x", ""]


def with_value(tree: Any, path: tuple, value: Any) -> bytes:
    copied = copy.deepcopy(tree)
    parent = copied
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    return json.dumps(copied).encode()


@pytest.mark.parametrize("make", ["direct", "delegated"])
def test_no_tampered_field_gets_through(world, make) -> None:
    if make == "direct":
        bundle = world.seal(world.draft(), world.draft(), world.draft())[0]
    else:
        bundle = world.by_device()
    tree = bundle.to_json()
    unharmed = []
    tried = 0
    for path in places(tree):
        value = tree
        for step in path:
            value = value[step]
        for other in tampered(value):
            if other == value:
                continue
            tried += 1
            try:
                report = world.verify(parse_bundle(with_value(tree, path, other)))
            except MalformedError:
                continue
            if exit_code(report, offline=False) != 1:
                unharmed.append((path, other))
    assert unharmed == []
    assert tried > 60


@pytest.mark.parametrize("make", ["direct", "delegated"])
def test_nothing_taken_out_goes_unnoticed(world, make) -> None:
    bundle = world.seal(world.draft())[0] if make == "direct" else world.by_device()
    tree = bundle.to_json()
    before = passes(world.verify(bundle))
    for path in places(tree):
        value = tree
        for step in path:
            value = value[step]
        if value is None:
            continue
        try:
            report = world.verify(parse_bundle(with_value(tree, path, None)))
        except MalformedError:
            continue
        assert passes(report) < before, path


def test_an_account_put_beside_a_signature_fails(world) -> None:
    tree = world.seal(world.draft())[0].to_json()
    tree["account"] = "add9a274-aa53-7b88-8230-42d9f9bfa34f"
    report = world.verify(parse_bundle(json.dumps(tree).encode()))
    assert report.by_claim("author").verdict is Verdict.FAIL


def test_another_type_of_the_same_shape_fails(world) -> None:
    tree = world.seal(world.draft(Kind.REVOCATION))[0].to_json()
    tree["entry"]["kind"] = int(Kind.DELETION)
    report = world.verify(parse_bundle(json.dumps(tree).encode()))
    assert report.by_claim("integrity").verdict is Verdict.FAIL
