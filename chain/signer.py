"""Who signs our transactions: a protocol, so that a key may live elsewhere, and a key in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from eth_hash.auto import keccak
from hexbytes import HexBytes

from chain.errors import ChainError, SignerUnavailable, WrongSignature


@dataclass(frozen=True)
class SignedTransaction:
    """A transaction ready to be sent: its bytes and its hash, known before anything is sent."""

    raw: bytes
    hash: bytes


class Signer(Protocol):
    """Signs transactions for one address.

    This is all that a key management service has to offer: an address, and signing. It never sees a
    node, a nonce is never its choice, and signing the same transaction again must do no harm. One in
    another process raises SignerUnavailable when it cannot sign now; `sign` checks what it returns.
    """

    @property
    def address(self) -> str:
        """The address that it signs for, lower-case 0x."""

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        """Sign a complete transaction: chainId, nonce, to, value, data, gas and fees are given.

        `to` and `data` are bytes, all else integers; `to` is left out for a creation. Raises
        SignerUnavailable.
        """


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


def sign(signer: Signer, transaction: dict[str, Any]) -> SignedTransaction:
    """Have a typed transaction (EIP-1559) signed, and check that it is this one, by this signer.

    Raises SignerUnavailable and WrongSignature.
    """
    try:
        signed = signer.sign_transaction(transaction)
    except ChainError:
        raise
    except Exception as error:  # its text may hold what only the signer should know
        raise SignerUnavailable(signer.address, f"it raised {type(error).__name__}") from error
    try:
        author = str(Account.recover_transaction(signed.raw)).lower()
        content = TypedTransaction.from_bytes(HexBytes(signed.raw)).as_dict()
    except Exception as error:  # decoders raise what they like on a stranger's bytes
        raise WrongSignature(signer.address, f"it is no typed transaction ({error!r})") from error
    if author != signer.address:
        raise WrongSignature(signer.address, f"it is signed by {author}")
    for name, wanted in transaction.items():
        if _plain(content, name) != wanted:
            raise WrongSignature(signer.address, f"its {name} is another one than asked for")
    for name in {"to", "accessList"} - set(transaction):
        if content.get(name):
            raise WrongSignature(signer.address, f"it has a field {name} that was not asked for")
    if signed.hash != keccak(signed.raw):
        raise WrongSignature(signer.address, "its hash is not that of its bytes")
    return signed


def _plain(content: Mapping[str, Any], name: str) -> Any:
    value = content.get(name)
    return bytes(value) if isinstance(value, bytes) else value
