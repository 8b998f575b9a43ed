"""HTTP for deleting an account."""

from webapp.accounts.access import signed_in
from webapp.accounts.cookies import ends_session
from webapp.accounts.deletion import service
from webapp.accounts.deletion.schemas import AccountDeletionSchema
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.throttle import limit_confirmation
from webapp.accounts.tokens import current_account_id
from webapp.accounts.wallets.schemas import ChallengeSchema
from webapp.accounts.wallets.service import Challenge
from webapp.http import ApiBlueprint

blueprint = ApiBlueprint("deletion", __name__, description="Deleting an account")


@blueprint.post("/me/deletion/nonce")
@signed_in(Scope.ACCOUNT, while_suspended=True)
@limit_confirmation
@idempotent
@blueprint.response(200, ChallengeSchema)
def challenge() -> Challenge:
    """Give what a wallet must sign to delete your account: nonce and statement of an EIP-4361 message."""
    return service.deletion_challenge(current_account_id())


@blueprint.delete("/me")
@signed_in(Scope.ACCOUNT, while_suspended=True)
@limit_confirmation
@ends_session
@blueprint.arguments(AccountDeletionSchema())
@blueprint.response(204)
def delete(body: dict[str, str]) -> None:
    """Delete your account and all that it was, for good, by its password or a wallet's signature."""
    if "password" in body:
        service.delete_by_password(current_account_id(), body["password"])
    else:
        service.delete_by_wallet(current_account_id(), body["message"], body["signature"])
