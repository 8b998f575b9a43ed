"""Use-cases of the authorization endpoint: what an app asks of a person, and what the person decides."""

from dataclasses import dataclass
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.oauth import consents
from webapp.accounts.oauth.apps import find_app
from webapp.accounts.oauth.consents import Decider
from webapp.accounts.oauth.errors import RedirectUriRefusedError
from webapp.accounts.oauth.models import OAuthApp
from webapp.accounts.oauth.protocol import PlainRequest, server
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.scopes import Scope, parse_scopes
from webapp.chain_access import settings
from webapp.extensions import db


@dataclass(frozen=True)
class Asked:
    """What an app asks for; with ``redirect`` the request is refused, and the browser goes back there."""

    app: OAuthApp
    owner: ProfileCard
    scopes: list[Scope]
    given: list[Scope]
    redirect: str | None


def ask(account_id: UUID, values: dict[str, str]) -> Asked:
    """Return what an authorization request asks of a person.

    Raises AppNotFoundError and RedirectUriRefusedError, which no app is told of.
    """
    app = _app_of(values)
    owner = _owner_of(app)
    given = _listed(consents.given(account_id, app.id))
    try:
        grant = server.get_consent_grant(PlainRequest("GET", values, {}), account_id)
    except OAuth2Error as error:
        return Asked(app, owner, [], given, _refusal(error, values))
    return Asked(app, owner, _listed(grant.request.scope), given, None)


def decide(who: Decider, values: dict[str, str], *, allowed: bool) -> str:
    """Return where the browser goes with the person's decision: with a code, or with the refusal.

    Raises AppNotFoundError and RedirectUriRefusedError, and NoSessionError where the session is over meanwhile.
    """
    _app_of(values)
    try:
        grant = server.get_consent_grant(PlainRequest("POST", values, {}), who)
    except OAuth2Error as error:
        return _refusal(error, values)
    answer = server.create_authorization_response(
        grant.request, grant_user=who if allowed else None, grant=grant
    )
    return str(answer.headers["Location"])


def _app_of(values: dict[str, str]) -> OAuthApp:
    app = find_app(UUID(values["client_id"]))
    if values["redirect_uri"] not in app.redirect_uris:
        raise RedirectUriRefusedError(values["redirect_uri"])
    return app


def _owner_of(app: OAuthApp) -> ProfileCard:
    """Return who registered an app, which is deleted with their account; of a suspended one the handle alone."""
    owner = db.session.scalars(select(Account).filter_by(id=app.owner_id)).one()
    if owner.suspended_at is not None:
        return card_of(owner.id, owner.handle, None, None)
    return card_of(owner.id, owner.handle, owner.name, owner.avatar_id)


def _refusal(error: OAuth2Error, values: dict[str, str]) -> str:
    told = [*error.get_body(), ("iss", settings().base_url)]
    return str(add_params_to_uri(values["redirect_uri"], told))


def _listed(text: str) -> list[Scope]:
    return [scope for scope in Scope if scope in parse_scopes(text)]
