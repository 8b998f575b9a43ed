"""Turning a call or a no-op into signed bytes."""

from chain.fees import Offer
from chain.signer import SignedTransaction, Signer, sign
from webapp.outbox.models import AttemptKind
from webapp.outbox.service import NOOP_GAS
from workers.sending.rows import Owed


def sign_attempt(
    signer: Signer, owed: Owed, chain_id: int, kind: AttemptKind, offer: Offer
) -> SignedTransaction:
    """Sign an attempt for a transaction's nonce; raises WrongSignature and the signer's errors."""
    noop = kind == AttemptKind.NOOP
    return sign(
        signer,
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
        },
    )
