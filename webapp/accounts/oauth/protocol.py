"""Authlib's authorization server over our tables: code with PKCE, refresh, revocation (RFC 6749, 7636, 7009)."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.errors import (
    InvalidGrantError,
    InvalidRequestError,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from flask_jwt_extended import decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWTError
from sqlalchemy import select

from webapp.accounts.oauth import consents, sessions
from webapp.accounts.oauth.apps import secret_hash
from webapp.accounts.oauth.models import OAuthApp, OAuthCode, OAuthConsent
from webapp.accounts.oauth.sessions import AppSession, Code
from webapp.accounts.oauth.standing import owner_suspended
from webapp.accounts.scopes import THIRD_PARTY, Scope, scope_text
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db

CODE_LIFE = timedelta(seconds=60)
CLIENT_METHODS = ["none", "client_secret_basic", "client_secret_post"]
GRANTS = ("authorization_code", "refresh_token")
S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


@dataclass(frozen=True)
class Client:
    """A registered app, as Authlib wants it."""

    app_id: UUID
    redirect_uris: tuple[str, ...]
    secret_hash: bytes | None
    owner_suspended: bool

    def check_redirect_uri(self, uri: str) -> bool:
        """Tell whether a URI is, character by character, one of the app's."""
        return uri in self.redirect_uris

    def get_default_redirect_uri(self) -> None:
        """Return nothing: the URI has to be sent."""

    def get_allowed_scope(self, scope: str | None) -> str:
        """Return the scopes that are meant; reading, if none are named."""
        return scope_text(
            frozenset(one for one in THIRD_PARTY if one in (scope or Scope.READ).split())
        )

    def check_client_secret(self, secret: str) -> bool:
        """Compare a secret with what is kept of it."""
        return self.secret_hash is not None and hmac.compare_digest(
            self.secret_hash, secret_hash(secret)
        )

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Let only a client without a secret come without one."""
        del endpoint
        return (method == "none") == (self.secret_hash is None)

    def check_response_type(self, response_type: str) -> bool:
        """Tell whether the app gets an answer of that kind; raises UnauthorizedClientError for a suspended owner's."""
        self._check_owner()
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether there is such a grant; raises UnauthorizedClientError for a suspended owner's app."""
        self._check_owner()
        return grant_type in GRANTS

    def _check_owner(self) -> None:
        if self.owner_suspended:
            raise UnauthorizedClientError("The account that registered this app is suspended.")


class PlainRequest(OAuth2Request):  # type: ignore[misc]
    """A request of whatever came by query, form or JSON: single values by name."""

    def __init__(self, method: str, values: Mapping[str, str], headers: Mapping[str, str]) -> None:
        # Authlib wants to see https; whether TLS ends here or at a proxy is the operator's to settle.
        super().__init__(method, "https://authorization.invalid/", headers=headers)
        self.payload = BasicOAuth2Payload(values)

    @property
    def form(self) -> Any:
        """Return the values."""
        return self.payload.data


