"""Use-cases of the authorization endpoint: what an app asks of a person, and what the person decides."""

from dataclasses import dataclass
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error

from webapp.accounts.oauth import consents
from webapp.accounts.oauth.apps import find_app
from webapp.accounts.oauth.errors import RedirectUriRefusedError
from webapp.accounts.oauth.models import OAuthApp
from webapp.accounts.oauth.protocol import PlainRequest, server
from webapp.accounts.scopes import Scope, parse_scopes
from webapp.chain_access import settings


@dataclass(frozen=True)
class Asked:
    """What an app asks for; with ``redirect`` the request is refused, and the browser goes back there."""

    app: OAuthApp
    scopes: list[Scope]
    given: list[Scope]
    redirect: str | None


def ask(account_id: UUID, values: dict[str, str]) -> Asked:
    """Return what an authorization request asks of a person.

    Raises AppNotFoundError and RedirectUriRefusedError, which no app is told of.
    """
    app = _app_of(values)
    given = _listed(consents.given(account_id, app.id))
    try:
        grant = server.get_consent_grant(PlainRequest("GET", values, {}), account_id)
    except OAuth2Error as error:
        return Asked(app, [], given, _refusal(error, values))
    return Asked(app, _listed(grant.request.scope), given, None)


def decide(account_id: UUID, values: dict[str, str], *, allowed: bool) -> str:
    """Return where the browser goes with the person's decision: with a code, or with the refusal.

    Raises AppNotFoundError and RedirectUriRefusedError.
    """
    _app_of(values)
    try:
        grant = server.get_consent_grant(PlainRequest("POST", values, {}), account_id)
    except OAuth2Error as error:
        return _refusal(error, values)
    answer = server.create_authorization_response(
        grant.request, grant_user=account_id if allowed else None, grant=grant
    )
    return str(answer.headers["Location"])


def _app_of(values: dict[str, str]) -> OAuthApp:
    app = find_app(UUID(values["client_id"]))
    if values["redirect_uri"] not in app.redirect_uris:
        raise RedirectUriRefusedError(values["redirect_uri"])
    return app


def _refusal(error: OAuth2Error, values: dict[str, str]) -> str:
    told = [*error.get_body(), ("iss", settings().base_url)]
    return str(add_params_to_uri(values["redirect_uri"], told))


def _listed(text: str) -> list[Scope]:
    return [scope for scope in Scope if scope in parse_scopes(text)]
