"""Permissions to mint: the EIP-712 message that a creator signs so that somebody else can pay."""

from dataclasses import dataclass
from typing import Any

from chain.proofs.domain import Domain
from chain.proofs.domain import digest as signed_hash
from chain.typed_data import for_wallets, hash_struct, type_hash

FIELDS = (
    ("creator", "address"),
    ("to", "address"),
    ("digest", "bytes32"),
    ("royalty", "uint16"),
    ("deadline", "uint256"),
)
_TYPE_HASH = type_hash("Permission", FIELDS)


@dataclass(frozen=True)
class Permission:
    """Let anyone mint, until `deadline`, one token of `creator` for `to`.

    Addresses are lower-case 0x, the digest is the SHA-256 of the metadata, the royalty is in basis points,
    and the deadline the last second, since 1970, at which it serves.
    """

    creator: str
    to: str
    digest: bytes
    royalty: int
    deadline: int

    def as_tuple(self) -> tuple[str, str, bytes, int, int]:
        """Return the fields in the contract's order."""
        return self.creator, self.to, self.digest, self.royalty, self.deadline

    def content(self) -> bytes:
        """Return the hashStruct, 32 bytes (EIP-712)."""
        words = (
            bytes(12) + bytes.fromhex(self.creator[2:]),
            bytes(12) + bytes.fromhex(self.to[2:]),
            self.digest,
            self.royalty.to_bytes(32),
            self.deadline.to_bytes(32),
        )
        return hash_struct(_TYPE_HASH, words)

    def signed_hash(self, domain: Domain) -> bytes:
        """Return what the creator signs, 32 bytes; `domain` is that of AssetRegistry (EIP-712)."""
        return signed_hash(domain, self.content())

    def typed_data(self, domain: Domain) -> dict[str, Any]:
        """Return what a wallet is asked to sign, as JSON; numbers are decimal text where they may be large."""
        message = {
            "creator": self.creator,
            "to": self.to,
            "digest": "0x" + self.digest.hex(),
            "royalty": self.royalty,
            "deadline": str(self.deadline),
        }
        return for_wallets(domain, "Permission", FIELDS, message)
