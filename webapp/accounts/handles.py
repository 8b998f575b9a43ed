"""Handles: 3 to 30 of a-z, 0-9 and _, compared without case, some of them reserved."""

import hashlib
import re

from sqlalchemy.orm import Session

from webapp.accounts.errors import HandleRefusedError, HandleTakenError
from webapp.accounts.models import RetiredHandle
from webapp.database import insert_or_ignore

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


def retire(session: Session, handle: str) -> None:
    """Keep a deleted account's handle from everybody for good; needs an open write transaction."""
    insert_or_ignore(session, RetiredHandle, digest=_digest(handle))


def check_not_retired(session: Session, handle: str) -> None:
    """Refuse a handle of an account that was deleted; raises HandleTakenError.

    Call it in the write transaction, once the handle is had: somebody may delete their account meanwhile.
    """
    if session.get(RetiredHandle, _digest(handle)) is not None:
        raise HandleTakenError(handle)


def _digest(handle: str) -> bytes:
    return hashlib.sha256(handle.encode()).digest()
