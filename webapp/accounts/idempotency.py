"""Idempotency-Key: a POST that is sent twice acts once.

The key is reserved in a commit of its own, so that a second request sees the first in flight; the
answer is stored in the same transaction as the effect. A reservation whose request died is taken
over after a while; the one that died cannot commit any more, because it no longer holds the row.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial, wraps
from typing import Any
from uuid import UUID, uuid4

from cryptography.fernet import Fernet
from flask import Response, current_app, g, make_response, request
from flask_jwt_extended import decode_token, get_jwt, get_jwt_identity, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from flask_limiter.util import get_remote_address
from jwt import PyJWTError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.accounts.errors import (
    AnswerErasedError,
    IdempotencyKeyMalformedError,
    IdempotencyKeyReusedError,
    InFlightError,
)
from webapp.accounts.models import IdempotencyKey
from webapp.accounts.tokens import is_over
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, one_unit, writing
from webapp.openapi import KEYED, tell

HEADER = "Idempotency-Key"
LIFE = timedelta(hours=24)
# Tokens are handed out again only as long as a sign-in message is good.
TOKENS_LIFE = timedelta(minutes=10)
TOKENS = "tokens"
# Of an answer whose secret is its asker's alone, not of all that may sign in by the same body.
ASKERS = "asker"
LEASE = timedelta(seconds=60)
LONGEST = 128
KEPT_HEADERS = ("Location", "ETag")

View = Callable[..., Any]
_SAID = "troth_said"


def idempotent(view: View) -> View:
    """Make a POST view honour Idempotency-Key, per account, or per address for the signed-out."""
    return _honouring(view, _account_scope, None)


def idempotent_with_tokens(view: View) -> View:
    """Do the same for a view whose answer holds tokens or other secrets.

    It is replayed for ten minutes only, and while the session lives that it opened; where it opened none, to the
    session that asked for it.
    """
    return _honouring(view, _account_scope, TOKENS)


def idempotent_in_session(view: View) -> View:
    """Do the same per session, for a view whose effect is on the session of its token.

    A token whose session has ended repeats what was answered, and stores nothing more.
    """
    honouring = _honouring(view, _session_scope, None)

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None or not is_over(UUID(get_jwt()["sid"])):
            return honouring(*args, **kwargs)
        found = _stored(_check_key(key), _session_scope())
        return view(*args, **kwargs) if found is None else _matching(found, _fingerprint())

    return _documented(wrapper)


def _honouring(view: View, scope: Callable[[], str], subject: str | None) -> View:
    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **kwargs)
        act = partial(_answer, view, args, kwargs)
        return _once(_check_key(key), scope(), subject, act)

    return _documented(wrapper)


def _documented(view: View) -> View:
    tell(view, KEYED, True)
    return view


def _answer(view: View, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Response:
    return make_response(view(*args, **kwargs))


def use_fingerprint(digest: bytes) -> None:
    """Let a digest stand for this request's body, which was read already and is too large to keep."""
    g.setdefault(_SAID, digest)


def forget_tokens(session: Session) -> int:
    """Erase the stored answers whose tokens are not handed out any more; return how many."""
    old = IdempotencyKey.created_at < utc_now() - TOKENS_LIFE
    erased = session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.subject.startswith(TOKENS), IdempotencyKey.body.is_not(None), old)
        .values(body=None)
    )
    return int(erased.rowcount)  # type: ignore[attr-defined]


def forget_answers(session: Session, account_id: UUID, subject: str) -> None:
    """Erase the stored answers about something that is erased; its keys stay spent."""
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.scope == str(account_id), IdempotencyKey.subject == subject)
        .values(body=None)
    )


def forget_tokens_of(session: Session, session_id: UUID) -> None:
    """Erase the stored answers that hold a session's tokens; its keys stay spent."""
    replayed = IdempotencyKey.created_at >= utc_now() - TOKENS_LIFE  # few, by their index
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.subject == f"{TOKENS}:{session_id}", replayed)
        .values(body=None)
        .execution_options(synchronize_session=False)
    )


def _once(key: str, scope: str, subject: str | None, act: Callable[[], Response]) -> Response:
    fingerprint = _fingerprint()
    reservation = uuid4()
    if (answer := _reserve(reservation, scope, key, fingerprint)) is not None:
        return answer
    try:
        with one_unit():
            response = act()
            with writing() as session:
                _keep(session, reservation, key, response, subject)
    except BaseException:
        with writing() as session:
            # Only what has no answer: a COMMIT whose own answer was lost may have stored one.
            unanswered = (IdempotencyKey.id == reservation, IdempotencyKey.status.is_(None))
            session.execute(delete(IdempotencyKey).where(*unanswered))
        raise
    return response


