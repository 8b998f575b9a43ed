"""Raw EIP-1559 transactions, decoded, with the sender recovered from the signature."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import rlp  # type: ignore[import-untyped]
from coincurve import PublicKey
from eth_hash.auto import keccak

TYPE = 2  # EIP-1559
TX_GAS = 21_000
_CALLDATA_GAS = {"zero": 4, "other": 16}  # EIP-2028
_FLOOR_GAS = {"zero": 10, "other": 40}  # EIP-7623
# The curve's order: a signature whose s is above half of it is not taken (EIP-2).
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
# Signatures cost most of the time of a send; the same bytes come again and again in a simulation.
_REMEMBERED = 20_000


class UndecodableError(ValueError):
    """Bytes that are not a signed EIP-1559 transaction."""


@dataclass(frozen=True)
class Transaction:
    """A signed transaction: fees in wei per gas, value in wei, addresses lower-case 0x."""

    raw: bytes
    hash: bytes
    sender: str
    chain_id: int
    nonce: int
    priority_fee: int
    max_fee: int
    gas: int
    to: str | None
    value: int
    data: bytes

    @property
    def cost(self) -> int:
        """The most that the sender may have to pay, in wei."""
        return self.gas * self.max_fee + self.value

    @cached_property
    def intrinsic_gas(self) -> int:
        """What is paid before anything runs."""
        return _data_gas(self.data, _CALLDATA_GAS)

    @cached_property
    def floor_gas(self) -> int:
        """The least that is paid for this much calldata (EIP-7623)."""
        return _data_gas(self.data, _FLOOR_GAS)

    def price(self, base_fee: int) -> int:
        """Wei per gas in a block with this base fee."""
        return min(self.max_fee, base_fee + self.priority_fee)


def _data_gas(data: bytes, price: dict[str, int]) -> int:
    zeros = data.count(0)
    return TX_GAS + price["zero"] * zeros + price["other"] * (len(data) - zeros)


@lru_cache(maxsize=_REMEMBERED)
def decode(raw: bytes) -> Transaction:
    """Decode signed bytes; raises UndecodableError."""
    if raw[:1] != bytes([TYPE]):
        raise UndecodableError(f"type {raw[:1].hex()}")
    try:
        fields = rlp.decode(raw[1:])
    except rlp.exceptions.DecodingError as error:
        raise UndecodableError(str(error)) from error
    if not isinstance(fields, list) or len(fields) != 12 or not _are_flat(fields):
        raise UndecodableError("not the twelve fields of an EIP-1559 transaction")
    chain_id, nonce, priority, max_fee, gas = (int.from_bytes(one) for one in fields[:5])
    return Transaction(
        raw=raw,
        hash=keccak(raw),
        sender=_sender(fields),
        chain_id=chain_id,
        nonce=nonce,
        priority_fee=priority,
        max_fee=max_fee,
        gas=gas,
        to="0x" + fields[5].hex() if fields[5] else None,
        value=int.from_bytes(fields[6]),
        data=fields[7],
    )


def _are_flat(fields: list[object]) -> bool:
    """Whether every field but the access list is bytes."""
    return all(isinstance(one, bytes) for one in fields[:8] + fields[9:])


def _sender(fields: list[bytes]) -> str:
    parity, r, s = (int.from_bytes(one) for one in fields[9:])
    if parity > 1 or not 0 < r < _ORDER or not 0 < s <= _ORDER // 2:
        raise UndecodableError("the signature is not one of the curve")
    signed = keccak(bytes([TYPE]) + rlp.encode(fields[:9]))
    compact = r.to_bytes(32) + s.to_bytes(32) + bytes([parity])
    try:
        key = PublicKey.from_signature_and_message(compact, signed, hasher=None)
    except ValueError as error:
        raise UndecodableError("nobody can have made the signature") from error
    return "0x" + keccak(key.format(compressed=False)[1:])[-20:].hex()
