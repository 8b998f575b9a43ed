"""What the OpenAPI document says of who may call what."""

from typing import Any

READ_ONLY = {"get", "head", "options"}
BEARER, COOKIE, CSRF = "bearer", "cookie", "csrf"
REFRESH, REFRESH_COOKIE, OAUTH, CLIENT = "refresh", "refreshCookie", "oauth", "client"
CALLERS = "callers"  # what ``signed_in`` tells the document of a view
ACCOUNT = "account"
SCOPES = {
    "read": "Read what the person may read",
    "posts:write": "Post, edit and delete",
    "reactions:write": "Like and repost",
    "follows:write": "Follow, block and mute",
    "messages:read": "Read private messages",
    "messages:write": "Write private messages",
    "notifications:read": "Read notifications",
    "profile:write": "Change the profile",
    "assets:write": "Begin mints, and hand in what a wallet signed for them",
    "webhooks:write": "Be sent what the person is told, as far as the other scopes go",
}


def security_schemes(token_url: str, mark: str) -> dict[str, dict[str, Any]]:
    """Return the ways in which a request says whom it is from; ``mark`` begins the cookies' names."""
    flow = {
        "authorizationUrl": "/oauth/authorize",
        "tokenUrl": token_url,
        "refreshUrl": token_url,
        "scopes": SCOPES,
    }
    token = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {
        BEARER: token | {"description": "The access token of a sign-in"},
        REFRESH: token | {"description": "The refresh token of a sign-in"},
        COOKIE: {"type": "apiKey", "in": "cookie", "name": f"{mark}troth_access"},
        REFRESH_COOKIE: {"type": "apiKey", "in": "cookie", "name": f"{mark}troth_refresh"},
        CSRF: {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRF-Token",
            "description": f"The value of the cookie `{mark}troth_csrf_access`, or `{mark}troth_csrf_refresh`",
        },
        OAUTH: {"type": "oauth2", "flows": {"authorizationCode": flow}},
        CLIENT: {"type": "http", "scheme": "basic", "description": "client_id and client_secret"},
    }


def callers(scope: str, *, optional: bool, refresh: bool, either: bool) -> dict[str, Any]:
    """Return what ``signed_in`` says of a route, for the document."""
    return {"scope": scope, "optional": optional, "refresh": refresh, "either": either}


def add_security(doc: dict[str, Any], info: dict[str, Any], **about: Any) -> dict[str, Any]:
    """Say who may call an operation; an empty list means everybody."""
    found = info.get(CALLERS)
    doc["security"] = [] if found is None else _security(about["method"], **found)
    return doc


def _security(
    method: str, *, scope: str, optional: bool, refresh: bool, either: bool
) -> list[dict[str, list[str]]]:
    proof: dict[str, list[str]] = {} if method in READ_ONLY else {CSRF: []}
    ways: list[dict[str, list[str]]] = []
    if not refresh:
        ways += [{BEARER: []}, {COOKIE: [], **proof}]
        ways += [{OAUTH: [scope]}] if scope != ACCOUNT else []
    if refresh or either:
        ways += [{REFRESH: []}, {REFRESH_COOKIE: [], **proof}]
    return [{}, *ways] if optional else ways
