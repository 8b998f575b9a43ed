"""Who may read the metrics: whoever has the token; without one, this machine alone."""

import hmac
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from werkzeug.datastructures import Headers

from webapp.errors import ProblemError

# Headers by which a proxy says that somebody else is asking; "x-forwarded-..." besides.
FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip")
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(eq=False)
class MetricsNotLocalError(ProblemError):
    """Metrics asked for from elsewhere, or through a proxy, while no token is set."""

    status = 403
    code = "metrics_not_local"
    title = "Metrics are for this machine only"

    @property
    def detail(self) -> str:
        """Say how to open them."""
        return (
            "Without TROTH_METRICS_TOKEN the metrics are only for direct connections from this "
            "machine; set it, and send it as a bearer token."
        )


@dataclass(eq=False)
class MetricsTokenError(ProblemError):
    """Metrics asked for without the right token."""

    status = 401
    code = "metrics_token"
    title = "The bearer token of the metrics is missing or wrong"

    @property
    def detail(self) -> str:
        """Say what to send."""
        return "Send TROTH_METRICS_TOKEN as `Authorization: Bearer …`."


def check_access(token: str, address: str | None, headers: Headers) -> None:
    """Let through the bearer of the token, or, if there is none, a client on this machine.

    A reverse proxy on this machine is not the client: what came through one needs the token.
    Raises MetricsTokenError and MetricsNotLocalError.
    """
    if token:
        kind, _, given = headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode(), token.encode())
        if not (right and kind.lower() == "bearer"):
            raise MetricsTokenError
    elif _was_forwarded(headers) or not _is_loopback(address):
        raise MetricsNotLocalError


def _was_forwarded(headers: Headers) -> bool:
    """Tell whether a proxy, or a web page under a name that leads here, is asking for somebody else."""
    names = {name.lower() for name in headers.keys()}  # noqa: SIM118 - pairs otherwise
    forwarded = any(name.startswith("x-forwarded") or name in FORWARDED for name in names)
    host = headers.get("Host", LOCAL_NAMES[0]).lower()
    return forwarded or not {host, host.rpartition(":")[0]} & set(LOCAL_NAMES)


def _is_loopback(address: str | None) -> bool:
    try:
        found = ip_address(address or "")
    except ValueError:  # a socket file: whoever connects to it is not known
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped.is_loopback
    return found.is_loopback
