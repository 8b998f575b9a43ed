import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chain.proofs.bundle import MAX_BUNDLE_BYTES, Bundle, dump_bundle, parse_bundle
from chain.proofs.errors import MalformedError
from chain.proofs.records import Kind
from chain.proofs.verify import verify

REUSED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def delegated(world) -> Bundle:
    return world.by_device()


def dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def every_sort(world) -> list[Bundle]:
    kinds = world.seal(*[world.draft(kind) for kind in Kind])
    unsigned = world.seal(world.unsigned())[0]
    granted, post = world.seal(world.draft(Kind.DELEGATION), world.draft(signer=world.device))
    return [
        *kinds,
        unsigned,
        replace(kinds[0], message=None),
        replace(kinds[0], anchor=None),
        replace(kinds[0], signature=b""),
        world.delegated(post, granted),
        world.delegated(post, replace(granted, anchor=None)),
    ]


def test_round_trip_of_every_sort(world) -> None:
    for bundle in every_sort(world):
        assert parse_bundle(dump_bundle(bundle)) == bundle


def test_keys_stand_in_the_order_of_the_page(delegated) -> None:
    value = json.loads(dump_bundle(delegated))
    order = "troth domain type message signature account delegation entry proof anchor claims"
    assert " ".join(value) == order
    assert list(value["message"])[:4] == ["id", "author", "audience", "text"]
    assert list(value["message"]["media"][0]) == ["digest", "mime", "alt"]
    assert list(value["delegation"]) == ["message", "signature", "entry", "proof", "anchor"]
    anchor = ["anchorer", "sequence", "root", "first", "count", "transaction", "block"]
    assert list(value["anchor"]) == anchor


def test_dump_does_not_depend_on_the_order_of_a_message(delegated) -> None:
    backwards = dict(reversed(delegated.message.items()))
    assert dump_bundle(replace(delegated, message=backwards)) == dump_bundle(delegated)


def test_text_is_written_as_utf8(world) -> None:
    bundle = world.seal(world.draft(text="שלום 你好 👋"))[0]
    assert "שלום 你好 👋".encode() in dump_bundle(bundle)
    assert parse_bundle(dump_bundle(bundle)) == bundle


@REUSED
@given(st.data())
def test_mutated_bytes_are_refused_or_parsed_and_judged(delegated, data) -> None:
    raw = bytearray(dump_bundle(delegated))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    try:
        bundle = parse_bundle(bytes(raw))
    except MalformedError:
        return
    assert verify(bundle, None).results


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_else(data) -> None:
    with pytest.raises(MalformedError):
        parse_bundle(data)


WRONG = [None, True, 1, -1, 1.5, "x", "0x", [], [None], {}, {"a": 1}, 2**53, "0x" + "AB" * 32]


def test_every_value_of_another_type_is_refused(delegated) -> None:
    tree = delegated.to_json()
    nullable = {"message", "signature", "account", "delegation", "anchor"}
    taken = []

    def replaced(parent, key, restore) -> None:
        for wrong in WRONG:
            if type(wrong) is type(restore) and not isinstance(wrong, dict):
                continue
            if wrong is None and key in nullable:
                continue
            parent[key] = wrong
            try:
                parse_bundle(dumped(tree))
            except MalformedError:
                continue
            taken.append((key, wrong))
        parent[key] = restore

    def walk(value) -> None:
        for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
            replaced(value, key, item)
            if isinstance(item, dict | list):
                walk(item)

    walk(tree)
    allowed = {("signature", "0x")}
    assert set(map(repr, taken)) <= set(map(repr, allowed))


def test_unknown_and_missing_keys_are_refused_at_every_level(delegated) -> None:
    tree = delegated.to_json()

    def walk(value) -> None:
        if isinstance(value, dict):
            value["unknown"] = 1
            with pytest.raises(MalformedError, match="unknown key"):
                parse_bundle(dumped(tree))
            del value["unknown"]
            for key in list(value):
                kept = value.pop(key)
                with pytest.raises(MalformedError, match="lacks the key"):
                    parse_bundle(dumped(tree))
                value[key] = kept
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, dict | list):
                walk(item)

    walk(tree)


