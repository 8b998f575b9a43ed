"""The object of eth_call, eth_estimateGas and eth_sendTransaction, read and checked."""

from dataclasses import dataclass
from typing import Any

from chain.devnode.errors import InvalidParams
from chain.devnode.params import address, octets, quantity, word

AccessList = tuple[tuple[bytes, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Call:
    """A transaction without a signature; numbers in wei and gas, None where nothing was said."""

    sender: bytes
    to: bytes
    data: bytes
    value: int
    gas: int | None
    nonce: int | None
    gas_price: int | None
    max_fee: int | None
    tip: int | None
    access_list: AccessList | None

    @property
    def fee_cap(self) -> int:
        """Return the most that may be paid per gas; 0 if no fee was named."""
        return self.gas_price or self.max_fee or 0


def read_call(value: Any, chain_id: int) -> Call:
    """Read a call object; members that say nothing about the call are ignored, as by geth."""
    if not isinstance(value, dict):
        raise InvalidParams(f"the call must be an object: {value!r}")
    given = {key: item for key, item in value.items() if item is not None}
    for key in ("blobs", "blobVersionedHashes", "authorizationList"):
        if given.get(key):
            raise InvalidParams(f"{key} is not supported in unsigned transactions on this chain")
    if "chainId" in given and quantity(given["chainId"], "chainId") != chain_id:
        raise InvalidParams(
            f"chainId does not match node's (have={quantity(given['chainId'], 'chainId')}, want={chain_id})"
        )

    def number(key: str, bits: int = 256) -> int | None:
        return quantity(given[key], key, bits) if key in given else None

    call = Call(
        sender=address(given["from"], "from") if "from" in given else bytes(20),
        to=address(given["to"], "to") if given.get("to", "0x") != "0x" else b"",
        data=_data(given),
        value=number("value") or 0,
        gas=number("gas", 64),
        nonce=number("nonce", 64),
        gas_price=number("gasPrice"),
        max_fee=number("maxFeePerGas"),
        tip=number("maxPriorityFeePerGas"),
        access_list=_access_list(given["accessList"]) if "accessList" in given else None,
    )
    if call.gas_price is not None and (call.max_fee is not None or call.tip is not None):
        raise InvalidParams(
            "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified; name one kind of fee"
        )
    return call


def _data(given: dict[str, Any]) -> bytes:
    parts = [octets(given[key], key) for key in ("input", "data") if key in given]
    if len(parts) == 2 and parts[0] != parts[1]:
        raise InvalidParams('both "data" and "input" are set and not equal; use "input"')
    return parts[0] if parts else b""


def _access_list(value: Any) -> AccessList:
    if not isinstance(value, list):
        raise InvalidParams(f"accessList must be a list: {value!r}")
    entries: list[tuple[bytes, tuple[int, ...]]] = []
    for entry in value:
        if not isinstance(entry, dict) or not isinstance(entry.get("storageKeys", []), list):
            raise InvalidParams(f"accessList entries must have address and storageKeys: {entry!r}")
        keys = tuple(
            int.from_bytes(word(key, "storageKeys"), "big") for key in entry.get("storageKeys", [])
        )
        entries.append((address(entry.get("address"), "accessList address"), keys))
    return tuple(entries)