def _reserve(reservation: UUID, scope: str, key: str, fingerprint: bytes) -> Response | None:
    """Reserve the key; return the stored answer if there is one."""
    now = utc_now()
    with writing() as session:
        same_key = (IdempotencyKey.scope == scope, IdempotencyKey.key == key)
        died = (IdempotencyKey.status.is_(None)) & (IdempotencyKey.created_at < now - LEASE)
        expired = IdempotencyKey.created_at < now - LIFE
        session.execute(delete(IdempotencyKey).where(*same_key, died | expired))
        row = {"id": reservation, "scope": scope, "key": key, "fingerprint": fingerprint}
        if insert_or_ignore(session, IdempotencyKey, **row, created_at=now):
            return None
        found = session.scalars(select(IdempotencyKey).where(*same_key)).one_or_none()
        if found is None:  # it ended between our insert and our look
            raise InFlightError(key)
        session.expunge(found)
    return _matching(found, fingerprint)


def _stored(key: str, scope: str) -> IdempotencyKey | None:
    with writing() as session:
        found = session.scalars(select(IdempotencyKey).filter_by(scope=scope, key=key)).first()
        session.expunge_all()
        return found


def _matching(found: IdempotencyKey, fingerprint: bytes) -> Response:
    """Return a stored answer to the request that it was given to; raises what refuses another one."""
    if not hmac.compare_digest(found.fingerprint, fingerprint):
        raise IdempotencyKeyReusedError(found.key)
    if found.status is None:
        raise InFlightError(found.key)
    return _replay(found)


def _keep(
    session: Session, reservation: UUID, key: str, response: Response, subject: str | None
) -> None:
    kept = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    kept["Content-Type"] = response.content_type or ""
    stored = session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.id == reservation, IdempotencyKey.status.is_(None))
        .values(
            status=response.status_code,
            headers=json.dumps(kept),
            subject=_session_subject(response) if subject == TOKENS else _subject(response),
            body=_cipher().encrypt(response.get_data()),
        )
    )
    if not stored.rowcount:  # type: ignore[attr-defined]
        raise InFlightError(key)


def _subject(response: Response) -> str | None:
    """Return the id of what an answer is about, so that it can be forgotten with it."""
    body = response.get_json(silent=True)
    found = body.get("id") if isinstance(body, dict) else None
    return found if isinstance(found, str) else None


def _session_subject(response: Response) -> str:
    """Return the session whose tokens an answer holds, or else the one that asked, as a subject."""
    token = response.get_json().get("access_token")
    if token is None:
        return f"{TOKENS}:{get_jwt()['sid']}:{ASKERS}"
    return f"{TOKENS}:{decode_token(token)['sid']}"


def _replay(found: IdempotencyKey) -> Response:
    if found.body is None or not _is_told_again(found):
        raise AnswerErasedError(found.key)
    response = make_response(_cipher().decrypt(found.body), found.status)
    response.headers.update(json.loads(found.headers or "{}"))
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _is_told_again(found: IdempotencyKey) -> bool:
    """Tell whether an answer with secrets is still this caller's; any other is."""
    kind, _, rest = (found.subject or "").partition(":")
    if kind != TOKENS:
        return True
    session_id, _, whose = rest.partition(":")
    if found.created_at < utc_now() - TOKENS_LIFE or not session_id or is_over(UUID(session_id)):
        return False
    return whose != ASKERS or _claims().get("sid") == session_id


def _check_key(key: str) -> str:
    visible = all("!" <= character <= "~" for character in key)
    if not 1 <= len(key) <= LONGEST or not visible:
        raise IdempotencyKeyMalformedError(len(key))
    return key


def _account_scope() -> str:
    try:
        identity = _identity()
    except (JWTExtendedException, PyJWTError):  # signing in does not depend on an old session
        identity = None
    return str(identity or f"signed-out:{get_remote_address()}")


def _identity() -> object:
    """Return whom the route's own check found; at one that asks for no token, whoever sends one."""
    try:
        return get_jwt_identity()
    except RuntimeError:  # no token was looked for yet
        verify_jwt_in_request(optional=True, verify_type=False)
        return get_jwt_identity()


def _session_scope() -> str:
    return f"session:{get_jwt()['sid']}"


def _fingerprint() -> bytes:
    """Hash path and body with a secret: the body may hold a password.

    A refresh token is part of what its request says; an access token is not, as a retry may come with
    a newer one.
    """
    secret = current_app.config["JWT_SECRET_KEY"].encode()
    refresh_id = str(_claims().get("rid", ""))
    body = g.get(_SAID) or request.get_data(cache=True)
    said = f"{request.path}\0{refresh_id}\0".encode() + body
    return hmac.new(secret, b"idempotency\0" + said, hashlib.sha256).digest()


def _claims() -> dict[str, Any]:
    """Return the claims of the token that was accepted, none if there was none."""
    try:
        return get_jwt()
    except RuntimeError:  # the token could not be used
        return {}


def _cipher() -> Fernet:
    secret = current_app.config["JWT_SECRET_KEY"].encode()
    key = hashlib.sha256(b"idempotency answers\0" + secret).digest()
    return Fernet(base64.urlsafe_b64encode(key))
