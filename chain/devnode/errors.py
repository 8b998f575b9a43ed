"""What the embedded chain answers when it cannot answer: JSON-RPC errors with geth's codes and words.

Clients sort errors by code and by text, so both follow go-ethereum where it has an answer of its own.
"""

from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
SERVER_ERROR = -32000
EXECUTION_REVERTED = 3


class RpcError(Exception):
    """A request that was refused: `code` and `message` as in JSON-RPC 2.0, `data` hex or None."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """Return the `error` member of a response (JSON-RPC 2.0, section 5.1)."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error


class InvalidParams(RpcError):  # noqa: N818 - the name of the JSON-RPC error
    """Parameters that do not fit the method."""

    def __init__(self, message: str) -> None:
        super().__init__(INVALID_PARAMS, message)


class MethodNotFound(RpcError):  # noqa: N818 - the name of the JSON-RPC error
    """A method that this chain does not have."""

    def __init__(self, method: str, reason: str = "") -> None:
        message = f"the method {method} does not exist/is not available"
        super().__init__(METHOD_NOT_FOUND, f"{message}: {reason}" if reason else message)
        self.method = method


class Refused(RpcError):  # noqa: N818 - reads as "raise Refused"
    """A well-formed request that the chain's rules or its state forbid."""

    def __init__(self, message: str) -> None:
        super().__init__(SERVER_ERROR, message)


class Reverted(RpcError):  # noqa: N818 - the EVM's own word
    """A call that ended in REVERT; `data` is the revert data."""

    def __init__(self, message: str, output: bytes) -> None:
        super().__init__(EXECUTION_REVERTED, message, "0x" + output.hex())
        self.output = output


class DataFileError(Exception):
    """The chain's data file cannot be used; says which file, why, and what to do."""

    def __init__(self, path: str, reason: str, advice: str) -> None:
        super().__init__(f"The chain's data file {path} cannot be used: {reason}. {advice}")
        self.path = path
        self.reason = reason
