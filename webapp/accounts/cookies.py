"""Sessions in cookies, for the web UI: tokens that its scripts cannot read, and CSRF values that they send.

A sign-in that asks for ``"session": "cookie"`` gets its tokens by Set-Cookie and not in the body. Behind
https the cookies' names begin with ``__Host-``: no page of a sibling's domain can set one. A write that is signed
in by cookie must send the CSRF value as X-CSRF-Token (double submit; the value stands in the signed token
too) and must not come from another site. Bearer tokens are not concerned.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, make_response, request
from flask_jwt_extended import (
    get_jwt_request_location,
    set_access_cookies,
    set_refresh_cookies,
    unset_access_cookies,
    unset_jwt_cookies,
)
from flask_jwt_extended.exceptions import CSRFError

from webapp.accounts.errors import CrossSiteError, CsrfRefusedError
from webapp.chain_access import settings
from webapp.config import Settings
from webapp.errors import problem_response

View = Callable[..., Any]

ACCESS, REFRESH = "troth_access", "troth_refresh"
ACCESS_CSRF, REFRESH_CSRF = "troth_csrf_access", "troth_csrf_refresh"
CSRF_HEADER = "X-CSRF-Token"
# Browsers take such a name only with Secure, for all paths and without a domain: never by plain http.
HOST_ONLY = "__Host-"
COOKIE = "cookie"
TOKENS = ("access_token", "refresh_token")


def cookie_config(here: Settings, prefix: str) -> dict[str, object]:
    """Return Flask-JWT-Extended's settings for tokens in headers and cookies."""
    mark, paths = name_prefix(here), _paths(prefix)
    return {
        "JWT_TOKEN_LOCATION": ["headers", "cookies"],
        "JWT_COOKIE_CSRF_PROTECT": True,
        "JWT_COOKIE_SECURE": bool(mark),
        "JWT_COOKIE_SAMESITE": "Strict",
        "JWT_ACCESS_COOKIE_NAME": mark + ACCESS,
        "JWT_REFRESH_COOKIE_NAME": mark + REFRESH,
        "JWT_ACCESS_CSRF_COOKIE_NAME": mark + ACCESS_CSRF,
        "JWT_REFRESH_CSRF_COOKIE_NAME": mark + REFRESH_CSRF,
        "JWT_ACCESS_CSRF_HEADER_NAME": CSRF_HEADER,
        "JWT_REFRESH_CSRF_HEADER_NAME": CSRF_HEADER,
        "JWT_ACCESS_COOKIE_PATH": "/" if mark else paths[ACCESS],
        "JWT_REFRESH_COOKIE_PATH": "/" if mark else paths[REFRESH],
    }


def name_prefix(here: Settings) -> str:
    """Return what the cookies' names begin with."""
    return HOST_ONLY if here.base_url.startswith("https://") else ""


def _paths(prefix: str) -> dict[str, str]:
    """Return where cookies without a mark are sent: the token that lives for weeks only to where it is exchanged or ended."""
    return {ACCESS: prefix, REFRESH: f"{prefix}/auth", ACCESS_CSRF: "/", REFRESH_CSRF: "/"}


def register_cookies(app: Flask) -> None:
    """Answer 403 for a write by cookie without the right CSRF value; drop the cookies of an earlier release."""
    app.register_error_handler(CSRFError, _on_csrf)
    if app.config["JWT_COOKIE_SECURE"]:
        app.after_request(_drop_unmarked)


def hands_out_session(view: View) -> View:
    """Move the tokens that a view answers into cookies, where the client's body asks for that.

    It stands above ``idempotent_with_tokens``: what is replayed is moved again.
    """
    return _moving(view, _asks_for_cookie)


def hands_on_session(view: View) -> View:
    """Move the tokens that a view answers into cookies, where the old one came in a cookie."""
    return _moving(view, by_cookie)


def _moving(view: View, wanted: Callable[[], bool]) -> View:
    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Response:
        response = make_response(view(*args, **kwargs))
        if response.status_code >= 300 or not wanted():
            return response
        body = response.get_json()
        access, refresh = (body.pop(name) for name in TOKENS)
        response.set_data(current_app.json.dumps(body))
        here = settings()
        set_access_cookies(response, access, max_age=here.access_token_seconds)
        set_refresh_cookies(response, refresh, max_age=here.refresh_token_seconds)
        return response

    return wrapper


def ends_session(view: View) -> View:
    """Drop the session's cookies with what a view answers."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Response:
        response = make_response(view(*args, **kwargs))
        if by_cookie():
            unset_jwt_cookies(response)
        return response

    return wrapper


def drop_dead_access(response: Response) -> None:
    """Drop the access cookie of a session that was ended: what needs no session is answered without it.

    The refresh cookie stays: where somebody signed in anew meanwhile it gives them another access token.
    """
    if "Authorization" not in request.headers and _sent(ACCESS):
        unset_access_cookies(response)


def by_cookie() -> bool:
    """Tell whether this request was signed in by a cookie."""
    try:
        return get_jwt_request_location() == "cookies"
    except RuntimeError:  # a route at which no token is read
        return False


def only_refresh_cookie() -> bool:
    """Tell whether a browser sends its refresh token alone, as the access token has expired."""
    return "Authorization" not in request.headers and _sent(REFRESH) and not _sent(ACCESS)


def _sent(name: str) -> bool:
    return name_prefix(settings()) + name in request.cookies


def check_site() -> None:
    """Refuse a write from a page of somebody else's; raises CrossSiteError.

    The CSRF value keeps them out already; this holds even where a page got hold of it.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return
    here = settings()
    ours = {_origin(here.base_url), _origin(request.host_url), *here.origins}
    if origin.lower() not in ours:
        raise CrossSiteError(origin[:200])


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _asks_for_cookie() -> bool:
    body = request.get_json(silent=True)
    return isinstance(body, dict) and body.get("session") == COOKIE


def _on_csrf(error: CSRFError) -> Response:
    del error
    return problem_response(CsrfRefusedError(CSRF_HEADER))


def _drop_unmarked(response: Response) -> Response:
    """Drop cookies without the mark, which an earlier release set: they count no more, as anybody's page may have set them."""
    for name, path in _paths(current_app.config["OPENAPI_URL_PREFIX"]).items():
        if name in request.cookies:
            response.delete_cookie(name, path=path, secure=True, samesite="Strict")
    return response
