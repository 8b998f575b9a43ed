"""Claims and permissions are hashed as viem and eth-account hash them."""

import json
import subprocess
from pathlib import Path

import pytest
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak

from chain import claims, permissions, typed_data
from chain.claims import Claim
from chain.permissions import Permission
from chain.proofs.domain import Domain
from chain.typed_data import for_wallets

VIEM = Path(__file__).with_name("typed_data.mjs")
HERE = Domain(31337, "0x" + "ab" * 20)
ADDRESS, OTHER = "0x" + "12" * 20, "0x" + "ff" * 20
VALUES = ["", "example.org", "Ärger 💥 \u0000", "a" * 5_000, "e\u0301 is not \u00e9"]
PERMISSIONS = [
    Permission(ADDRESS, OTHER, keccak(b"a"), 250, 1_800_000_000),
    Permission("0x" + "00" * 20, ADDRESS, bytes(32), 0, 0),
    Permission(OTHER, ADDRESS, b"\xff" * 32, 65_535, 2**256 - 1),
]
CLAIMS = [Claim(ADDRESS, claims.DOMAIN, value, keccak(value.encode())) for value in VALUES]


def as_typed_data(claim: Claim) -> dict[str, object]:
    message = {
        "subject": claim.subject,
        "schema": "0x" + claim.schema.hex(),
        "value": claim.value,
        "salt": "0x" + claim.salt.hex(),
    }
    return for_wallets(HERE, "Claim", claims.FIELDS, message)


def test_viem_hashes_the_same() -> None:
    asked = [one.typed_data(HERE) for one in PERMISSIONS] + [as_typed_data(one) for one in CLAIMS]
    done = subprocess.run(
        ["node", VIEM], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    answers = json.loads(done.stdout)
    for permission, answer in zip(PERMISSIONS, answers, strict=False):
        assert answer["content"] == "0x" + permission.content().hex()
        assert answer["signed"] == "0x" + permission.signed_hash(HERE).hex()
    for claim, answer in zip(CLAIMS, answers[len(PERMISSIONS) :], strict=True):
        assert answer["content"] == "0x" + claim.digest().hex()


def test_eth_account_hashes_the_same() -> None:
    for permission in PERMISSIONS:
        message = encode_typed_data(full_message=permission.typed_data(HERE))
        assert message.body == permission.content()
        assert keccak(b"\x19" + message.version + message.header + message.body) == (
            permission.signed_hash(HERE)
        )
    for claim in CLAIMS:
        message = encode_typed_data(full_message=as_typed_data(claim))
        assert message.body == claim.digest()


def test_the_types_are_those_of_the_protocol() -> None:
    assert typed_data.type_hash("Claim", claims.FIELDS) == keccak(
        b"Claim(address subject,bytes32 schema,string value,bytes32 salt)"
    )
    assert typed_data.type_hash("Permission", permissions.FIELDS) == keccak(
        b"Permission(address creator,address to,bytes32 digest,uint16 royalty,uint256 deadline)"
    )


def test_schemas_are_named() -> None:
    assert claims.schema_of("troth:domain") == claims.DOMAIN == keccak(b"troth:domain")
    assert len({claims.DOMAIN, claims.EMAIL, claims.HANDLE, claims.PERSON}) == 4


def test_a_salt_hides_the_value() -> None:
    first, second = (claims.new_claim(ADDRESS, claims.EMAIL, "ada@example.org") for _ in range(2))
    assert first.salt != second.salt
    assert first.digest() != second.digest()
    assert len(first.salt) == 32


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"subject": "0x12"}, "subject"),
        ({"schema": b"short"}, "schema"),
        ({"salt": bytes(31)}, "salt"),
    ],
)
def test_a_claim_of_another_shape_is_refused(change: dict[str, object], problem: str) -> None:
    given = {"subject": ADDRESS, "schema": claims.EMAIL, "value": "x", "salt": bytes(32)}
    with pytest.raises(ValueError, match=problem):
        Claim(**given | change).digest()
    with pytest.raises(UnicodeEncodeError):
        Claim(ADDRESS, claims.EMAIL, "\ud800", bytes(32)).digest()
