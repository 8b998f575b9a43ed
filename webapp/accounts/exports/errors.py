"""Why an export cannot be had."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class ExportNotFoundError(ProblemError):
    """No export of that id of this account."""

    status = 404
    code = "export_not_found"
    title = "There is no such export"
    export: str

    @property
    def detail(self) -> str:
        """Name the id."""
        return f"{self.export} is no export of this account; ask for a new one."


@dataclass(eq=False)
class ExportNotReadyError(ProblemError):
    """A download before the file is written."""

    status = 409
    code = "export_not_ready"
    title = "The export is not ready"
    state: str

    @property
    def detail(self) -> str:
        """Say its state."""
        return f"The export is {self.state}; read its state until it is ready."

    @property
    def retry_after(self) -> int | None:
        """A small export takes seconds."""
        return 5


@dataclass(eq=False)
class ExportGoneError(ProblemError):
    """A download after the file was deleted."""

    status = 410
    code = "export_gone"
    title = "The export was deleted"
    export: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"{self.export} could not be written, has expired, or a newer one took its place; ask again."
