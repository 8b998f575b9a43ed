"""The errors of the protocol code: each carries the values that offended.

A claim that does not hold is not an error but a verdict (`verdicts`); these are for input that is
not a proof at all, for trees that cannot be built, and for readers that cannot answer.
"""


class ProofError(Exception):
    """The base of every error that the protocol code raises."""


class MalformedError(ProofError):
    """Input without the shape that the protocol demands.

    `path` is a JSON path (`$.entry.kind`), `problem` a clause in plain words.
    """

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class TreeError(ProofError):
    """The base of the errors about leaves and proofs that make no tree."""


class EmptyTreeError(TreeError):
    """A tree of no leaves was asked for."""

    def __init__(self) -> None:
        super().__init__("a tree needs at least one leaf; seal a batch only when it has entries")


class DuplicateLeafError(TreeError):
    """Two leaves of one tree are equal, so one of them would prove the other."""

    def __init__(self, leaf: bytes) -> None:
        super().__init__(f"leaf 0x{leaf.hex()} is there twice; give every entry its own position")
        self.leaf = leaf


class NodeLengthError(TreeError):
    """A leaf or a sibling that is not 32 bytes long (a proof not made of such)."""

    def __init__(self, node: bytes) -> None:
        super().__init__(
            f"a node of {len(node)} bytes where 32 are needed; leaves and siblings are keccak256 hashes"
        )
        self.node = node


class UnavailableError(ProofError):
    """A reader cannot answer now; `reason` says why, in plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChainUnavailableError(UnavailableError):
    """The chain cannot be read now: chain claims become `unknown`, never `pass`."""


class LogUnavailableError(UnavailableError):
    """The log cannot be read now: claims that need it become `unknown`, never `pass`."""
