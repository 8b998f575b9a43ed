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

from flask import Response, current_app, request
from flask_jwt_extended import get_jwt_identity
from flask_limiter import RateLimitExceeded
from limits.errors import StorageError
from redis.exceptions import RedisError

from webapp.accounts.counters import Counters
from webapp.accounts.credentials.errors import PasswordWrongError
from webapp.accounts.errors import SignInRefusedError
from webapp.accounts.guesses import Bound, guesses_left, one_guess
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
        remembering = _remembering(view, field)

        @wraps(view)
        def guessing(*args: Any, **kwargs: Any) -> Any:
            with one_guess(_bounds_of(field), SignInRefusedError):
                return remembering(*args, **kwargs)

        return limit_addresses(guessing)

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


def _bounds_of(field: str) -> list[Bound]:
    """Return what bounds guesses at an account: at an address that is known, or from the network around one that is not.

    Networks around are wide: whoever wants many households' addresses gets them for nothing.
    """
    name, here = _account_named(field), settings()
    place = _place_of(name)
    if _counters().noted(place):
        return [Bound(place, here.limit_guesses)]
    around = f"{name} from {client_network(SITE)}"
    return [Bound(around, here.limit_guesses), Bound(name, here.limit_failures)]


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
    """Limit wrong passwords of a signed-in account, wherever it is asked for its own again; after ``jwt_required``."""

    @wraps(view)
    def guessing(*args: Any, **kwargs: Any) -> Any:
        with one_guess(_bounds_of_confirming(), PasswordWrongError):
            return view(*args, **kwargs)

    return limit_addresses(guessing)


def _bounds_of_confirming() -> list[Bound]:
    """Return what bounds guesses by whoever holds a token; nothing where no password was sent, which is no guess."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or body.get("password") is None:
        return []
    return [Bound(f"confirm:{get_jwt_identity()}", settings().limit_failures)]


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
    counted = [
        (
            one.limit.amount,
            one.limit.get_expiry(),
            max(0, one.remaining),
            max(0, int(one.reset_at - time.time())),
        )
        for one in limiter.current_limits
    ]
    if not (limits := counted + guesses_left()):
        return response
    amount, window, left, wait = min(limits, key=lambda one: one[2])
    response.headers["RateLimit-Policy"] = f'"sign-in";q={amount};w={window}'
    response.headers["RateLimit"] = f'"sign-in";r={left};t={wait}'
    return response


STORE_ERRORS = (RedisError, StorageError)
