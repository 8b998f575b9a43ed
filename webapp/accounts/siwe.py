"""Sign-in with Ethereum: the checks of EIP-4361, and single-use nonces.

The library is imported where a message is read: it works its grammar out then, which would be a
fifth of the start of every process, and only the web application reads messages.
"""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from eth_account.messages import defunct_hash_message
from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.accounts.errors import MessageRefusedError, NonceRefusedError, SignInRefusedError
from webapp.accounts.models import SignInNonce
from webapp.columns import utc_now
from webapp.config import Settings
from webapp.database import writing
from webapp.errors import MalformedRequestError
from webapp.log.signers import MAX_SIGNATURE_BYTES, wallet_accepts

if TYPE_CHECKING:
    from siwe import SiweMessage

NONCE_LIFE = timedelta(minutes=10)
CLOCK_SKEW = timedelta(minutes=2)
SIGN_IN = "sign_in"
MAX_MESSAGE = 4_096
NONCE_REFUSED = "The nonce was used, has expired or was never given; ask for a new one"
LOCAL_HOSTS = {"localhost", "127.0.0.1"}

log = structlog.get_logger(__name__)


def new_nonce(purpose: str = SIGN_IN, account_id: UUID | None = None) -> str:
    """Make and keep a nonce of 128 random bits, good once within ten minutes, for one purpose only."""
    nonce = secrets.token_hex(16)
    with writing() as session:
        row = {"nonce": nonce, "purpose": purpose, "account_id": account_id}
        session.add(SignInNonce(**row, expires_at=utc_now() + NONCE_LIFE))
    return nonce


def parse_message(text: str) -> "SiweMessage":
    """Parse an EIP-4361 message; raises MalformedRequestError."""
    from siwe import SiweMessage  # noqa: PLC0415 - see the module's docstring

    if len(text) > MAX_MESSAGE:
        raise _malformed(f"has {len(text)} characters; at most {MAX_MESSAGE} are accepted")
    try:
        message = SiweMessage.from_message(text)
    except (ValidationError, ValueError) as error:
        log.info("siwe.malformed", kind=type(error).__name__)
        raise _malformed("is no EIP-4361 message; build it with a wallet library") from error
    if message.prepare_message() != text:
        raise _malformed("is not in EIP-4361's canonical form")
    return message


def check_message(message: "SiweMessage", signature: str, here: Settings, chain_id: int) -> str:
    """Check domain, chain, times and signer; return the lower-case address.

    Raises MessageRefusedError, SignInRefusedError and ServiceUnavailableError (a contract wallet
    whose node is away).
    """
    from siwe import InvalidSignature, VerificationError  # noqa: PLC0415 - see the module's docstring

    _check_place(message, here)
    _check_issued(message)
    try:
        message.verify(signature, chain_id=chain_id)
    except InvalidSignature:
        _check_contract_wallet(message, signature)
    except VerificationError as error:
        raise MessageRefusedError(
            _WORDS.get(type(error).__name__, "The message was refused")
        ) from error
    return str(message.address).lower()


def check_nonce(
    session: Session, nonce: str, purpose: str = SIGN_IN, account_id: UUID | None = None
) -> None:
    """Refuse a nonce that cannot be spent, before a signature makes us work; spends nothing."""
    terms = {"purpose": purpose, "account_id": account_id, "spent_at": None}
    good = select(SignInNonce.nonce).filter_by(nonce=nonce, **terms)
    if session.scalar(good.where(SignInNonce.expires_at > utc_now())) is None:
        raise NonceRefusedError(NONCE_REFUSED)


def spend_nonce(
    session: Session, nonce: str, purpose: str = SIGN_IN, account_id: UUID | None = None
) -> None:
    """Spend a nonce in one conditional UPDATE; raises NonceRefusedError."""
    now = utc_now()
    spent = session.execute(
        update(SignInNonce)
        .where(SignInNonce.nonce == nonce, SignInNonce.spent_at.is_(None))
        .where(SignInNonce.expires_at > now, SignInNonce.purpose == purpose)
        .where(SignInNonce.account_id == account_id)
        .values(spent_at=now)
    )
    if not spent.rowcount:  # type: ignore[attr-defined]
        raise NonceRefusedError(NONCE_REFUSED)


_WORDS = {
    "DomainMismatch": "The message is for another domain",
    "ChainIdMismatch": "The message is for another chain; switch the wallet's network",
    "ExpiredMessage": "The message has expired; sign a new one",
    "NotYetValidMessage": "The message is not valid yet; check the clock",
}


def _check_place(message: "SiweMessage", here: Settings) -> None:
    allowed = sign_in_domains(here)
    if message.domain not in allowed:
        names = " or ".join(sorted(allowed))
        raise MessageRefusedError(f"The message is for {message.domain}; this is {names}")
    uri = urlsplit(str(message.uri))
    if uri.netloc != message.domain or uri.scheme not in ("http", "https"):
        raise MessageRefusedError(f"The message's URI {message.uri} is not of {message.domain}")


def sign_in_domains(here: Settings) -> set[str]:
    """Return the domains that sign-in messages may name."""
    domain = urlsplit(here.base_url).netloc
    if here.public_url or here.host not in LOCAL_HOSTS:
        return {domain}
    return {f"{host}:{here.port}" for host in LOCAL_HOSTS}


def _check_issued(message: "SiweMessage") -> None:
    issued = datetime.fromisoformat(str(message.issued_at))
    age = utc_now() - issued
    if age > NONCE_LIFE + CLOCK_SKEW or age < -CLOCK_SKEW:
        why = f"The message was issued at {message.issued_at}; check the clock and sign a new one"
        raise MessageRefusedError(why)


def _check_contract_wallet(message: "SiweMessage", signature: str) -> None:
    raw = bytes.fromhex(signature[2:])
    digest = bytes(defunct_hash_message(text=message.prepare_message()))
    too_long = len(raw) > MAX_SIGNATURE_BYTES
    if too_long or not wallet_accepts(str(message.address).lower(), digest, raw):
        raise SignInRefusedError(f"The signature is not by {message.address}")


def _malformed(problem: str) -> MalformedRequestError:
    return MalformedRequestError([{"field": "message", "problem": f"The message {problem}."}])
