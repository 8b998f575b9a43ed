import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.proofs.errors import MalformedError
from chain.proofs.strict_json import load_strict_json


def load(data: bytes, max_bytes: int = 1 << 20, max_depth: int = 8) -> object:
    return load_strict_json(data, max_bytes=max_bytes, max_depth=max_depth)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(JSON, st.booleans())
def test_what_json_writes_is_read(value, escaped) -> None:
    data = json.dumps(value, ensure_ascii=escaped).encode()
    assert load(data, max_depth=100) == value


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=60)
    | st.text(alphabet='[]{}",:\\u0d8-1.eE ntfaN\ufeff', max_size=40).map(str.encode)
)
def test_arbitrary_bytes_raise_nothing_else(data) -> None:
    try:
        load(data)
    except MalformedError:
        return


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" ",
        b"1 2",
        b"{} {}",
        b"{}x",
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'[{"b":{"a":1,"c":0,"a":2}}]',
        b"1.0",
        b"1e3",
        b"1E3",
        b"0.1e-2",
        b"-1",
        b"-0",
        b"-0.0",
        b"01",
        b"+1",
        b"0x10",
        b"9007199254740992",
        b"99999999999999999",
        b"1" * 5000,
        b"-" + b"1" * 5000,
        b"1" * 5000 + b".5",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"nan",
        b"True",
        b"\xef\xbb\xbf{}",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\xc0\xaf"',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'{"\\ud800":1}',
        b'[["\\uDFFF x"]]',
        b'"\x01"',
        b'"unended',
        b'"unended\\',
        b"[1,]",
        b"{'a':1}",
        b"[1] // no",
        "{}".encode("utf-16"),
        "{}".encode("utf-32"),
    ],
)
def test_refused(data) -> None:
    with pytest.raises(MalformedError) as refusal:
        load(data)
    assert len(str(refusal.value)) < 250
    assert str(refusal.value).isprintable()


def test_the_largest_integer_passes() -> None:
    assert load(b"9007199254740991") == 2**53 - 1


def test_whole_surrogate_pairs_pass() -> None:
    assert load(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_depth_is_bounded_exactly() -> None:
    assert load(b'[{"a":[[]]}]', max_depth=4) == [{"a": [[]]}]
    with pytest.raises(MalformedError, match="deeper than 3"):
        load(b'[{"a":[[]]}]', max_depth=3)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_deep_nesting_is_refused_before_python_recurses(opening) -> None:
    with pytest.raises(MalformedError, match="deeper"):
        load(opening * 100_000)


def test_brackets_in_strings_are_no_depth() -> None:
    assert load(json.dumps(["[[[[{{{{", '\\"[[[[', "\\"]).encode(), max_depth=1)


def test_a_string_of_quotes_that_never_ends_is_refused_at_once() -> None:
    with pytest.raises(MalformedError):
        load(b'"' + b'\\"' * 400_000)


def test_one_of_very_many_keys_twice_is_found() -> None:
    keys = ",".join(f'"{i}":0' for i in range(60_000))
    with pytest.raises(MalformedError, match="twice"):
        load(f'{{{keys},"59999":0}}'.encode())


def test_size_is_bounded_exactly() -> None:
    assert load(b"[1]", max_bytes=3) == [1]
    with pytest.raises(MalformedError, match="at most 3"):
        load(b"[12]", max_bytes=3)


def test_a_surrogate_is_named_by_its_path() -> None:
    with pytest.raises(MalformedError) as refusal:
        load(b'{"a":[0,"\\ud800"]}')
    assert refusal.value.path == "$['a'][1]"
