"""Who may call a route: the scope that it needs, suspended accounts, and the routes open to all.

Every route says so: by ``signed_in`` or in ``OPEN``. One that takes a token without saying so is closed
to apps and, unless it only reads, to suspended accounts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from flask import current_app, g, request
from flask_jwt_extended import verify_jwt_in_request

from webapp.accounts.cookies import by_cookie, check_site, only_refresh_cookie
from webapp.accounts.errors import ScopeMissingError
from webapp.accounts.limits import SAFE_METHODS, charge
from webapp.accounts.scopes import Scope, scopes_of
from webapp.extensions import jwt
from webapp.log.errors import SuspendedError
from webapp.openapi import tell
from webapp.openapi_security import CALLERS, callers

View = Callable[..., Any]

_MARK = "troth_access"

# Routes, by endpoint, at which no token is asked for and one that is sent changes nothing.
OPEN = frozenset(
    {
        "accounts.password_sign_in",
        "accounts.register",
        "accounts.siwe_nonce",
        "accounts.siwe_sign_in",
        "api-docs.openapi_json",
        "content.content",
        "credentials.recover",
        "documentation.asset",
        "documentation.page",
        "documentation.start",
        "log.batch",
        "log.batches",
        "log.entries",
        "log.log",
        "oauth.revoke_token",
        "oauth.token",
        "status.health",
        "status.live",
        "status.metrics",
        "status.ready",
        "ui.asset",
        "ui.config",
        "ui.page",
        "well_known.describe",
    }
)


@dataclass(frozen=True)
class Access:
    """What a route asks of the token that is sent to it."""

    scope: Scope = Scope.ACCOUNT
    while_suspended: bool = False


_UNDECLARED = Access()


def signed_in(
    scope: Scope = Scope.ACCOUNT,
    *,
    optional: bool = False,
    refresh: bool = False,
    either: bool = False,
    while_suspended: bool = False,
) -> Callable[[View], View]:
    """Let a route be called only with a token that is good now and has the scope.

    ``optional``: or without any token. ``refresh``: with a refresh token instead. ``either``: with both
    kinds, also of a session that was ended. ``while_suspended``: suspended accounts may write here.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            verify_jwt_in_request(
                optional=optional,
                refresh=refresh or (either and only_refresh_cookie()),
                verify_type=not either,
                skip_revocation_check=either,
            )
            charge(None)  # without a token the address pays
            if by_cookie() and request.method not in SAFE_METHODS:
                check_site()
            return view(*args, **kwargs)

        setattr(wrapper, _MARK, Access(scope, while_suspended))
        told = callers(scope, optional=optional, refresh=refresh, either=either)
        tell(wrapper, CALLERS, told)
        return wrapper

    return decorate


def charge_at_open_routes() -> None:
    """Let the address pay where no token is read; raises SlowDownError."""
    endpoint = request.endpoint
    if endpoint in OPEN and access_of(endpoint) is None:
        charge(None)


def access_of(endpoint: str) -> Access | None:
    """Return what the route of an endpoint asks for, None if it does not say."""
    found: Access | None = getattr(current_app.view_functions[endpoint], _MARK, None)
    return found


@jwt.token_verification_loader
def check_access(header: dict[str, str], claims: dict[str, Any]) -> bool:
    """Refuse a good token at a route that it is not good for, whatever decorator read it.

    Raises SlowDownError, ScopeMissingError and SuspendedError.
    """
    del header
    charge(UUID(claims["sub"]))
    endpoint = request.endpoint or ""
    access = access_of(endpoint)
    if access is None:
        if endpoint in OPEN:
            return True
        access = _UNDECLARED
    if access.scope not in scopes_of(claims):
        raise ScopeMissingError(access.scope)
    if request.method not in SAFE_METHODS and not access.while_suspended:
        caller = g.get("troth_caller")  # missing where revocation was not looked at: closed, too
        if caller is None or caller.suspended:
            raise SuspendedError(f"{request.method} {request.path}")
    return True
