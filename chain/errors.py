"""Everything that can go wrong between us and a chain, as one tree, and one table of node messages.

Each error carries the offending values as fields and reads as a sentence. Callers decide by type,
never by message; only the table at the end of this module looks at what a node wrote.
"""

# ruff: noqa: N818 - an error is named for what happened, as in requests and httpx; the base says what it is

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ChainError(Exception):
    """Base of all errors raised by the chain package."""


@dataclass(eq=False)
class ConfigError(ChainError):
    """A key of the configuration file is missing or wrong."""

    file: Path
    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key} {self.problem}."


@dataclass(eq=False)
class CompilerMissing(ChainError):
    """The Solidity compiler is absent, or is another version than the configuration names."""

    wanted: str
    problem: str

    def __str__(self) -> str:
        return f"Solidity compiler {self.wanted} is needed, but {self.problem}. Get it with `make install`."


@dataclass(eq=False)
class CompileFailed(ChainError):
    """The compiler refused the sources, or a source is missing."""

    problem: str

    def __str__(self) -> str:
        return f"The contracts do not compile: {self.problem}"


@dataclass(eq=False)
class ArtifactMissing(ChainError):
    """A contract was not compiled, or its artifact cannot be read."""

    name: str
    path: Path
    problem: str

    def __str__(self) -> str:
        return (
            f"No usable artifact of {self.name} at {self.path} ({self.problem}). "
            "Compile the contracts with `make compile` or `python -m chain.compiler`."
        )


@dataclass(eq=False)
class NodeUnavailable(ChainError):
    """The node could not be reached, did not answer in time, or answered nonsense."""

    url: str
    problem: str

    def __str__(self) -> str:
        return f"The node at {self.url} cannot be used now: {self.problem}."


class NotDelivered(NodeUnavailable):
    """The request certainly never reached a node: the connection was refused, or none was tried."""


class ConnectionBroken(NodeUnavailable):
    """The connection ended before the answer; one that was kept open ends so when the node closed it."""


class NodeBehind(NodeUnavailable):
    """The node is below a block that was seen already; what it says of the newest state is old."""


@dataclass(eq=False)
class RpcRefused(ChainError):
    """The node answered with a JSON-RPC error."""

    code: int
    message: str
    data: Any = None

    def __str__(self) -> str:
        return f"The node refused the request: {self.message} (code {self.code})."


class MethodUnknown(RpcRefused):
    """The node does not offer this JSON-RPC method."""


class StateUnavailable(RpcRefused):
    """The node does not have the block, or no longer has its state."""


class OutOfGas(RpcRefused):
    """The call used up the gas that the node allows."""


class AlreadyKnown(RpcRefused):
    """The node has exactly this transaction already: the earlier send did arrive."""


class SendRejected(RpcRefused):
    """The node proved that it did not take these bytes; they are not in its pool."""


class Unacceptable(SendRejected):
    """These bytes break a rule of the chain, which no waiting mends: no node takes them into its pool."""


class NonceTooLow(SendRejected):
    """A transaction with this nonce is mined already, possibly this very one."""


class NonceTooHigh(SendRejected):
    """There is a gap between the account's nonce and this one."""


class ReplacementUnderpriced(SendRejected):
    """Another transaction with this nonce is pending and the new fees do not beat it."""


class InsufficientFunds(SendRejected):
    """The sender cannot pay for value and gas."""


class FeeTooLow(SendRejected):
    """The fees are below what the node or the next block takes."""


@dataclass(eq=False)
class ContractReverted(ChainError):
    """A contract refused a call; `name` and `arguments` are the decoded error, where known."""

    data: bytes = b""
    name: str | None = None
    arguments: tuple[Any, ...] = ()

    def __str__(self) -> str:
        if self.name is None:
            return f"The contract reverted with data 0x{self.data.hex()}."
        return f"The contract reverted: {self.name}({', '.join(map(str, self.arguments))})."


