"""Answers to "is it ready?", each a function without arguments that never raises.

A refused connection, a time-out or a half-made answer all mean: not yet.
"""

import http.client
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from webapp.supervisor import logs

Probe = Callable[[], bool]
_TIMEOUT = 2.0


def port_answers(host: str, port: int) -> Probe:
    """Ready when something accepts a TCP connection."""

    def probe() -> bool:
        try:
            with socket.create_connection((reachable(host), port), timeout=_TIMEOUT):
                return True
        except OSError:
            return False

    return probe


def http_answers(url: str) -> Probe:
    """Ready when GET gives any status below 500."""
    return lambda: 0 < _status(urllib.request.Request(url)) < 500  # noqa: S310 - our own http URL


def chain_answers(host: str, port: int) -> Probe:
    """Ready when the JSON-RPC server answers `eth_chainId`."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    request = urllib.request.Request(
        f"http://{bracketed(reachable(host))}:{port}/",
        data=json.dumps(call).encode(),
        headers={"Content-Type": "application/json"},
    )
    return lambda: _status(request) == 200


def redis_answers(path: Path) -> Probe:
    """Ready when the Redis behind this unix socket answers PING; not while it loads its data."""

    def probe() -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_TIMEOUT)
            try:
                connection.connect(str(path))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    return probe


def log_says(log: Path, words: str) -> Probe:
    """Ready when these words are in what the child has logged since it was started."""
    return lambda: words in logs.since_start(log)


def reachable(host: str) -> str:
    """Return the address at which to reach a server that listens on this one."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104


def bracketed(host: str) -> str:
    """Return the host as it is written in a URL (RFC 3986: IPv6 in brackets)."""
    return f"[{host}]" if ":" in host else host


def _status(request: urllib.request.Request) -> int:
    # No proxy: these are servers on this machine, whatever the environment says of proxies.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_TIMEOUT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except (OSError, http.client.HTTPException):
        return 0
