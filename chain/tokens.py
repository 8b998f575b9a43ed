"""Token ids of AssetRegistry: who made a token, on which terms, of which metadata.

Highest bits first: creator 160, royalty in basis points 16, the first 80 bits of the digest.
"""

from dataclasses import dataclass

MAX_ROYALTY = 10_000  # basis points: the whole price

_DIGEST_BITS = 80
_ROYALTY_BITS = 16
# CIDv1 in base16 (the leading f): version 1, raw bytes, sha2-256, 32 bytes long (multiformats).
_CID_PREFIX = "f01551220"


@dataclass(frozen=True)
class TokenParts:
    """What an id says: creator in lower-case 0x, royalty in basis points, 10 bytes of the digest."""

    creator: str
    royalty: int
    digest_start: bytes


def token_id(creator: str, digest: bytes, royalty: int) -> int:
    """Return the id that a token has, or would have.

    Raises ValueError for a digest that is not 32 bytes or zero, a royalty out of 0 to 10,000, and what is
    not an address.
    """
    address = bytes.fromhex(creator.removeprefix("0x"))
    if len(address) != 20:
        raise ValueError(f"a creator needs 20 bytes, and {creator} has {len(address)}")
    if len(digest) != 32 or not any(digest):
        raise ValueError(f"a digest needs 32 bytes that are not all zero, not 0x{digest.hex()}")
    if not 0 <= royalty <= MAX_ROYALTY:
        raise ValueError(f"a royalty is 0 to {MAX_ROYALTY} basis points, not {royalty}")
    return int.from_bytes(address + royalty.to_bytes(2) + digest[: _DIGEST_BITS // 8])


def split_token_id(number: int) -> TokenParts:
    """Take an id apart; raises OverflowError for a number that is not one of 256 bits."""
    whole = number.to_bytes(32)
    return TokenParts("0x" + whole[:20].hex(), int.from_bytes(whole[20:22]), whole[22:])


def metadata_cid(digest: bytes) -> str:
    """Return the CID of a file of one block by its SHA-256 (CIDv1, raw, base16)."""
    return _CID_PREFIX + digest.hex()


def token_uri(digest: bytes) -> str:
    """Return what tokenURI answers for a token with this digest."""
    return f"ipfs://{metadata_cid(digest)}"
