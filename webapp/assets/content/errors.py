"""Why a content is not kept, not found or not given out."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class ContentNotFoundError(ProblemError):
    """No such content here, or a text that spells no CID."""

    status = 404
    code = "content_not_found"
    title = "There is no such content here"
    cid: str
    reason: str = "It was never kept here, or was erased."

    @property
    def detail(self) -> str:
        """Name the CID as it was asked for."""
        return f"There is no content {self.cid[:100]} here. {self.reason}"


@dataclass(eq=False)
class ContentWithheldError(ProblemError):
    """A content that moderators hid."""

    status = 451
    code = "content_withheld"
    title = "The content is withheld"
    cid: str

    @property
    def detail(self) -> str:
        """Say who withholds it."""
        return f"This server's moderators withhold {self.cid}; other IPFS nodes may have it."


@dataclass(eq=False)
class ContentDamagedError(ProblemError):
    """A content whose bytes on the disk are not those that its CID names; nothing wrong was given out."""

    status = 500
    code = "content_damaged"
    title = "The content is damaged on this server"
    cid: str
    reason: str = ""

    @property
    def detail(self) -> str:
        """Say what is wrong with it."""
        return f"{self.cid} cannot be given out: {self.reason} The operator has been told."


@dataclass(eq=False)
class ContentTooLargeError(ProblemError):
    """A content of more bytes than one may have."""

    status = 413
    code = "content_too_large"
    title = "The content is too large"
    size: int
    most: int

    @property
    def detail(self) -> str:
        """Name both numbers."""
        return f"The content has {self.size} bytes; at most {self.most} are taken."


@dataclass(eq=False)
class MetadataTooLargeError(ProblemError):
    """Metadata that do not fit into the one block that a token names."""

    status = 422
    code = "metadata_too_large"
    title = "The metadata are too large"
    size: int
    most: int

    @property
    def detail(self) -> str:
        """Name both numbers."""
        return (
            f"The metadata have {self.size} bytes as JSON; at most {self.most} fit. Shorten them."
        )


@dataclass(eq=False)
class ContentQuotaError(ProblemError):
    """An account that keeps as much content as it may."""

    status = 409
    code = "content_quota"
    title = "You keep as much content as one account may"
    used: int
    most: int
    unit: str

    @property
    def detail(self) -> str:
        """Say how much there is of what."""
        return f"You keep {self.used} of {self.most} {self.unit} of content, and this is too much."


@dataclass(eq=False)
class ContentBusyError(ProblemError):
    """A content that was being erased at the very moment at which it came again."""

    status = 503
    code = "content_busy"
    title = "The content was being erased a moment ago"
    cid: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"{self.cid} was being erased just now; nothing was kept, send the same again."

    @property
    def retry_after(self) -> int | None:
        """At once, practically."""
        return 1


@dataclass(eq=False)
class RangeUnsatisfiableError(ProblemError):
    """A range of bytes that lies behind the end."""

    status = 416
    code = "range_not_satisfiable"
    title = "The content has no such bytes"
    size: int

    @property
    def detail(self) -> str:
        """Say how many there are."""
        return f"The content has {self.size} bytes; ask for some of these."


class CidDisagreementError(Exception):
    """Two computations of one CID that differ, a bug: nothing is kept under a name that may be wrong."""

    def __init__(self, one: str, other: str) -> None:
        self.one, self.other = one, other
        super().__init__(f"The library names the content {one}, the tree of its blocks {other}.")
