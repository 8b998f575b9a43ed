"""The EIP-712 domain of a log, and the digest that people sign."""

from dataclasses import dataclass
from functools import cached_property

from chain.proofs.keccak import keccak256

_TYPE_HASH = keccak256(
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
_NAME_HASH = keccak256(b"Troth")
_VERSION_HASH = keccak256(b"1")


@dataclass(frozen=True)
class Domain:
    """A chain id and the AnchorLog address there (lower case): what every signature is bound to."""

    chain_id: int
    verifying_contract: str

    @cached_property
    def _separator(self) -> bytes:
        return keccak256(
            _TYPE_HASH
            + _NAME_HASH
            + _VERSION_HASH
            + self.chain_id.to_bytes(32, "big")
            + bytes(12)
            + bytes.fromhex(self.verifying_contract[2:])
        )

    def separator(self) -> bytes:
        """Return the domain separator, 32 bytes (EIP-712), computed once."""
        return self._separator


def digest(domain: Domain, content: bytes) -> bytes:
    """Return what is signed, 32 bytes: keccak256(0x1901, separator, content) (EIP-712)."""
    return keccak256(b"\x19\x01" + domain.separator() + content)
