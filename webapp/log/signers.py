"""Who signed: the author, a device of the author, or a contract wallet in its own way."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.contracts import is_valid_signature
from chain.errors import ChainError, OutOfGas
from chain.proofs.signatures import is_high_s, recover
from webapp.chain_access import chain_client
from webapp.errors import ServiceUnavailableError
from webapp.log.errors import (
    HighSignatureError,
    NotYourAuthorError,
    SignatureInvalidError,
    SignatureTooLongError,
)
from webapp.log.models import Author, Delegation

MAX_SIGNATURE_BYTES = 8_192
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True)
class Signer:
    """Who signed: the author itself, or the device at ``delegate``."""

    delegate: str | None


def find_signer(
    session: Session, author: str, account_id: UUID, digest: bytes, signature: bytes
) -> Signer:
    """Return who signed; recovery is tried before the chain is asked (ERC-1271, ERC-6492).

    Raises NotYourAuthorError, SignatureInvalidError, HighSignatureError, SignatureTooLongError, and
    ServiceUnavailableError when a contract wallet would have to be asked and the node is away.
    """
    if len(signature) > MAX_SIGNATURE_BYTES:
        raise SignatureTooLongError(len(signature))
    recovered = recover(digest, signature)
    if recovered == author:
        return Signer(None)
    if recovered is not None and _is_delegate(session, author, recovered):
        return Signer(recovered)
    if is_high_s(signature) and _malleated(digest, signature) == author:
        raise HighSignatureError
    # The chain is asked last, and only for a wallet of this account: its signature chooses the work.
    mine = select(Author.account_id).filter_by(address=author, released_at=None)
    owner = session.scalar(mine)
    if owner != account_id:
        raise NotYourAuthorError(author)
    if wallet_accepts(author, digest, signature):
        return Signer(None)
    raise SignatureInvalidError(author, recovered)


def wallet_accepts(address: str, digest: bytes, signature: bytes) -> bool:
    """Ask the chain whether a contract wallet accepts a signature now.

    A check that uses up its gas is a signature that is not accepted. Raises
    ServiceUnavailableError when the node does not answer in time.
    """
    try:
        return is_valid_signature(chain_client(), address, digest, signature, "latest")
    except OutOfGas:
        return False
    except ChainError as error:
        raise ServiceUnavailableError("The chain's node, which contract wallets need,") from error


def _malleated(digest: bytes, signature: bytes) -> str | None:
    """Return who signed the other form of a signature, the one with s in the lower half (EIP-2)."""
    s = CURVE_ORDER - int.from_bytes(signature[32:64], "big")
    other = (
        signature[:32] + (s % CURVE_ORDER).to_bytes(32, "big") + bytes([(55 - signature[64]) % 256])
    )
    return recover(digest, other)


def _is_delegate(session: Session, author: str, address: str) -> bool:
    known = select(Delegation.entry_id).filter_by(author=author, delegate=address).limit(1)
    return session.scalar(known) is not None
