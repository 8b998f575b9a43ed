"""Who signs our transactions: a protocol, so that a key may live elsewhere, and a key in memory."""

from dataclasses import dataclass
from typing import Any, Protocol

from eth_account import Account


@dataclass(frozen=True)
class SignedTransaction:
    """A transaction ready to be sent: its bytes and its hash, known before anything is sent."""

    raw: bytes
    hash: bytes


class Signer(Protocol):
    """Signs transactions for one address."""

    @property
    def address(self) -> str:
        """The address that it signs for, lower-case 0x."""

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Sign a complete transaction: chainId, nonce, to, value, data, gas and fees are given."""


class LocalSigner:
    """Signs with a private key of 32 bytes held in memory; the key is never printed.

    Raises ValueError on construction when the key is not one of the curve.
    """

    def __init__(self, private_key: bytes) -> None:
        self._account = Account.from_key(private_key)

    @property
    def address(self) -> str:
        """The address of the key, lower-case 0x."""
        return str(self._account.address).lower()

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Sign with eth-account, which takes legacy and typed transactions (EIP-155, EIP-1559)."""
        signed = self._account.sign_transaction(transaction)
        return SignedTransaction(raw=bytes(signed.raw_transaction), hash=bytes(signed.hash))

    def __repr__(self) -> str:
        return f"LocalSigner({self.address})"
