"""HTTP for wallets."""

from webapp.accounts.access import signed_in
from webapp.accounts.credentials.schemas import ConfirmationSchema
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.throttle import limit_addresses, limit_confirmation
from webapp.accounts.tokens import current_account_id, current_caller
from webapp.accounts.wallets import owners, service
from webapp.accounts.wallets.schemas import (
    ChallengeSchema,
    NewWalletSchema,
    WalletSchema,
    WalletsSchema,
)
from webapp.accounts.wallets.service import Challenge
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.log.models import Author

blueprint = ApiBlueprint("wallets", __name__, description="The wallets of an account")


@blueprint.post("/wallets/nonce")
@signed_in(Scope.ACCOUNT)
@limit_addresses
@idempotent
@blueprint.response(200, ChallengeSchema)
def challenge() -> Challenge:
    """Give what a wallet must sign to be linked: a nonce and a statement for an EIP-4361 message."""
    return service.link_challenge(current_account_id())


@blueprint.post("/wallets")
@signed_in(Scope.ACCOUNT)
@limit_confirmation
@idempotent
@blueprint.arguments(NewWalletSchema())
@blueprint.response(201, WalletSchema)
@blueprint.alt_response(200, schema=WalletSchema, description="It was linked before")
def link(body: dict[str, str]) -> tuple[Author, int]:
    """Link a wallet to your account by its signature, soon after a sign-in or with the password."""
    caller = current_caller()
    wallet, new = service.link(
        caller.account_id,
        caller.session_id,
        body["message"],
        body["signature"],
        body.get("password"),
    )
    return wallet, 201 if new else 200


@blueprint.get("/wallets")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, WalletsSchema)
def wallets() -> dict[str, list[owners.Linked]]:
    """Return your wallets."""
    return {"items": owners.linked_wallets(db.session(), current_account_id())}


@blueprint.delete("/wallets/<address>")
@signed_in(Scope.ACCOUNT, while_suspended=True)
@limit_confirmation
@blueprint.arguments(ConfirmationSchema(), required=False)
@blueprint.response(204)
def unlink(body: dict[str, str], address: str) -> None:
    """Unlink a wallet, soon after a sign-in or with the password; what it signed stays yours and stays signed.

    The other sessions that it opened end.
    """
    caller = current_caller()
    service.unlink(caller.account_id, caller.session_id, address, body.get("password"))
