"""One JSON-RPC request at a time over a web3 provider, every failure typed.

web3's own middleware, retry list and result formatters stay out of the way: they send transactions twice
after a time-out, follow URLs that a contract reverts with (EIP-3668), and raise for chains whose extra
data is long.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from chain.errors import ConnectionBroken, NodeUnavailable, NotDelivered, translate
from chain.nodes.urls import without_secrets

if TYPE_CHECKING:
    from web3.providers import BaseProvider
    from web3.types import RPCEndpoint


class Transport:
    """Speaks to the node at `url`, or to a given provider in this process.

    `timeout` is in seconds, for connecting and again for the whole answer. HTTP providers are made
    once per process, since their connections must not be shared over a fork.
    """

    def __init__(self, url: str, timeout: float, provider: "BaseProvider | None") -> None:
        self.name = without_secrets(url)
        self._url = url
        self._timeout = timeout
        self._given = provider
        self._made: tuple[int, BaseProvider] | None = None
        if provider is None:
            _load_http()

    def request(self, method: str, params: Sequence[Any]) -> Any:
        """Make one request, once, and return its result.

        Raises NodeUnavailable and its kinds, or what the table of node messages says.
        """
        answer = self._ask(method, params)
        if not isinstance(answer, Mapping):
            raise self.malformed(method, "it is not an object")
        if answer.get("error") is not None:
            error_object = answer["error"]
            if not isinstance(error_object, Mapping):
                raise self.malformed(method, f"its error is {error_object!r}")
            raise translate(error_object)
        if "result" not in answer:
            raise self.malformed(method, "it has no result")
        return answer["result"]

    def malformed(self, method: str, problem: object) -> NodeUnavailable:
        """Make the error for an answer that is not of the documented shape."""
        return NodeUnavailable(self.name, f"its answer to {method} is malformed: {problem}")

    def _ask(self, method: str, params: Sequence[Any]) -> object:
        try:
            return self._provider().make_request(cast("RPCEndpoint", method), list(params))
        except requests.Timeout as error:
            if isinstance(error, requests.ConnectTimeout):
                raise NotDelivered(self.name, "it cannot be reached in time") from error
            problem = f"no answer to {method} within {self._timeout:g} s"
            raise NodeUnavailable(self.name, problem) from error
        except requests.HTTPError as error:
            status = error.response.status_code
            raise NodeUnavailable(self.name, f"it answers with HTTP status {status}") from error
        except requests.ConnectionError as error:
            if _was_refused(error):
                raise NotDelivered(self.name, "it refuses connections") from error
            raise ConnectionBroken(self.name, "the connection broke") from error
        except (requests.RequestException, HTTPError) as error:
            problem = f"{type(error).__name__} during {method}"
            raise NodeUnavailable(self.name, problem) from error
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise self.malformed(method, "it is not JSON") from error
        except ValueError as error:
            raise self.malformed(method, error) from error

    def _provider(self) -> "BaseProvider":
        if self._given is not None:
            return self._given
        pid = os.getpid()
        if self._made is None or self._made[0] != pid:
            self._made = (pid, _load_http()(self._url, self._timeout))
        return self._made[1]


def _load_http() -> "Callable[[str, float], BaseProvider]":
    """Import what speaks HTTP, and web3 with it: half of the time that the web application would take to start."""
    from chain.http_provider import BoundedHttpProvider  # noqa: PLC0415

    return BoundedHttpProvider


def _was_refused(error: requests.ConnectionError) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    # A proxy in between could have passed the request on before it failed.
    return isinstance(reason, NewConnectionError) and not isinstance(
        error, requests.exceptions.ProxyError
    )
