"""The IPFS node beside the store: it pins what is kept here, so that the rest of IPFS can have it.

It is never believed: bytes are read from the store, and the name that it gives a file must be ours. The
library's ``connect`` refuses every daemon newer than 0.7; its ``Client`` works with kubo as it is now. It is
imported when a node is set: that takes a third of a second.
"""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import requests

from webapp.assets.content.cids import CHUNK, Cid, NotACidError, parse_cid
from webapp.config import Settings

# Every setting by which a file's CID comes to be, whatever this node's own defaults are.
AS_WE_DO = {
    "chunker": f"size-{CHUNK}",
    "cid_version": 1,
    "raw_leaves": True,
    "trickle": False,
}
HASH = {"hash": "sha2-256"}
_NOT_PINNED = "not pinned"
_PORTS = {"http": 80, "https": 443}


class NodeError(Exception):
    """What an IPFS node did not do; says why, for the operator."""


class NodeAwayError(NodeError):
    """A node that does not answer as an IPFS node does: nothing is known of the content that it was asked of."""


class PinRefusedError(NodeError):
    """A node that answered that it does not do what it was asked."""


class WrongCidError(NodeError):
    """A node that gave content another name than ours; carries both."""

    def __init__(self, ours: str, theirs: str) -> None:
        self.ours, self.theirs = ours, theirs
        super().__init__(
            f"The node names {ours} {theirs[:100]}: other bytes, or another way to cut."
        )


class Pinning(Protocol):
    """Where content is pinned beside the store. All raise NodeError."""

    def pin(self, cid: Cid, path: Path) -> None:
        """Pin the file at a path, which is that of the CID; again changes nothing."""

    def unpin(self, cid: Cid) -> None:
        """Let content go; again, or where it was never pinned, changes nothing."""

    def version(self) -> str:
        """Return what runs there."""


def pinning(settings: Settings) -> Pinning | None:
    """Return the node of the settings, None where the store is all there is."""
    return IpfsNode(settings.ipfs_url, settings.ipfs_timeout) if settings.ipfs_url else None


class IpfsNode:
    """A node by its HTTP API, as kubo has it."""

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        self._client: Any = _library().Client(
            multiaddr_of(url),
            timeout=timeout,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    def pin(self, cid: Cid, path: Path) -> None:
        """Give the node a file and have it pinned; raises NodeAwayError, PinRefusedError and WrongCidError."""
        if not path.is_file():
            raise PinRefusedError("There is nothing to pin: its file is missing here.")
        with _errors():
            answer = self._client.add(str(path), pin=True, opts=dict(HASH), **AS_WE_DO)
            named = answer["Hash"]
        if not _same(named, cid):
            self._forget(str(named))
            raise WrongCidError(str(cid), str(named))

    def unpin(self, cid: Cid) -> None:
        """Have the node let a content go; its garbage collection erases it there."""
        try:
            with _errors():
                self._client.pin.rm(str(cid))
        except PinRefusedError as error:
            if _NOT_PINNED not in str(error):
                raise

    def version(self) -> str:
        """Return name and version of what answers; raises NodeAwayError and PinRefusedError."""
        with _errors():
            return str(self._client.version()["Version"])

    def _forget(self, named: str) -> None:
        """Unpin what the node took a file for, as well as it goes."""
        with _errors():
            self._client.pin.rm(named)


def _library() -> Any:
    # Its own version of requests, for sockets of files alone, breaks with the next urllib3.
    os.environ["PY_IPFS_HTTP_CLIENT_PATCH_REQUESTS"] = "no"
    return import_module("ipfshttpclient")


def multiaddr_of(url: str) -> str:
    """Return the address of a URL as IPFS writes it, such as /ip4/127.0.0.1/tcp/5001/http."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    return f"/{_kind(host)}/{host}/tcp/{port}/{parts.scheme}"


def _kind(host: str) -> str:
    try:
        return f"ip{ipaddress.ip_address(host).version}"
    except ValueError:
        return "dns"


def _same(named: object, cid: Cid) -> bool:
    try:
        return parse_cid(str(named)) == cid
    except NotACidError:
        return False


@contextmanager
def _errors() -> Iterator[None]:
    """Say what the library raises in our words."""
    theirs = _library().exceptions
    try:
        yield
    except theirs.ErrorResponse as error:  # the node's own words
        raise PinRefusedError(str(error.args[0])) from error
    except theirs.StatusError as error:  # somebody's in between
        raise NodeAwayError(f"Something else answers there: {error}") from error
    except (theirs.CommunicationError, requests.RequestException) as error:
        raise NodeAwayError(f"It does not answer ({type(error).__name__}).") from error
    except (theirs.Error, KeyError, TypeError, AssertionError) as error:
        raise NodeAwayError(f"What answers is no IPFS node ({type(error).__name__}).") from error