@dataclass(eq=False)
class SendOutcomeUnknown(ChainError):
    """The transaction may or may not have reached the node; look for it before anything else."""

    transaction: bytes
    problem: str

    def __str__(self) -> str:
        return (
            f"Whether the node took transaction 0x{self.transaction.hex()} is unknown: {self.problem}. "
            "Look for its hash and the account's nonce, then send the same bytes again."
        )


@dataclass(eq=False)
class SignerUnavailable(ChainError):
    """A signer outside this process could not be reached or refused; nothing was signed."""

    address: str
    problem: str

    def __str__(self) -> str:
        return f"The signer of {self.address} cannot sign now: {self.problem}. It is asked again."


class WrongSignature(SignerUnavailable):
    """A signer returned something else than this transaction signed with the key of its address."""

    def __str__(self) -> str:
        return (
            f"What the signer of {self.address} returned is not used: {self.problem}. "
            "Check which key it holds."
        )


@dataclass(eq=False)
class WrongChain(ChainError):
    """The node serves another chain than the one that was asked for."""

    expected: int
    actual: int

    def __str__(self) -> str:
        return f"The node serves chain {self.actual}, expected was chain {self.expected}; check the URL."


@dataclass(eq=False)
class WrongInstance(WrongChain):
    """The node serves another chain, or another instance of it, than the one that is in use."""

    url: str
    expected_genesis: bytes
    actual_genesis: bytes

    def __str__(self) -> str:
        return (
            f"The node at {self.url} serves chain {self.actual} with genesis "
            f"0x{self.actual_genesis.hex()}; expected was chain {self.expected} with genesis "
            f"0x{self.expected_genesis.hex()}. Nothing is asked of it or sent to it; check the URL, "
            "or bring the chain's data back."
        )


@dataclass(eq=False)
class NoCode(ChainError):
    """There is no contract at the address."""

    address: str

    def __str__(self) -> str:
        return (
            f"There is no contract at {self.address}; check the address and the chain, or deploy."
        )


@dataclass(eq=False)
class UnexpectedAnswer(ChainError):
    """A contract answered a call with data that the called function cannot return."""

    address: str
    function: str
    data: bytes

    def __str__(self) -> str:
        return (
            f"The contract at {self.address} answers {self.function} with 0x{self.data.hex()}; "
            "it is another contract than expected."
        )


@dataclass(eq=False)
class WrongCode(ChainError):
    """The contract at the address is not the one compiled here; hashes are keccak256 of the code."""

    address: str
    expected: bytes
    actual: bytes

    def __str__(self) -> str:
        return (
            f"The code at {self.address} has hash 0x{self.actual.hex()}, expected was "
            f"0x{self.expected.hex()}; it is another contract or another build."
        )


@dataclass(eq=False)
class ReceiptTimeout(ChainError):
    """A transaction was sent and not mined in the given time; `seconds` is that time."""

    transaction: bytes
    seconds: float

    def __str__(self) -> str:
        return (
            f"Transaction 0x{self.transaction.hex()} was not mined within {self.seconds:g} s. "
            "It may still be mined; run the same command again to go on."
        )


@dataclass(eq=False)
class TransactionFailed(ChainError):
    """A transaction was mined and reverted."""

    transaction: bytes
    block: int

    def __str__(self) -> str:
        return (
            f"Transaction 0x{self.transaction.hex()} was mined in block {self.block} and reverted."
        )


@dataclass(eq=False)
class UnusableRecord(ChainError):
    """A deployment record cannot be read."""

    path: Path
    problem: str

    def __str__(self) -> str:
        return f"The deployment record {self.path} is unusable: {self.problem}. Delete it and deploy again."


