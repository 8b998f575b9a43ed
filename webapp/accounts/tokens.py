"""Sessions and their tokens: short access tokens and rotating refresh tokens (RFC 7519)."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from flask import Response, g, has_request_context, request
from flask_jwt_extended import create_access_token, create_refresh_token, get_jwt, get_jwt_identity
from sqlalchemy import Update, bindparam, select, update
from sqlalchemy.orm import Session
from uuid6 import uuid7

from webapp.accounts.cookies import drop_dead_access
from webapp.accounts.errors import NoSessionError, SlowDownError
from webapp.accounts.limits import charge
from webapp.accounts.models import Account, SignInSession
from webapp.accounts.oauth.standing import rests
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.sessions.clients import client_name
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import write_alone, writing
from webapp.errors import problem_response
from webapp.extensions import jwt, table_of
from webapp.round_trips import fetch_alone

_SESSIONS = table_of(SignInSession).c
_ACCOUNTS = table_of(Account).c
_ALIVE = (
    select(
        _SESSIONS.id,
        _SESSIONS.consent_id,
        _ACCOUNTS.role,
        _ACCOUNTS.suspended_at,
        _ACCOUNTS.handle,
        _ACCOUNTS.name,
        _ACCOUNTS.avatar_id,
    )
    .join(table_of(Account), _ACCOUNTS.id == _SESSIONS.account_id)
    .where(
        _SESSIONS.id == bindparam("sid"),
        _SESSIONS.revoked_at.is_(None),
        _ACCOUNTS.deleted_at.is_(None),
        ~rests(_SESSIONS.consent_id),
    )
)


@dataclass(frozen=True)
class Caller:
    """Who a request with a token speaks for, as the database says now; an app does so by a consent."""

    account_id: UUID
    session_id: UUID
    consent_id: UUID | None
    role: str
    suspended: bool
    card: ProfileCard


@dataclass(frozen=True)
class Tokens:
    """What a sign-in gives; ``account`` is the account's id."""

    access_token: str
    refresh_token: str
    account: UUID


def start_session(session: Session, account_id: UUID, wallet: str | None = None) -> Tokens:
    """Open a session, by a wallet's signature or otherwise, and return its first tokens.

    Needs an open write transaction.
    """
    now = utc_now()
    row = SignInSession(
        id=uuid7(),
        account_id=account_id,
        wallet=wallet,
        client=client_name(request.user_agent.string) if has_request_context() else None,
        refresh_id=str(uuid4()),
        created_at=now,
        last_used_at=now,
        expires_at=now + timedelta(seconds=settings().refresh_token_seconds),
    )
    session.add(row)
    session.flush()
    return _tokens(row)


def rotate_session() -> Tokens:
    """Return fresh tokens for the refresh token of this request; the old one is spent.

    A spent refresh token that comes again was copied: the whole session ends (RFC 9700, 4.14).
    Raises NoSessionError.
    """
    claims = get_jwt()
    fresh, now = str(uuid4()), utc_now()
    session_id = UUID(claims["sid"])
    with writing() as session:
        spent = session.execute(
            update(SignInSession)
            .where(SignInSession.id == session_id, SignInSession.revoked_at.is_(None))
            .where(SignInSession.refresh_id == claims["rid"])
            .values(
                refresh_id=fresh,
                last_used_at=now,
                expires_at=now + timedelta(seconds=settings().refresh_token_seconds),
            )
        )
        if spent.rowcount:  # type: ignore[attr-defined]
            return _tokens(session.get_one(SignInSession, session_id))
        # Alone: the refusal below rolls back whatever unit of work this is part of.
        write_alone(session, _revocation(session_id))
        raise NoSessionError("This refresh token was used before, so its session was ended")


def end_sessions_of_wallet(session: Session, account_id: UUID, wallet: str, but_for: UUID) -> None:
    """Revoke the sessions that a wallet opened but for one; under the wallet's lock, so that none begins meanwhile."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.account_id == account_id, SignInSession.wallet == wallet)
        .where(SignInSession.revoked_at.is_(None), SignInSession.id != but_for)
        .values(revoked_at=utc_now())
        .execution_options(synchronize_session=False)
    )


def end_session() -> None:
    """Revoke the session of this request's token."""
    with writing() as session:
        session.execute(_revocation(UUID(get_jwt()["sid"])))


def is_over(session_id: UUID) -> bool:
    """Tell whether a session was ended, or never was."""
    return fetch_alone(_ALIVE, {"sid": session_id}) is None


def current_account_id() -> UUID:
    """Return the signed-in account's id; call it in routes that require a token."""
    return UUID(get_jwt_identity())


def current_account_id_or_none() -> UUID | None:
    """Return the signed-in account's id, or None for a request without a token."""
    identity = get_jwt_identity()
    return None if identity is None else UUID(identity)


def current_caller() -> Caller:
    """Return who this request speaks for; call it in routes that require a token."""
    caller: Caller = g.troth_caller
    return caller


def _tokens(row: SignInSession) -> Tokens:
    identity = str(row.account_id)
    claims = {"sid": str(row.id)}
    return Tokens(
        create_access_token(identity, additional_claims=claims),
        create_refresh_token(identity, additional_claims={**claims, "rid": row.refresh_id}),
        row.account_id,
    )


def _revocation(session_id: UUID) -> Update:
    return (
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.revoked_at.is_(None))
        .values(revoked_at=utc_now())
    )


@jwt.token_in_blocklist_loader
def _is_revoked(header: dict[str, str], claims: dict[str, str]) -> bool:
    del header
    # Beside the session, whose transaction begins with what the request itself reads.
    session_id = _uuid(claims.get("sid"))
    row = None if session_id is None else fetch_alone(_ALIVE, {"sid": session_id})
    if row is None:
        return True
    session_id, consent_id, role, suspended_at, handle, name, avatar = row
    account_id = UUID(claims["sub"])
    card = card_of(account_id, handle, name, avatar)
    suspended = suspended_at is not None
    g.troth_caller = Caller(account_id, session_id, consent_id, role, suspended, card)
    return False


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:  # a token of ours for something else
        return None


def _refused(why: str) -> Response:
    """Refuse a request without a session; the address pays for it."""
    try:
        charge(None)
    except SlowDownError as error:
        return problem_response(error)
    refusal = problem_response(NoSessionError(why))
    refusal.headers["WWW-Authenticate"] = "Bearer"  # RFC 6750, 3
    return refusal


@jwt.unauthorized_loader
def _no_token(why: str) -> Response:
    return _refused(why.rstrip("."))


@jwt.invalid_token_loader
def _bad_token(why: str) -> Response:
    return _refused(f"The token is not valid ({why.rstrip('.')})")


@jwt.expired_token_loader
def _expired(header: object, claims: object) -> Response:
    del header, claims
    return _refused("The token has expired")


@jwt.revoked_token_loader
def _revoked(header: object, claims: object) -> Response:
    del header, claims
    refusal = _refused("The session was ended")
    drop_dead_access(refusal)
    return refusal
