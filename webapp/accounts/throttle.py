"""Limits on registration and sign-in, by address and by account.

When the limiter's store is down, sign-in is closed (503), not open: guessing passwords must not
become free when Redis fails. Everything else is limited by ``limits``, and open then.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, g, request
from flask_jwt_extended import get_jwt_identity
from flask_limiter import RateLimitExceeded
from limits.errors import StorageError
from redis.exceptions import RedisError

from webapp.accounts.counters import Counters
from webapp.accounts.credentials.errors import PasswordWrongError
from webapp.accounts.limits import SITE, client_network
from webapp.chain_access import settings
from webapp.errors import ServiceUnavailableError, problem, problem_response
from webapp.extensions import limiter

View = Callable[..., Any]
# So long an address is remembered from which somebody signed in.
PLACE_SECONDS = 90 * 86_400


def limit_registration(view: View) -> View:
    """Limit registrations by address, and by the handle that is asked for."""
    by_address = limiter.limit(lambda: settings().limit_register, key_func=client_network)
    by_handle = limiter.limit(
        lambda: settings().limit_register, key_func=lambda: _account_named("handle")
    )
    return by_address(by_handle(_remembering(view, "handle")))


def limit_sign_in(field: str) -> Callable[[View], View]:
    """Limit sign-ins by address, and failures by the account that ``field`` of the body names.

    Only failures count against an account: whoever knows its name could lock it out otherwise. Each network has few
    of them, so that none uses up what the account has for all. An address that signed in to the account
    before is apart from all others: guesses from elsewhere do not keep its owner out.
    """

    def decorate(view: View) -> View:
        by_address = limiter.limit(lambda: settings().limit_sign_in, key_func=client_network)
        from_here = limiter.limit(
            lambda: settings().limit_guesses,
            key_func=lambda: _account_from_here(field),
            deduct_when=_failed,
        )
        by_account = limiter.limit(
            lambda: settings().limit_failures,
            key_func=lambda: _account_named(field),
            deduct_when=_failed,
            exempt_when=lambda: _is_known(field),
        )
        return by_address(from_here(by_account(_remembering(view, field))))

    return decorate


def limit_recovery(field: str) -> Callable[[View], View]:
    """Limit recoveries by address alone: a code's 80 bits are not guessed, and its owner is never kept out.

    From where one succeeds, ``field`` of the body names an account whose password may be tried again.
    """

    def decorate(view: View) -> View:
        return limit_addresses(_remembering(view, field))

    return decorate


def _remembering(view: View, field: str) -> View:
    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        answer = view(*args, **kwargs)
        # Nothing was raised: whoever asked has the account's password.
        _counters().note(_place_of(_account_named(field)), PLACE_SECONDS)
        return answer

    return wrapper


def _account_from_here(field: str) -> str:
    """Return the account at an address that is known, or from the network around one that is not.

    Networks around are wide: whoever wants many households' addresses gets them for nothing.
    """
    name = _account_named(field)
    return _place_of(name) if _is_known(field) else f"{name} from {client_network(SITE)}"


def _is_known(field: str) -> bool:
    """Tell whether somebody signed in to the account from this address of late; asked once for a request."""
    if "troth_known_place" not in g:
        g.troth_known_place = _counters().noted(_place_of(_account_named(field)))
    return bool(g.troth_known_place)


def _place_of(name: str) -> str:
    """Return what an account and an address are called together: nobody reads either from it."""
    secret = current_app.config["JWT_SECRET_KEY"].encode()
    said = f"sign-in place\0{name}\0{client_network()}".encode()
    return "place:" + hmac.new(secret, said, hashlib.sha256).hexdigest()


def _counters() -> Counters:
    counters: Counters = current_app.extensions["troth_counters"]
    return counters


def limit_addresses(view: View) -> View:
    """Limit sign-ins by address alone, where nothing can be guessed.

    Of a wallet only who has its key signs: failures counted against it would lock its owner out, no one else.
    """
    limited: View = limiter.limit(lambda: settings().limit_sign_in, key_func=client_network)(view)
    return limited


def limit_confirmation(view: View) -> View:
    """Limit wrong passwords of a signed-in account, which are asked for again; after ``jwt_required``."""
    by_address = limiter.limit(lambda: settings().limit_sign_in, key_func=client_network)
    by_account = limiter.limit(
        lambda: settings().limit_failures,
        key_func=lambda: f"confirm:{get_jwt_identity()}",
        deduct_when=_guessed_wrong,
    )
    return by_address(by_account(view))


def _failed(response: Response) -> bool:
    return response.status_code == 401


def _guessed_wrong(response: Response) -> bool:
    """Tell whether a password was sent and is wrong: to be told to sign in again is no guess."""
    if response.status_code != PasswordWrongError.status:
        return False
    body, answer = request.get_json(silent=True), response.get_json(silent=True)
    sent = isinstance(body, dict) and body.get("password") is not None
    return sent and isinstance(answer, dict) and answer.get("code") == PasswordWrongError.code


def _account_named(field: str) -> str:
    body = request.get_json(silent=True)
    name = body.get(field) if isinstance(body, dict) else None
    if not isinstance(name, str):
        return f"nobody:{client_network()}"
    return f"{field}:{name.strip().lower()[:64]}"


def on_limit(error: RateLimitExceeded) -> Response:
    """Answer 429 with the time after which trying again makes sense."""
    limit = limiter.current_limit
    wait = max(1, int(limit.reset_at - time.time())) if limit else 60
    detail = f"Too many tries: {error.description} are allowed. Try again in {wait} seconds."
    return problem(429, "slow_down", detail, title="Slow down", retry_after=wait)


def on_store_down(error: Exception) -> Response:
    """Close what is limited while the limiter's store does not answer."""
    del error
    return problem_response(ServiceUnavailableError("The store of sign-in limits"))


def tell_limits(response: Response) -> Response:
    """Add RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers)."""
    if not (limits := limiter.current_limits):
        return response
    limit = min(limits, key=lambda one: one.remaining)
    window = limit.limit.get_expiry()
    wait = max(0, int(limit.reset_at - time.time()))
    response.headers["RateLimit-Policy"] = f'"sign-in";q={limit.limit.amount};w={window}'
    response.headers["RateLimit"] = f'"sign-in";r={max(0, limit.remaining)};t={wait}'
    return response


STORE_ERRORS = (RedisError, StorageError)
