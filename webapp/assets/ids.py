"""How a token is named: by number, by CAIP-19 id, and by an id of 16 bytes within this server.

CAIP-19 (chainagnostic.org) names a token of an ERC-721 contract ``eip155:CHAIN/erc721:CONTRACT/NUMBER``. One
spelling is taken of each, since the digest in a post is that of the text: address in lower case, number in
decimal digits without zeros before it.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from chain.deploy import ASSET_REGISTRY
from chain.proofs.domain import Domain

NUMBER = r"(0|[1-9][0-9]{0,77})"
_CAIP19 = re.compile(rf"eip155:([1-9][0-9]{{0,18}})/erc721:(0x[0-9a-f]{{40}})/{NUMBER}\Z")
_NUMBER = re.compile(rf"{NUMBER}\Z")
_BYTES = 32
# Version 8 and variant of RFC 9562: an id that this server computed.
_VERSION, _VARIANT = 0x80, 0x80


@dataclass(frozen=True)
class AssetId:
    """One token of one contract on one chain; the contract in lower-case 0x."""

    chain_id: int
    contract: str
    number: int

    def __str__(self) -> str:
        return f"eip155:{self.chain_id}/erc721:{self.contract}/{self.number}"

    @property
    def token(self) -> bytes:
        """The number as 32 bytes, as tables hold it."""
        return self.number.to_bytes(_BYTES)

    @property
    def uuid(self) -> UUID:
        """An id of 16 bytes that follows from the CAIP-19 id."""
        start = bytearray(hashlib.sha256(str(self).encode()).digest()[:16])
        start[6] = _VERSION | start[6] & 0x0F
        start[8] = _VARIANT | start[8] & 0x3F
        return UUID(bytes=bytes(start))


@cache
def registry_address() -> str:
    """Return where AssetRegistry stands, the same on every chain; raises ArtifactMissing."""
    return ASSET_REGISTRY.address


def asset_id(chain_id: int, token: bytes) -> AssetId:
    """Return the id of a token of AssetRegistry, of 32 bytes."""
    return AssetId(chain_id, registry_address(), int.from_bytes(token))


def registry_domain(chain_id: int) -> Domain:
    """Return the EIP-712 domain that permissions of a chain are signed under."""
    return Domain(chain_id, registry_address())


def parse_caip19(text: str) -> AssetId:
    """Read a CAIP-19 id of an ERC-721 token in its one spelling; raises ValueError."""
    found = _CAIP19.match(text)
    if found is None:
        raise ValueError("is no CAIP-19 id of an ERC-721 token, with the contract in lower case")
    chain_id, contract, number = found.groups()
    return AssetId(int(chain_id), contract, _bounded(int(number)))


def parse_number(text: str) -> int:
    """Read a token's number in decimal digits; raises ValueError."""
    if not _NUMBER.match(text):
        raise ValueError("is no number in decimal digits")
    return _bounded(int(text))


def _bounded(number: int) -> int:
    if number >= 1 << 8 * _BYTES:
        raise ValueError("is more than 256 bits can hold")
    return number
