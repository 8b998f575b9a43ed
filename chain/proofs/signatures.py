"""Signatures of externally owned accounts: recovery under the one accepted encoding."""

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature

from chain.proofs.keccak import keccak256

MAX_SIGNATURE_BYTES = 8192

_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_HALF_ORDER = _CURVE_ORDER // 2


def is_high_s(signature: bytes) -> bool:
    """Say whether 65 bytes hold an s in the upper half: valid maths, and a second form of one signature."""
    return len(signature) == 65 and int.from_bytes(signature[32:64], "big") > _HALF_ORDER


def recover(digest: bytes, signature: bytes) -> str | None:
    """Return the address (lower case) that signed these 32 bytes, None if nobody can have.

    None unless the signature is 65 bytes r, s, v with r and s in range, s in the lower half (EIP-2)
    and v 27 or 28.
    """
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    r = int.from_bytes(signature[:32], "big")
    s = int.from_bytes(signature[32:64], "big")
    if not (0 < r < _CURVE_ORDER and 0 < s <= _HALF_ORDER):
        return None
    try:
        key = Signature(vrs=(signature[64] - 27, r, s)).recover_public_key_from_msg_hash(digest)
    except BadSignature:
        return None
    return "0x" + keccak256(key.to_bytes())[12:].hex()