class Server(AuthorizationServer):  # type: ignore[misc]
    """The one authorization server of this process."""

    def create_oauth2_request(self, request: PlainRequest) -> PlainRequest:
        """Take the request as the route made it."""
        return request

    def send_signal(self, *args: object, **kwargs: object) -> None:
        """Tell nobody: events are written where things happen."""


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Authorization codes: good once, for a minute, for one client, URI and challenge."""

    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_METHODS

    def save_authorization_code(self, code: str, request: PlainRequest) -> None:
        """Keep the consent and the code's hash in one commit."""
        with writing() as session:
            consent = consents.allow(session, request.user, request.client.app_id, request.scope)
            session.add(
                OAuthCode(
                    hash=_code_hash(code),
                    consent_id=consent,
                    redirect_uri=request.payload.redirect_uri,
                    scope=request.scope,
                    challenge=request.payload.data["code_challenge"],
                    expires_at=utc_now() + CODE_LIFE,
                )
            )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Return the code if it is the client's; whether it was spent is looked at when it is spent."""
        row = db.session.execute(
            select(OAuthCode, OAuthConsent.account_id)
            .join(OAuthConsent, OAuthConsent.id == OAuthCode.consent_id)
            .where(OAuthCode.hash == _code_hash(code), OAuthConsent.app_id == client.app_id)
        ).one_or_none()
        if row is None:
            return None
        found: OAuthCode = row.OAuthCode
        return Code(
            found.hash,
            found.consent_id,
            client.app_id,
            row.account_id,
            found.redirect_uri,
            found.scope,
            found.challenge,
        )

    def authenticate_user(self, authorization_code: Code) -> AppSession:
        """Spend the code for a session."""
        return _or_invalid(sessions.start(authorization_code))

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Leave it: it is spent, and a second use must be recognised."""


class S256(CodeChallenge):  # type: ignore[misc]
    """PKCE for every client, by S256 alone."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: CodeGrant, redirect_uri: str) -> None:
        """Refuse a request without challenge, or with one that is not S256."""
        data = grant.request.payload.data
        right = S256_CHALLENGE.match(data.get("code_challenge", ""))
        if not right or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send a code_challenge with code_challenge_method=S256.")
        super().validate_code_challenge(grant, redirect_uri)


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    """Refresh tokens that work once."""

    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> AppSession | None:
        """Return the session of a refresh token of ours."""
        return _session_of_refresh(refresh_token)

    def authenticate_user(self, refresh_token: AppSession) -> AppSession:
        """Spend the refresh token for the next."""
        return _or_invalid(sessions.rotate(refresh_token))

    def revoke_old_credential(self, refresh_token: AppSession) -> None:
        """Leave it: it is spent."""


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """Ends the session of either token."""

    CLIENT_AUTH_METHODS = CLIENT_METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> AppSession | None:
        """Return the app's session that a token is of, whatever the hint says."""
        del token_type_hint
        return _session_of_refresh(token_string) or _session_of_access(token_string)

    def revoke_token(self, token: AppSession, request: PlainRequest) -> None:
        """End it."""
        del request
        sessions.end(token.id)


class Issuer(IssuerParameter):  # type: ignore[misc]
    """Names this server in what the browser takes back to an app (RFC 9207)."""

    def get_issuer(self) -> str:
        """Return the public URL."""
        return settings().base_url


def query_client(client_id: str) -> Client | None:
    """Return a registered app by its client_id."""
    try:
        app = db.session.get(OAuthApp, UUID(client_id))
    except ValueError:
        return None
    if app is None or app.deleted_at is not None:
        return None
    suspended = owner_suspended(db.session(), app.owner_id)
    return Client(app.id, tuple(app.redirect_uris), app.secret_hash, suspended)


def _issue(
    grant_type: str,
    client: Client,
    user: AppSession,
    scope: str,
    expires_in: int | None = None,
    include_refresh_token: bool = True,
) -> dict[str, Any]:
    del grant_type, expires_in, include_refresh_token
    return sessions.bearer(user, client.get_allowed_scope(scope))


def _nothing_to_save(token: dict[str, Any], request: PlainRequest) -> None:
    del token, request  # the session was written when the code or the refresh token was spent


def _or_invalid(session: AppSession | None) -> AppSession:
    if session is None:
        raise InvalidGrantError("This was used before, has expired or was taken back.")
    return session


def _session_of_refresh(text: str) -> AppSession | None:
    ids = sessions.read_refresh_token(text)
    return None if ids is None else sessions.find(*ids)


def _session_of_access(text: str) -> AppSession | None:
    try:
        claims = decode_token(text, allow_expired=True)
        return sessions.find(UUID(str(claims.get("sid"))))
    except (PyJWTError, JWTExtendedException, ValueError):
        return None


def _code_hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


server = Server(query_client=query_client, save_token=_nothing_to_save)
server.scopes_supported = list(THIRD_PARTY)
server.register_token_generator("default", _issue)
server.register_grant(CodeGrant, [S256(required=True)])
server.register_grant(RefreshGrant)
server.register_endpoint(Revocation)
server.register_extension(Issuer())
