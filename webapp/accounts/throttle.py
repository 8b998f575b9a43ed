"""Limits on registration and sign-in, by address and by account.

When the limiter's store is down, sign-in is closed (503), not open: guessing passwords must not
become free when Redis fails. Everything else is limited by ``limits``, and open then.
"""

import time
from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask_jwt_extended import get_jwt_identity
from flask_limiter import RateLimitExceeded
from limits.errors import StorageError
from redis.exceptions import RedisError

from webapp.accounts.limits import client_network
from webapp.chain_access import settings
from webapp.errors import ServiceUnavailableError, problem, problem_response
from webapp.extensions import limiter

View = Callable[..., Any]


def limit_registration(view: View) -> View:
    """Limit registrations by address, and by the handle that is asked for."""
    by_address = limiter.limit(lambda: settings().limit_register, key_func=client_network)
    by_handle = limiter.limit(
        lambda: settings().limit_register, key_func=lambda: _account_named("handle")
    )
    return by_address(by_handle(view))


def limit_sign_in(field: str) -> Callable[[View], View]:
    """Limit sign-ins by address, and failures by the account that ``field`` of the body names.

    Only failures count against an account: whoever knows its name could lock it out otherwise.
    """

    def decorate(view: View) -> View:
        by_address = limiter.limit(lambda: settings().limit_sign_in, key_func=client_network)
        by_account = limiter.limit(
            lambda: settings().limit_failures,
            key_func=lambda: _account_named(field),
            deduct_when=_failed,
        )
        return by_address(by_account(view))

    return decorate


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
        deduct_when=lambda response: response.status_code == 403,
    )
    return by_address(by_account(view))


def _failed(response: Response) -> bool:
    return response.status_code == 401


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