def test_duplicate_keys_are_refused(delegated) -> None:
    raw = dump_bundle(delegated)
    for key in (b'"troth":1', b'"account":null', b'"scope":"post"', b'"count":2'):
        assert key in raw
        with pytest.raises(MalformedError, match="twice"):
            parse_bundle(raw.replace(key, key + b"," + key, 1))


@pytest.mark.parametrize("number", ["1.0", "1e0", "-0", "true", "9007199254740992", "1" * 5000])
def test_other_numbers_are_refused(delegated, number) -> None:
    raw = dump_bundle(delegated)
    with pytest.raises(MalformedError):
        parse_bundle(raw.replace(b'"troth":1', b'"troth":' + number.encode(), 1))


@pytest.mark.parametrize("version", [0, 2])
def test_other_versions_are_refused(delegated, version) -> None:
    with pytest.raises(MalformedError, match=f"is version {version}"):
        parse_bundle(dumped(delegated.to_json() | {"troth": version}))


def test_sixty_four_siblings_pass_and_one_more_is_refused(delegated) -> None:
    sibling = "0x" + "00" * 32
    assert parse_bundle(dumped(delegated.to_json() | {"proof": [sibling] * 64}))
    with pytest.raises(MalformedError, match="at most 64"):
        parse_bundle(dumped(delegated.to_json() | {"proof": [sibling] * 65}))


def test_signatures_are_bounded(delegated) -> None:
    longest = delegated.to_json() | {"signature": "0x" + "ab" * 8192}
    assert parse_bundle(dumped(longest)).signature == b"\xab" * 8192
    for wrong in ("0x" + "ab" * 8193, "0xabc", "0xAB", "ab", "0x a"):
        with pytest.raises(MalformedError) as refusal:
            parse_bundle(dumped(delegated.to_json() | {"signature": wrong}))
        assert refusal.value.path == "$.signature"


def test_an_empty_signature_is_present(delegated) -> None:
    assert parse_bundle(dumped(delegated.to_json() | {"signature": "0x"})).signature == b""
    assert parse_bundle(dumped(delegated.to_json() | {"signature": None})).signature is None


@pytest.mark.parametrize(
    ("claims", "path"),
    [([{}], "$.claims[0]"), ([1], "$.claims[0]"), ({}, "$.claims"), (None, "$.claims")],
)
def test_claims_are_a_list_of_claim_files(delegated, claims, path) -> None:
    with pytest.raises(MalformedError) as refusal:
        parse_bundle(dumped(delegated.to_json() | {"claims": claims}))
    assert refusal.value.path == path


def test_files_over_one_mebibyte_are_refused(world) -> None:
    bundle = world.seal(world.draft(text=""))[0]
    room = MAX_BUNDLE_BYTES - len(dump_bundle(bundle))
    full = replace(bundle, message=bundle.message | {"text": "x" * room})
    assert parse_bundle(dump_bundle(full)) == full
    with pytest.raises(MalformedError, match="at most 1048576"):
        parse_bundle(dump_bundle(replace(full, message=full.message | {"text": "x" * (room + 1)})))


def test_nesting_deeper_than_the_format_is_refused(delegated) -> None:
    with pytest.raises(MalformedError, match="deeper"):
        parse_bundle(dumped(delegated.to_json() | {"claims": [[[[]]]]}))


def test_trailing_data_is_refused(delegated) -> None:
    assert parse_bundle(dump_bundle(delegated) + b"\n") == delegated
    for tail in (b"0", b"{}", b"\x00", b"\xef\xbb\xbf"):
        with pytest.raises(MalformedError):
            parse_bundle(dump_bundle(delegated) + tail)
