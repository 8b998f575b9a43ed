"""Asking other people's servers: the one way out, to addresses that are checked.

A URL that somebody gave must not lead into our own network. Its name is resolved here, every address is
judged, and the connection goes to the very address that was judged: what the name means a moment later does
not matter. Redirects are not followed. What comes back is bounded in bytes and in time.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]

LONGEST_URL = 2_000
PIECE = 16_384
# Lookups that may hang at once: nothing can end one, so that its thread waits for the system's patience.
MOST_LOOKUPS = 32
PORTS = frozenset({443, 8443})
# Networks in which addresses of the Internet are written as others (RFC 6052, 4380, 3056), and two that
# ``ipaddress`` takes for the Internet's: site-local ones (RFC 3879), and those for documents (RFC 9637).
_NEVER = (
    ipaddress.ip_network("fec0::/10"),
    ipaddress.ip_network("3fff::/20"),
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2001::/32"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("::/96"),
)


_lookups = threading.BoundedSemaphore(MOST_LOOKUPS)


class OutgoingError(Exception):
    """A request that was not made, or not answered as it should be; says why, for people."""


class RefusedUrlError(OutgoingError):
    """A URL that we never ask; carries no more of it than its host."""


@dataclass(frozen=True)
class Target:
    """A URL taken apart and found to be allowed."""

    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Answer:
    """What a server answered; of the body no more than was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Policy:
    """What may be asked: ``http_to_loopback`` is for development and tests only."""

    http_to_loopback: bool = False
    seconds: float = 10.0
    most_bytes: int = 65_536


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def parse_target(url: str, policy: Policy) -> Target:
    """Take a URL apart; raises RefusedUrlError for what is never asked."""
    if len(url) > LONGEST_URL or any(not "!" <= one <= "~" for one in url) or "\\" in url:
        raise RefusedUrlError("Give a URL of at most 2,000 visible ASCII characters.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise RefusedUrlError("This is no URL.") from None
    if parts.username is not None or parts.password is not None:
        raise RefusedUrlError("A URL with a user name or password is not asked.")
    if not host or parts.fragment:
        raise RefusedUrlError("Give a URL with a host and without a fragment.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "http" and policy.http_to_loopback:
        return Target("http", host, port or 80, path)
    if parts.scheme != "https":
        raise RefusedUrlError("Only https:// URLs are asked.")
    port = 443 if port is None else port
    if port not in PORTS and not policy.http_to_loopback:
        raise RefusedUrlError(f"Port {port} is not asked; use 443 or 8443.")
    return Target("https", host, port, path)


def is_public(text: str) -> bool:
    """Tell whether an address is one of the Internet's, however it is written."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if any(address in network for network in _NEVER):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def request(
    method: str,
    url: str,
    policy: Policy,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    resolver: Resolver = resolve,
) -> Answer:
    """Ask somebody's server and return its answer, whatever its status.

    Raises RefusedUrlError for what is not asked, OutgoingError where no answer comes in time.
    """
    target = parse_target(url, policy)
    deadline = time.monotonic() + policy.seconds
    address = _judged(target, policy, _looked_up(target, policy, resolver, deadline))
    connection = _Pinned(target, address, deadline)
    # A peer that sends a byte now and then would never meet a socket's own time-out.
    watchdog = threading.Timer(max(0.0, deadline - time.monotonic()), connection.cut)
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request(method, target.path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), _read(answer, policy, deadline))
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic() >= deadline:
            raise OutgoingError(f"It took more than {policy.seconds:.0f} seconds.") from error
        raise OutgoingError(f"{type(error).__name__}: {error}"[:200]) from error
    finally:
        watchdog.cancel()
        connection.close()


def _read(answer: http.client.HTTPResponse, policy: Policy, deadline: float) -> bytes:
    found = bytearray()
    while piece := answer.read(min(PIECE, policy.most_bytes + 1 - len(found))):
        found += piece
        if len(found) > policy.most_bytes:
            raise OutgoingError(f"The answer is larger than {policy.most_bytes} bytes.")
    if time.monotonic() >= deadline:  # cut, which looks like the end of an answer without a length
        raise OutgoingError(f"It took more than {policy.seconds:.0f} seconds.")
    if answer.length:
        raise OutgoingError("The answer broke off.")
    return bytes(found)


def _looked_up(target: Target, policy: Policy, resolver: Resolver, deadline: float) -> list[str]:
    """Return the addresses of a name; raises OutgoingError, also where its server lets us wait.

    The system's resolver has no time-out of ours: it is waited for beside, and left to itself when it is late.
    """
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def look() -> None:
        try:
            answers.put(resolver(target.host, target.port))
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            answers.put(error)
        finally:
            _lookups.release()

    if not _lookups.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise OutgoingError(f"{MOST_LOOKUPS} names are waited for already; it is tried later.")
    threading.Thread(target=look, name="lookup", daemon=True).start()
    try:
        found = answers.get(timeout=max(0.0, deadline - time.monotonic()))
    except Empty:
        raise OutgoingError(
            f"It took more than {policy.seconds:.0f} seconds to look up {target.host}."
        ) from None
    if isinstance(found, OSError | UnicodeError):
        raise OutgoingError(f"The name {target.host} leads nowhere.") from found
    if isinstance(found, Exception):
        raise found
    return found


def _judged(target: Target, policy: Policy, found: list[str]) -> str:
    """Return the address to connect to; raises RefusedUrlError unless all of the name's may be asked."""
    if not found:
        raise OutgoingError(f"The name {target.host} leads nowhere.")
    for address in found:
        if policy.http_to_loopback and ipaddress.ip_address(address).is_loopback:
            continue
        if target.scheme == "http" or not is_public(address):
            raise RefusedUrlError(f"{target.host} leads to an address that is not asked.")
    return found[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was judged, under the name that was given."""

    def __init__(self, target: Target, address: str, deadline: float) -> None:
        # Never 0, which would mean not to wait at all.
        left = max(0.001, deadline - time.monotonic())
        super().__init__(target.host, target.port, timeout=left)
        self.default_port = 443 if target.scheme == "https" else 80
        self._target, self._address = target, address
        self._open: socket.socket | None = None
        self._over = False

    def connect(self) -> None:
        """Connect; with TLS the certificate must be of the name."""
        plain = socket.create_connection((self._address, self.port), timeout=self.timeout)
        self.sock = self._open = plain
        if self._over:  # it was cut before there was anything to cut
            raise TimeoutError
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = self._open = context.wrap_socket(
                plain, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            if self._over:  # the plain socket was cut, and it is this one by now
                raise TimeoutError
            self.sock.do_handshake()

    def cut(self) -> None:
        """End it from another thread; what is not connected yet ends as soon as it is."""
        self._over = True
        # The library lets go of its socket while the answer still comes.
        if self._open is not None:
            try:
                socket.socket.shutdown(self._open, socket.SHUT_RDWR)
            except OSError:
                return  # it has ended by itself