# What nodes write, first match wins, without regard to case: geth, anvil and the embedded chain, then the
# phrases of besu, nethermind and erigon. Codes do not help: geth sends -32000 for nearly everything.
_MESSAGES: tuple[tuple[str, type[RpcRefused]], ...] = (
    (r"already known|already imported|known transaction|alreadyknown", AlreadyKnown),
    (r"nonce too low|nonce is too low|oldnonce|nonce.*already been used", NonceTooLow),
    (r"nonce too high|nonce is too high|nonce gap|noncegap", NonceTooHigh),
    (r"replacement.*underpriced|replacementnotallowed", ReplacementUnderpriced),
    (
        r"insufficient funds|insufficientfunds|upfront cost exceeds|enough balance",
        InsufficientFunds,
    ),
    (
        (
            r"transaction underpriced|less than block base fee|fee.? cap.*less than|feetoolow|"
            r"below configured minimum|gas price too low|max fee per gas.*too low"
        ),
        FeeTooLow,
    ),
    # Checked by geth, reth and anvil from the bytes and the block's limits alone, before the pool sees them.
    (
        (
            r"intrinsic gas too (low|high)|exceeds block gas limit|floor data gas|initcode size|"
            r"transaction gas limit too high"
        ),
        Unacceptable,
    ),
    (
        (
            r"txpool is full|"
            r"exceeds the configured cap|only replay-protected|invalid sender|not an eoa|"
            r"invalid chain.?id|priority fee.*(higher|greater)|transaction type not supported|"
            r"typed transaction too short|^rlp: |failed to decode transaction|oversized data|"
            r"account limit exceeded"
        ),
        SendRejected,
    ),
    (
        (
            r"missing trie node|header not found|block not found|unknown block|historical state|"
            r"state.*(not available|unavailable|pruned)|pruned|out ?of ?range|could not find block"
        ),
        StateUnavailable,
    ),
    (r"method.*(not found|not supported|does not exist|unknown)|unsupported method", MethodUnknown),
    (r"out ?of ?gas|gas uint64 overflow|gas required exceeds allowance", OutOfGas),
)
_TABLE = tuple((re.compile(pattern, re.IGNORECASE), error) for pattern, error in _MESSAGES)
# A contract can also end a call by a rule of the EVM; then there is no data. Running out of gas is no such
# end: another node may allow more.
_REVERT = re.compile(
    r"\brevert|invalid opcode|invalid jump|stack (under|over)flow|evm error (?!out)", re.IGNORECASE
)
_REVERT_CODE = 3  # geth's and anvil's code for "execution reverted"
_LONGEST_MESSAGE = 2_000
_METHOD_NOT_FOUND = -32601  # JSON-RPC 2.0


def translate(error: Mapping[str, Any]) -> ChainError:
    """Turn the `error` object of a JSON-RPC answer into the typed error for it.

    Source: JSON-RPC 2.0 §5.1 for the shape; the phrases are those of the nodes named at the table.
    """
    code = error.get("code")
    number = code if isinstance(code, int) else 0
    message = _clean(str(error.get("message", "no message")))
    data = error.get("data")
    if number == _REVERT_CODE or _REVERT.search(message):
        return ContractReverted(_revert_data(data))
    if number == _METHOD_NOT_FOUND:
        return MethodUnknown(number, message, data)
    for pattern, kind in _TABLE:
        if pattern.search(message):
            return kind(number, message, data)
    return RpcRefused(number, message, data)


def _clean(message: str) -> str:
    """Make a node's words safe to print and to store: no control characters, no half of a surrogate pair."""
    return "".join(one if one.isprintable() else " " for one in message[:_LONGEST_MESSAGE])


def _revert_data(data: object) -> bytes:
    """Find the revert bytes, which nodes put directly under `data` or one level deeper."""
    if isinstance(data, Mapping):
        data = data.get("data", data.get("result"))
    if not isinstance(data, str):
        return b""
    match = re.search(r"0x((?:[0-9a-fA-F]{2})*)$", data)
    return bytes.fromhex(match.group(1)) if match else b""
