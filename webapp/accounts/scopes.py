"""Scopes: what a token may be used for. A person's own sign-in may do everything, an app what was allowed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """One thing that a token may be good for; the value is what stands in the token."""

    READ = "read"
    POSTS_WRITE = "posts:write"
    REACTIONS_WRITE = "reactions:write"
    FOLLOWS_WRITE = "follows:write"
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"
    NOTIFICATIONS_READ = "notifications:read"
    PROFILE_WRITE = "profile:write"
    ASSETS_WRITE = "assets:write"
    WEBHOOKS_WRITE = "webhooks:write"
    ACCOUNT = "account"


FIRST_PARTY = frozenset(Scope)
# Wallets, devices, sessions, consents, moderation: never for somebody else's app.
THIRD_PARTY = FIRST_PARTY - {Scope.ACCOUNT}


def scopes_of(claims: Mapping[str, Any]) -> frozenset[Scope]:
    """Return what a token is good for; one that names neither app nor scopes is a person's own sign-in."""
    if "client_id" not in claims and "scope" not in claims:
        return FIRST_PARTY
    return parse_scopes(str(claims.get("scope", "")))


def parse_scopes(text: str) -> frozenset[Scope]:
    """Return the scopes of a list by blanks (RFC 6749, 3.3), without those that do not exist."""
    return frozenset(scope for scope in Scope if scope in text.split(" "))


def scope_text(scopes: frozenset[Scope]) -> str:
    """Return scopes as a list by blanks, always in the same order."""
    return " ".join(scope for scope in Scope if scope in scopes)
