"""HTTP for credentials."""

from typing import Any

from webapp.accounts.access import signed_in
from webapp.accounts.cookies import hands_out_session
from webapp.accounts.credentials import service
from webapp.accounts.credentials.schemas import (
    ConfirmationSchema,
    NewPasswordSchema,
    RecoveredSchema,
    RecoveryCodesSchema,
    RecoverySchema,
)
from webapp.accounts.idempotency import idempotent, idempotent_with_tokens
from webapp.accounts.scopes import Scope
from webapp.accounts.throttle import limit_confirmation, limit_recovery
from webapp.accounts.tokens import current_caller
from webapp.http import ApiBlueprint

blueprint = ApiBlueprint("credentials", __name__, description="Passwords and recovery")


@blueprint.post("/me/password")
@signed_in(Scope.ACCOUNT, while_suspended=True)
@limit_confirmation
@idempotent
@blueprint.arguments(NewPasswordSchema())
@blueprint.response(204)
def change_password(body: dict[str, Any]) -> None:
    """Change your password, or choose the first one; every other session ends.

    With ``close_others`` apps are allowed nothing any more, webhooks rest and recovery codes are void, too.
    """
    caller = current_caller()
    old, new, closing = body.get("password"), body["new_password"], body["close_others"]
    service.change_password(caller.account_id, caller.session_id, old, new, close_others=closing)


@blueprint.post("/me/recovery-codes")
@signed_in(Scope.ACCOUNT)
@limit_confirmation
@idempotent_with_tokens
@blueprint.arguments(ConfirmationSchema())
@blueprint.response(201, RecoveryCodesSchema)
def recovery_codes(body: dict[str, str]) -> dict[str, list[str]]:
    """Make ten recovery codes, shown this once; those before are void."""
    caller = current_caller()
    password = body.get("password")
    codes = service.new_recovery_codes(caller.account_id, caller.session_id, password)
    return {"codes": codes}


@blueprint.post("/auth/recover")
@limit_recovery("handle")
@hands_out_session
@idempotent_with_tokens
@blueprint.arguments(RecoverySchema())
@blueprint.response(200, RecoveredSchema)
def recover(body: dict[str, str]) -> service.Recovered:
    """Come in by a recovery code and set a new password.

    Every session before ends, apps are allowed nothing any more, and webhooks rest; wallets stay, and are listed.
    """
    return service.recover(body["handle"], body["code"], body["new_password"])
