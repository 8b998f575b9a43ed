"""What one caller may ask for in a while: the one table of what routes cost, and who pays.

Signed in, the account pays; signed out, or with a token that is not good, the network address (of IPv6
its /64). Every request is counted once, in one round trip. While the store of the counters does not
answer, reading and ordinary writing are open; signing in and registering, which ``throttle`` limits
besides, are closed.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from ipaddress import IPv6Address, ip_address
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from limits import parse_many

from webapp.accounts.counters import Addition, Count, Counters, make_counters
from webapp.accounts.errors import SlowDownError
from webapp.chain_access import settings
from webapp.config import Settings


class Budget(StrEnum):
    """What a request is paid from; each has a setting ``limit_…``."""

    READ = "read"
    WRITE = "write"
    TOKEN = "token"  # noqa: S105 - a budget's name


@dataclass(frozen=True)
class Cost:
    """How much of which budget a request takes."""

    budget: Budget
    units: int = 1


# Bits of an IPv6 address: what one household has whole, and what anybody gets from whom they ask for more.
HOUSEHOLD, SITE = 64, 48
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FREE = None
ORDINARY_READ, ORDINARY_WRITE = Cost(Budget.READ), Cost(Budget.WRITE)

# Routes, by endpoint, that do not cost one unit of reading (GET) or writing (all else).
COSTS: dict[str, Cost | None] = {
    # Asked by machines of the operator's own.
    "status.health": FREE,
    "status.live": FREE,
    "status.metrics": FREE,
    "status.ready": FREE,
    # Limited by throttle, more tightly.
    "accounts.password_sign_in": FREE,
    "accounts.register": FREE,
    "accounts.siwe_nonce": FREE,
    "accounts.siwe_sign_in": FREE,
    # Secrets could be guessed here.
    "accounts.refresh": Cost(Budget.TOKEN),
    "oauth.revoke_token": Cost(Budget.TOKEN),
    "oauth.token": Cost(Budget.TOKEN),
    # Much work for one request.
    "accounts.allow_device": Cost(Budget.WRITE, 5),
    "accounts.revoke_device": Cost(Budget.WRITE, 5),
    "assets.begin": Cost(Budget.WRITE, 10),
    "assets.history": Cost(Budget.READ, 2),
    "assets.permit": Cost(Budget.WRITE, 10),
    "api-docs.openapi_json": Cost(Budget.READ, 5),
    "exports.request_export": Cost(Budget.WRITE, 30),
    "log.batches": Cost(Budget.READ, 2),
    "log.entries": Cost(Budget.READ, 2),
    "media.upload_media": Cost(Budget.WRITE, 10),
    "oauth.register": Cost(Budget.WRITE, 10),
    "posts.bundle": Cost(Budget.READ, 2),
    "posts.history": Cost(Budget.READ, 5),
    "search.people": Cost(Budget.READ, 5),
    "search.posts": Cost(Budget.READ, 5),
    "search.tags": Cost(Budget.READ, 5),
}


@dataclass(frozen=True)
class _Left:
    """What the tightest limit of a request leaves."""

    budget: Budget
    amount: int
    seconds: int
    count: Count

    @property
    def remaining(self) -> int:
        return max(0, self.amount - self.count.value)

    @property
    def wait(self) -> int:
        """Whole seconds until the counter begins again, at least one."""
        return max(1, min(self.seconds, int(self.count.left) + 1))


def register_limits(app: Flask, here: Settings) -> None:
    """Make the counters, and tell every answer's limits."""
    app.extensions["troth_counters"] = make_counters(here.redis_url)
    app.after_request(_tell)


def charge(account_id: UUID | None) -> None:
    """Let the account, or without one the address, pay for this request, once; raises SlowDownError."""
    if "troth_paid" in g or request.endpoint is None or request.method == "OPTIONS":
        return
    g.troth_paid = True
    cost = cost_of(request.endpoint, request.method)
    if cost is None:
        return
    who = str(account_id or client_network())
    limits = amounts(getattr(settings(), f"limit_{cost.budget}"))
    additions = [
        Addition(f"{cost.budget}:{seconds}:{who}", cost.units, seconds) for _, seconds in limits
    ]
    counters: Counters = current_app.extensions["troth_counters"]
    counts = counters.add(additions)
    if counts is None:  # reads and ordinary writes go on
        return
    every = [_Left(cost.budget, *limit, count) for limit, count in zip(limits, counts, strict=True)]
    tightest = g.troth_left = min(every, key=lambda left: left.amount - left.count.value)
    if tightest.count.value > tightest.amount:
        raise SlowDownError(tightest.budget, tightest.amount, tightest.seconds, tightest.wait)


def cost_of(endpoint: str, method: str) -> Cost | None:
    """Return what a request costs; None if nothing."""
    ordinary = ORDINARY_READ if method in SAFE_METHODS else ORDINARY_WRITE
    return COSTS.get(endpoint, ordinary)


def client_network(bits: int = HOUSEHOLD) -> str:
    """Return whom a signed-out request counts for: an IPv4 address, or the /64 of an IPv6 one."""
    return network_of(request.remote_addr or "", bits)


def network_of(address: str, bits: int = HOUSEHOLD) -> str:
    """Return an IPv4 address as it is, and of an IPv6 one the first bits: a /64 one household has whole."""
    try:
        found = ip_address(address)
    except ValueError:  # a socket file
        return "nobody"
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    rest = 128 - bits
    return f"{IPv6Address(int(found) >> rest << rest)}/{bits}"


@cache
def amounts(text: str) -> list[tuple[int, int]]:
    """Return how much may be had in how many seconds, of limits as settings say them ("10/hour")."""
    return [(limit.amount, limit.get_expiry()) for limit in parse_many(text)]


def _tell(response: Response) -> Response:
    """Add RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers)."""
    left: _Left | None = g.get("troth_left")
    # Where a tighter limit holds besides, throttle has told that one.
    if left is not None and "RateLimit" not in response.headers:
        policy = f'"{left.budget}";q={left.amount};w={left.seconds}'
        response.headers["RateLimit-Policy"] = policy
        response.headers["RateLimit"] = f'"{left.budget}";r={left.remaining};t={left.wait}'
    return response
