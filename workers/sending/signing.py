"""Turning a call or a no-op into signed bytes, and checking them before they are kept."""

from eth_account import Account
from eth_hash.auto import keccak

from chain.errors import ChainError
from chain.fees import Offer
from chain.signer import SignedTransaction, Signer
from webapp.outbox.models import AttemptKind
from webapp.outbox.service import NOOP_GAS
from workers.sending.rows import Owed


class WrongSignatureError(ChainError):
    """A signer returned bytes that are not signed by its address; nothing of them was kept."""

    def __init__(self, expected: str, actual: str) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"The signer for {expected} signed as {actual}; check which key it holds. "
            "Nothing was sent."
        )


def sign(
    signer: Signer, owed: Owed, chain_id: int, kind: AttemptKind, offer: Offer
) -> SignedTransaction:
    """Sign an attempt for a transaction's nonce; raises WrongSignatureError and the signer's errors."""
    noop = kind == AttemptKind.NOOP
    signed = signer.sign_transaction(
        {
            "type": 2,
            "chainId": chain_id,
            "nonce": owed.nonce,
            "to": bytes.fromhex((signer.address if noop else owed.to)[2:]),
            "value": 0,
            "data": b"" if noop else owed.data,
            "gas": NOOP_GAS if noop else owed.gas,
            "maxFeePerGas": offer.max_fee,
            "maxPriorityFeePerGas": offer.priority,
        }
    )
    actual = str(Account.recover_transaction(signed.raw)).lower()
    if actual != signer.address or keccak(signed.raw) != signed.hash:
        raise WrongSignatureError(signer.address, actual)
    return signed
