import string

import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.proofs.domain import Domain
from chain.proofs.errors import MalformedError
from chain.proofs.records import (
    TYPES,
    Kind,
    account_author,
    check_message,
    content,
    encode_type,
)

DOMAIN = Domain(131277322940537, "0x" + "c0" * 20)
UINT = st.integers(0, 2**53 - 1)


def hex_of(length: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=length, max_size=length).map(lambda raw: "0x" + raw.hex())


def struct(name: str) -> st.SearchStrategy[dict]:
    by_type = {
        "bytes16": hex_of(16),
        "bytes32": hex_of(32),
        "address": hex_of(20),
        "uint64": UINT,
        "string": st.text(),
    }
    fields = {}
    for key, kind in TYPES[name]:
        if kind == "Media[]":
            fields[key] = st.lists(struct("Media"), max_size=3)
        else:
            fields[key] = by_type[kind] if kind in by_type else struct(kind)
    return st.fixed_dictionaries(fields)


def by_eth_account(name: str, message: dict) -> bytes:
    used = {name, "BlockRef"} | ({"Media"} if name == "Post" else set())
    types = {each: [{"name": k, "type": t} for k, t in TYPES[each]] for each in used}
    domain = {
        "name": "Troth",
        "version": "1",
        "chainId": DOMAIN.chain_id,
        "verifyingContract": DOMAIN.verifying_contract,
    }
    signable = encode_typed_data(
        full_message={
            "types": types
            | {
                "EIP712Domain": [
                    {"name": "name", "type": "string"},
                    {"name": "version", "type": "string"},
                    {"name": "chainId", "type": "uint256"},
                    {"name": "verifyingContract", "type": "address"},
                ]
            },
            "primaryType": name,
            "domain": domain,
            "message": message,
        }
    )
    assert signable.header == DOMAIN.separator()
    return signable.body


@pytest.mark.parametrize("kind", list(Kind))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_content_equals_eth_account(kind, data) -> None:
    message = data.draw(struct(kind.type_name))
    checked = check_message(kind, message)
    assert content(kind, checked) == by_eth_account(kind.type_name, message)


def test_encode_type_lists_inner_types_by_name() -> None:
    assert encode_type("Post").endswith(
        "bytes32 salt)BlockRef(uint64 number,bytes32 hash)Media(bytes32 digest,string mime,string alt)"
    )


def test_kinds_and_type_names() -> None:
    assert [(kind.type_name, int(kind)) for kind in Kind] == [
        ("Post", 1),
        ("Deletion", 2),
        ("Delegation", 3),
        ("Revocation", 4),
        ("Stamp", 5),
    ]
    assert all(Kind.from_type_name(kind.type_name) is kind for kind in Kind)


@pytest.mark.parametrize("name", ["post", "Media", "", None, 1, ["Post"], {}])
def test_other_type_names_are_refused(name) -> None:
    with pytest.raises(MalformedError) as refusal:
        Kind.from_type_name(name)
    assert refusal.value.path == "$.type"


@pytest.fixture
def post(world) -> dict:
    return world.draft().message


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("id",), "0x" + "0" * 31),
        (("id",), "0x" + "0" * 33),
        (("id",), "0x" + "A" * 32),
        (("id",), "0X" + "a" * 32),
        (("id",), "a" * 34),
        (("id",), "0x" + "0" * 31 + "\n"),
        (("id",), "0x" + "0 " * 16),
        (("id",), "0x" + "\u0660" * 32),
        (("author",), 5),
        (("author",), None),
        (("audience",), ["public"]),
        (("text",), b"bytes"),
        (("text",), "half \ud800"),
        (("media",), {}),
        (("media",), None),
        (("media",), [None]),
        (("media", 0, "mime"), "\udfff"),
        (("media", 0, "digest"), "0x"),
        (("notBefore",), [1, 2]),
        (("notBefore", "number"), True),
        (("notBefore", "number"), 1.0),
        (("notBefore", "number"), "1"),
        (("notBefore", "number"), -1),
        (("notBefore", "number"), 2**53),
        pytest.param(("notBefore", "number"), 10**5000, id="huge"),
        (("salt",), 0),
    ],
)
def test_wrong_values_are_refused_at_their_path(post, path, value) -> None:
    parent = post
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    with pytest.raises(MalformedError) as refusal:
        check_message(Kind.POST, post)
    expected = "$" + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in path)
    assert refusal.value.path.startswith(expected)
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize("key", [key for key, _ in TYPES["Post"]])
def test_missing_keys_are_refused(post, key) -> None:
    del post[key]
    with pytest.raises(MalformedError, match=f"lacks the key '{key}'"):
        check_message(Kind.POST, post)


def test_unknown_keys_are_refused(post) -> None:
    post["notBefore"]["extra"] = 1
    with pytest.raises(MalformedError, match="unknown key 'extra'"):
        check_message(Kind.POST, post)


@pytest.mark.parametrize("value", [None, [], "Post", 1, True])
def test_no_object_is_no_message(value) -> None:
    with pytest.raises(MalformedError):
        check_message(Kind.POST, value)


def test_one_kind_is_not_another(world) -> None:
    with pytest.raises(MalformedError):
        check_message(Kind.POST, world.draft(Kind.STAMP).message)


def test_nothing_is_normalised(post) -> None:
    post["text"] = "\u00e9"
    composed = content(Kind.POST, check_message(Kind.POST, post))
    post["text"] = "e\u0301"
    assert content(Kind.POST, check_message(Kind.POST, post)) != composed


@pytest.mark.parametrize(
    "account",
    [
        "ADD9A274-aa53-7b88-8230-42d9f9bfa34f",
        "add9a274aa537b88823042d9f9bfa34f",
        "",
        "add9a274-aa53-7b88-8230-42d9f9bfa34f\n",
        string.ascii_letters,
    ],
)
def test_other_uuid_texts_derive_no_author(account) -> None:
    with pytest.raises(MalformedError):
        account_author(account)
