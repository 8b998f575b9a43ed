"""EIP-712 messages of the registries: flat structs, hashed by hand and given to wallets as JSON."""

from collections.abc import Sequence
from typing import Any

from chain.proofs.domain import Domain
from chain.proofs.keccak import keccak256

Fields = tuple[tuple[str, str], ...]

_DOMAIN_FIELDS: Fields = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


def type_hash(name: str, fields: Fields) -> bytes:
    """Return keccak256 of the encoded type of a struct without inner structs (EIP-712)."""
    members = ",".join(f"{kind} {field}" for field, kind in fields)
    return keccak256(f"{name}({members})".encode())


def hash_struct(type_hash: bytes, words: Sequence[bytes]) -> bytes:
    """Return the hashStruct, 32 bytes, of fields that are encoded as words of 32 bytes (EIP-712)."""
    return keccak256(type_hash + b"".join(words))


def for_wallets(
    domain: Domain, name: str, fields: Fields, message: dict[str, Any]
) -> dict[str, Any]:
    """Return what `eth_signTypedData_v4` takes: types, primary type, domain and message as JSON."""
    return {
        "types": {
            "EIP712Domain": _members(_DOMAIN_FIELDS),
            name: _members(fields),
        },
        "primaryType": name,
        "domain": {
            "name": "Troth",
            "version": "1",
            "chainId": domain.chain_id,
            "verifyingContract": domain.verifying_contract,
        },
        "message": message,
    }


def _members(fields: Fields) -> list[dict[str, str]]:
    return [{"name": field, "type": kind} for field, kind in fields]
