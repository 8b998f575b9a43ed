"""Why a stamp cannot be read or made."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class StampNotFoundError(ProblemError):
    """No such stamp, or one that belongs to somebody else."""

    status = 404
    code = "stamp_not_found"
    title = "There is no such stamp here"
    stamp: str

    @property
    def detail(self) -> str:
        """Name the id."""
        return (
            f"There is no stamp {self.stamp} that you may see; its owner can send you its bundle."
        )


@dataclass(eq=False)
class StampIdTakenError(ProblemError):
    """An id that belongs to another author's stamp."""

    status = 409
    code = "stamp_id_taken"
    title = "The id belongs to another stamp"
    stamp: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"{self.stamp} is another author's stamp; draw a fresh UUIDv7."


@dataclass(eq=False)
class StampDeletionMismatchError(ProblemError):
    """A Deletion of another record than the path names."""

    status = 422
    code = "stamp_deletion_mismatch"
    title = "The deletion names another record"
    path: str
    record: str

    @property
    def detail(self) -> str:
        """Name both."""
        return f"The path names {self.path}, the deletion {self.record}; send them alike."


@dataclass(eq=False)
class StampContentUnknownError(ProblemError):
    """A content that is no entry of the stamp."""

    status = 404
    code = "stamp_content_unknown"
    title = "The stamp has no such entry"
    content: str

    @property
    def detail(self) -> str:
        """Name the content."""
        return f"{self.content} is no entry of this stamp; leave it out for the newest."
