"""Permissions to mint: which deadlines are taken, whether the creator signed, and what the mint may cost."""

import time

from sqlalchemy.orm import Session

from chain.client import ChainClient
from chain.contracts import AssetRegistry, explain
from chain.errors import ChainError, ContractReverted, OutOfGas
from chain.permissions import Permission
from chain.proofs.signatures import is_high_s, recover
from webapp.assets.errors import (
    AlreadyMintedError,
    DeadlineRefusedError,
    PermissionGasError,
    PermissionRefusedError,
)
from webapp.assets.ids import registry_address, registry_domain
from webapp.assets.models import Mint
from webapp.errors import ServiceUnavailableError
from webapp.log.errors import HighSignatureError, SignatureTooLongError
from webapp.log.service import newest_block_time
from webapp.log.signers import MAX_SIGNATURE_BYTES

# Seconds: what a permission lasts unless asked otherwise, and what may be asked for.
USUAL, LEAST, MOST = 86_400, 900, 7 * 86_400
# One that ends sooner may be over before its transaction is mined, which would cost gas for nothing.
TOO_NEAR = 600
# 101,300 gas make a holder's first token by a signature of 65 bytes; the rest is room for dearer chains.
OWN_KEY_GAS = 150_000
_NODE = "The chain's node, which contract wallets need,"
# A contract wallet chooses the work of its check, and the server pays for it.
MOST_GAS = 400_000


def permission_of(mint: Mint) -> Permission:
    """Return what a mint's creator signs."""
    terms = (mint.creator, mint.receiver, mint.digest, mint.royalty)
    return Permission(*terms, deadline=mint.deadline or 0)


def present(session: Session) -> int:
    """Return the present in seconds since 1970, by our clock or the chain's, whichever is later."""
    return max(int(time.time()), newest_block_time(session))


def new_deadline(asked: int | None, now: int) -> int:
    """Return a permission's deadline, in seconds since 1970; raises DeadlineRefusedError."""
    deadline = now + USUAL if asked is None else asked
    if deadline < now + LEAST:
        raise DeadlineRefusedError(deadline, f"is less than {LEAST // 60} minutes away")
    if deadline > now + MOST:
        raise DeadlineRefusedError(deadline, f"is more than {MOST // 86_400} days away")
    return deadline


def check_deadline(deadline: int, now: int) -> None:
    """Refuse a permission that is over, or may be before it is mined; raises DeadlineRefusedError."""
    if deadline < now:
        raise DeadlineRefusedError(deadline, "has passed")
    if deadline < now + TOO_NEAR:
        raise DeadlineRefusedError(deadline, f"is less than {TOO_NEAR // 60} minutes away")


def checked_gas(
    client: ChainClient, chain_id: int, permission: Permission, signature: bytes, sender: str
) -> int:
    """Check that the creator signed, and return the gas limit of the mint.

    Recovery comes first and asks no node; a contract wallet is asked by simulating the mint itself. Raises
    PermissionRefusedError, HighSignatureError, SignatureTooLongError, AlreadyMintedError, DeadlineRefusedError,
    PermissionGasError, and ServiceUnavailableError where only the node could tell and it is away.
    """
    if len(signature) > MAX_SIGNATURE_BYTES:
        raise SignatureTooLongError(len(signature))
    if recover(permission.signed_hash(registry_domain(chain_id)), signature) == permission.creator:
        return OWN_KEY_GAS
    if is_high_s(signature) and not _has_code(client, permission.creator):
        raise HighSignatureError
    return _wallets_gas(client, permission, signature, sender)


def _has_code(client: ChainClient, address: str) -> bool:
    try:
        return bool(client.code(address))
    except ChainError as error:
        raise ServiceUnavailableError(_NODE) from error


def _wallets_gas(client: ChainClient, permission: Permission, signature: bytes, sender: str) -> int:
    data = AssetRegistry.mint_with_permission(permission, signature)
    try:
        client.call(registry_address(), data, "latest", sender=sender, gas=MOST_GAS)
        gas = client.estimate_gas(registry_address(), data, sender=sender) * 5 // 4
    except OutOfGas:
        raise PermissionGasError(permission.creator, MOST_GAS) from None
    except ContractReverted as error:
        raise _refusal(permission, explain(error)) from error
    except ChainError as error:
        raise ServiceUnavailableError(_NODE) from error
    if gas > MOST_GAS:
        raise PermissionGasError(permission.creator, MOST_GAS)
    return max(gas, OWN_KEY_GAS)


def _refusal(permission: Permission, error: ContractReverted) -> Exception:
    if error.name == "AlreadyMinted":
        return AlreadyMintedError(str(error.arguments[0]))
    if error.name == "PermissionExpired":
        return DeadlineRefusedError(permission.deadline, "has passed on the chain")
    why = "The signature is not over this permission, or not the creator's"
    return PermissionRefusedError(permission.creator, why)
