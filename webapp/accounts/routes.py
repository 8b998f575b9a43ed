"""HTTP for people: /auth, /users and /devices."""

from typing import Any

from webapp.accounts import service, tokens
from webapp.accounts.access import signed_in
from webapp.accounts.cookies import ends_session, hands_on_session, hands_out_session
from webapp.accounts.devices import devices_of, place_of
from webapp.accounts.idempotency import (
    idempotent,
    idempotent_in_session,
    idempotent_with_tokens,
)
from webapp.accounts.schemas import (
    DevicePageSchema,
    DeviceSchema,
    NonceSchema,
    PasswordSchema,
    SignedRecordSchema,
    TokensSchema,
    WalletSignInSchema,
)
from webapp.accounts.scopes import Scope
from webapp.accounts.siwe import new_nonce
from webapp.accounts.throttle import limit_addresses, limit_registration, limit_sign_in
from webapp.accounts.tokens import Tokens, current_account_id
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.log.models import Delegation
from webapp.log.rules import parse_signature
from webapp.openapi_values import SIGNED_REVOCATION
from webapp.pagination import Answer, PageQuerySchema, page_answer

blueprint = ApiBlueprint("accounts", __name__, description="People, sessions and devices")


@blueprint.post("/auth/siwe/nonce")
@limit_addresses
@blueprint.response(200, NonceSchema)
def siwe_nonce() -> dict[str, str]:
    """Give a nonce for an EIP-4361 message, good once within ten minutes.

    A fresh one each time, also under the same Idempotency-Key: two visitors behind one address must never
    share one.
    """
    return {"nonce": new_nonce()}


@blueprint.post("/auth/siwe")
@limit_addresses
@hands_out_session
@idempotent_with_tokens
@blueprint.arguments(WalletSignInSchema())
@blueprint.response(200, TokensSchema)
def siwe_sign_in(body: dict[str, str]) -> Tokens:
    """Sign in with a wallet; makes the account at the first time."""
    return service.sign_in_with_wallet(body["message"], body["signature"])


@blueprint.post("/users")
@limit_registration
@hands_out_session
@idempotent_with_tokens
@blueprint.arguments(PasswordSchema())
@blueprint.response(201, TokensSchema)
def register(body: dict[str, str]) -> Tokens:
    """Register with handle and password."""
    return service.register(body["handle"], body["password"])


@blueprint.post("/auth/password")
@limit_sign_in("handle")
@hands_out_session
@idempotent_with_tokens
@blueprint.arguments(PasswordSchema())
@blueprint.response(200, TokensSchema)
def password_sign_in(body: dict[str, str]) -> Tokens:
    """Sign in with handle and password."""
    return service.sign_in_with_password(body["handle"], body["password"])


@blueprint.post("/auth/refresh")
@signed_in(refresh=True, while_suspended=True)
@hands_on_session
@idempotent_with_tokens
@blueprint.response(200, TokensSchema)
def refresh() -> Tokens:
    """Exchange a refresh token, sent as bearer, for fresh tokens."""
    return tokens.rotate_session()


@blueprint.post("/auth/logout")
@signed_in(either=True, while_suspended=True)
@ends_session
@idempotent_in_session
@blueprint.response(204)
def logout() -> None:
    """End the session of the access or refresh token that is sent; ended before is ended too."""
    tokens.end_session()


@blueprint.get("/devices")
@signed_in(Scope.ACCOUNT)
@blueprint.arguments(PageQuerySchema(), location="query")
@blueprint.response(200, DevicePageSchema)
def devices(page: dict[str, Any]) -> Answer:
    """Return the device keys that your linked wallets allowed, newest first, with their last use."""
    found = devices_of(db.session(), current_account_id(), page)
    return page_answer(found, page, place_of)


@blueprint.post("/devices")
@signed_in()
@idempotent
@blueprint.arguments(SignedRecordSchema())
@blueprint.response(201, DeviceSchema)
@blueprint.alt_response(200, schema=DeviceSchema, description="The device was allowed before")
def allow_device(body: dict[str, Any]) -> tuple[Delegation, int]:
    """Allow a device key to sign posts, by a signed Delegation."""
    signature = parse_signature(body["signature"])
    device, created = service.allow_device(current_account_id(), body["message"], signature)
    return device, 201 if created else 200


@blueprint.delete("/devices/<address>")
@signed_in()
@blueprint.arguments(SignedRecordSchema(), example=SIGNED_REVOCATION)
@blueprint.response(200, DeviceSchema)
def revoke_device(body: dict[str, Any], address: str) -> Delegation:
    """Revoke a device key, by a signed Revocation."""
    signature = parse_signature(body["signature"])
    return service.revoke_device(current_account_id(), address, body["message"], signature)
