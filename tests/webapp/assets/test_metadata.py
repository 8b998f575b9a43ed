"""Metadata: one spelling, bounded, and nothing that a text could smuggle in."""

import hashlib
import json
from typing import Any

import pytest

from webapp.assets.content.sniffing import nested
from webapp.assets.errors import MetadataRefusedError
from webapp.assets.ids import asset_id, parse_caip19, parse_number
from webapp.assets.metadata import MOST_BYTES, build_metadata, read_metadata

CID = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"


def test_the_same_content_is_the_same_bytes_whatever_the_order() -> None:
    fields: dict[str, Any] = {
        "name": "Ünïcode 🎨",
        "description": "two\nlines",
        "external_url": "https://alice.example/art?x=1",
        "attributes": [
            {"trait_type": "hue", "value": "red"},
            {"trait_type": "power", "value": 40, "display_type": "boost_number"},
            {"value": 0.5},
        ],
    }
    made = build_metadata(fields, CID, None)
    again = build_metadata(dict(reversed(fields.items())), CID, None)
    assert made == again
    assert made.digest == hashlib.sha256(made.document).digest()
    assert made.document == (
        b'{"attributes":[{"trait_type":"hue","value":"red"},'
        b'{"display_type":"boost_number","trait_type":"power","value":40},{"value":0.5}],'
        b'"description":"two\\nlines","external_url":"https://alice.example/art?x=1",'
        b'"image":"ipfs://' + CID.encode() + b'","name":"' + "Ünïcode 🎨".encode() + b'"}'
    )
    assert read_metadata(made.document) == json.loads(made.document)


def test_brackets_in_texts_are_only_texts() -> None:
    wild = "[{" * 400 + '\\"[' * 100
    assert read_metadata(build_metadata({"name": "n", "description": wild}, CID, None).document)
    assert nested('{"a":"[\\"["}') == 1
    assert nested('"\\"' * 300_000 + "[") == 0  # in no more time than it takes to read


def test_texts_cannot_add_keys_or_break_out() -> None:
    evil = '","image":"ipfs://evil","x":"</script><script>alert(1)</script>'
    found = read_metadata(build_metadata({"name": evil}, CID, None).document)
    assert found == {"name": evil, "image": f"ipfs://{CID}"}


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "nul\0"}),
        ("name", {"name": "surrogate \ud800"}),
        ("name", {"name": "n" * 201}),
        ("description", {"name": "n", "description": "d" * 2_001}),
        ("external_url", {"name": "n", "external_url": "javascript:alert(1)"}),
        ("external_url", {"name": "n", "external_url": "http://plain.example"}),
        ("external_url", {"name": "n", "external_url": "https://user@host.example"}),
        ("external_url", {"name": "n", "external_url": 'https://host.example/"onload="x'}),
        ("external_url", {"name": "n", "external_url": "https://[::1"}),
        ("attributes.0.value", {"name": "n", "attributes": [{"value": True}]}),
        ("attributes.0.value", {"name": "n", "attributes": [{"value": {"a": 1}}]}),
        ("attributes.0.value", {"name": "n", "attributes": [{"value": float("inf")}]}),
        ("attributes.0.value", {"name": "n", "attributes": [{"value": 2**53}]}),
        (
            "attributes.0.display_type",
            {"name": "n", "attributes": [{"value": "text", "display_type": "date"}]},
        ),
        ("attributes", {"name": "n", "attributes": [{"value": 1}] * 51}),
    ],
)
def test_what_marketplaces_would_choke_on_is_refused(field: str, fields: dict[str, Any]) -> None:
    with pytest.raises(MetadataRefusedError) as refusal:
        build_metadata(fields, CID, None)
    assert refusal.value.field == field


def test_metadata_are_one_block_at_most() -> None:
    def sized(length: int) -> bytes:
        # Two bytes for each of the letters, whose number alone would fit.
        fields = {"name": "n", "description": "é" * length}
        return build_metadata(fields, CID, None).document

    most = (MOST_BYTES - len(sized(1)) + 2) // 2
    assert MOST_BYTES - 2 < len(sized(most)) <= MOST_BYTES
    with pytest.raises(MetadataRefusedError):
        sized(most + 1)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"nope",
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":"\\ud800"}',
        b"\xff",
        b'{"a":' * 2_000,
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"name":"mine","name":"yours"}',
        b'{"a":[{"b":1,"\\u0062":1}]}',
    ],
)
def test_what_others_wrote_may_be_no_metadata_at_all(document: bytes) -> None:
    assert read_metadata(document) is None


def test_a_token_has_one_spelling() -> None:
    token = asset_id(31_337, (1 << 255).to_bytes(32))
    assert parse_caip19(str(token)) == token
    assert len(str(1 << 255)) <= 78
    assert token.uuid.version == 8
    number, contract = 1 << 255, token.contract
    for text in (
        f"eip155:31337/erc721:{contract.upper()}/{number}",
        f"eip155:31337/erc721:{contract}/0{number}",
        f"eip155:31337/erc721:{contract}/{1 << 256}",
        f"eip155:31337/erc721:{contract}/{number}\n",
        f"eip155:031337/erc721:{contract}/{number}",
        f"eip155:31337/erc1155:{contract}/{number}",
        "",
    ):
        with pytest.raises(ValueError, match="is"):
            parse_caip19(text)
    for text in ("", "-1", "1e3", "٣", " 1", "0x10", str(1 << 256)):
        with pytest.raises(ValueError, match="is"):
            parse_number(text)
