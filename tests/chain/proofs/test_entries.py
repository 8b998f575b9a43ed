from dataclasses import replace

import pytest
from eth_abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.proofs.entries import Entry, leaf_hash
from chain.proofs.errors import MalformedError
from chain.proofs.keccak import keccak256
from chain.proofs.records import Kind

UINT = st.integers(0, 2**64 - 1)
WORD = st.binary(min_size=32, max_size=32)
FIELDS = "uint64 address uint64 bytes32 bytes16 uint8 bytes32 bytes32".split()  # noqa: SIM905 - an ABI type


@settings(max_examples=50, deadline=None)
@given(
    st.tuples(
        UINT,
        st.binary(min_size=20, max_size=20),
        UINT,
        WORD,
        st.binary(min_size=16, max_size=16),
        st.sampled_from(list(Kind)),
        WORD,
        WORD,
    )
)
def test_leaf_is_the_double_hash_of_the_abi_encoding(fields) -> None:
    expected = keccak256(keccak256(encode(FIELDS, fields)))
    assert leaf_hash(*fields) == expected
    position, author, *rest = fields
    assert Entry(position, "0x" + author.hex(), *rest).leaf() == expected


@pytest.fixture
def entry(world) -> Entry:
    return world.seal(world.draft())[0].entry


def test_json_round_trip(entry) -> None:
    assert Entry.from_json(entry.to_json()) == entry


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("author", "0x" + "aa" * 19),
        ("previous", b"x" * 31),
        ("record", b"x" * 17),
        ("content", b""),
        ("signature", b"x" * 33),
        ("position", -1),
        ("sequence", 2**64),
    ],
)
def test_fields_that_struct_would_pad_or_cut_are_refused(entry, field, value) -> None:
    with pytest.raises(MalformedError):
        replace(entry, **{field: value}).leaf()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("position", True),
        ("position", -1),
        ("sequence", 2**53),
        ("kind", 0),
        ("kind", 6),
        ("kind", True),
        ("kind", "Post"),
        ("author", "0x" + "AA" * 20),
        ("record", "0x" + "aa" * 32),
        ("previous", None),
        ("extra", 1),
    ],
)
def test_from_json_is_strict(entry, key, value) -> None:
    with pytest.raises(MalformedError):
        Entry.from_json(entry.to_json() | {key: value})


def test_from_json_wants_every_field(entry) -> None:
    for key in entry.to_json():
        value = entry.to_json()
        del value[key]
        with pytest.raises(MalformedError, match=key):
            Entry.from_json(value)


def test_every_field_counts_in_the_leaf(entry) -> None:
    others = [
        replace(entry, position=entry.position + 1),
        replace(entry, author="0x" + "11" * 20),
        replace(entry, sequence=entry.sequence + 1),
        replace(entry, previous=b"1" * 32),
        replace(entry, record=b"1" * 16),
        replace(entry, kind=Kind.STAMP),
        replace(entry, content=b"1" * 32),
        replace(entry, signature=b"1" * 32),
    ]
    assert len({each.leaf() for each in [entry, *others]}) == 9
