"""What `requests` raises when a node cannot be asked, made as its HTTP adapter makes it."""

import requests
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProtocolError

_HOST = "node.invalid"


def refused() -> requests.ConnectionError:
    """Nobody listens at the node's port."""
    reason = NewConnectionError(HTTPConnection(_HOST), "[Errno 111] Connection refused")
    return requests.ConnectionError(MaxRetryError(HTTPConnectionPool(_HOST), "/", reason))


def connect_timeout() -> requests.ConnectTimeout:
    """The node's host does not answer at all."""
    reason = ConnectTimeoutError(HTTPConnection(_HOST), "timed out")
    return requests.ConnectTimeout(MaxRetryError(HTTPConnectionPool(_HOST), "/", reason))


def read_timeout() -> requests.ReadTimeout:
    """The connection stands, and no answer comes."""
    return requests.ReadTimeout("Read timed out. (read timeout=10)")


def reset() -> requests.ConnectionError:
    """The connection broke."""
    cause = ConnectionResetError(104, "Connection reset by peer")
    return requests.ConnectionError(ProtocolError("Connection aborted.", cause))


def status(code: int) -> requests.HTTPError:
    """The node, or a proxy before it, answers with an HTTP error."""
    answer = requests.Response()
    answer.status_code, answer.url = code, f"http://{_HOST}/"
    return requests.HTTPError(f"{code} Server Error for url: {answer.url}", response=answer)


def not_json() -> requests.exceptions.JSONDecodeError:
    """The answer is a web page."""
    return requests.exceptions.JSONDecodeError("Expecting value", "<html>", 0)
