"""Handles: 3 to 30 of a-z, 0-9 and _, compared without case, some of them reserved."""

import re

from webapp.accounts.errors import HandleRefusedError

PATTERN = re.compile(r"[a-z0-9_]{3,30}\Z")

# Names that would pass for the service itself, or that its addresses need.
RESERVED = frozenset(
    [
        "about",
        "abuse",
        "account",
        "accounts",
        "admin",
        "administrator",
        "api",
        "app",
        "apps",
        "asset",
        "assets",
        "auth",
        "billing",
        "blog",
        "bot",
        "contact",
        "dev",
        "developer",
        "docs",
        "everyone",
        "feed",
        "help",
        "home",
        "host",
        "info",
        "ipfs",
        "legal",
        "login",
        "log",
        "logout",
        "mail",
        "me",
        "media",
        "moderation",
        "moderator",
        "nobody",
        "null",
        "official",
        "operator",
        "owner",
        "postmaster",
        "posts",
        "press",
        "privacy",
        "register",
        "root",
        "search",
        "security",
        "settings",
        "sign_in",
        "sign_up",
        "staff",
        "status",
        "support",
        "system",
        "team",
        "terms",
        "troth",
        "undefined",
        "user",
        "users",
        "verified",
        "verify",
        "webmaster",
        "www",
    ]
)


def normal_handle(text: str) -> str:
    """Return a handle in lower case; raises HandleRefusedError."""
    handle = text.lower()
    if not PATTERN.match(handle):
        raise HandleRefusedError(text[:40], "is not a handle")
    if handle in RESERVED or handle.strip("_") in RESERVED:
        raise HandleRefusedError(text[:40], "is reserved")
    return handle
