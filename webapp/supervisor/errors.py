"""Why the stack cannot be started or kept running, each as one sentence with what to do next."""

from pathlib import Path


class SupervisorError(Exception):
    """Base of everything that stops `troth run` before or after it has started."""


class PortInUseError(SupervisorError):
    """Something already listens where one of our servers should."""

    def __init__(self, host: str, port: int, variable: str) -> None:
        self.host = host
        self.port = port
        self.variable = variable
        super().__init__(
            f"Port {port} on {host} is already in use: stop what listens there, "
            f"or choose another port with {variable}."
        )


class PortRefusedError(SupervisorError):
    """The system does not let us listen on this host and port."""

    def __init__(self, host: str, port: int, variable: str, reason: str) -> None:
        self.host = host
        self.port = port
        self.variable = variable
        self.reason = reason
        super().__init__(
            f"Cannot listen on {host} port {port} ({reason}): choose another address or port, "
            f"the port with {variable}."
        )


class DataFolderError(SupervisorError):
    """The data folder cannot be made or written."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(
            f"The data folder {folder} cannot be written ({reason}): "
            "make it writable, or choose another one with TROTH_DATA_DIR."
        )


class AlreadyRunningError(SupervisorError):
    """Another supervisor holds the data folder; `pid` is None where it could not be read."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        self.folder = folder
        self.pid = pid
        who = "Another `troth run`" if pid is None else f"Another `troth run` (process {pid})"
        super().__init__(
            f"{who} already uses the data folder {folder}: "
            "stop it first, or choose another folder with TROTH_DATA_DIR."
        )


class MissingToolError(SupervisorError):
    """A program that we start is not installed."""

    def __init__(self, tool: str, remedy: str) -> None:
        self.tool = tool
        self.remedy = remedy
        super().__init__(f"{tool} was not found: {remedy}.")


class MissingArtifactsError(SupervisorError):
    """The compiled contracts are not where they should be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"The compiled contracts are missing ({path}): "
            "run `make install`, then `python -m chain.compiler`."
        )


class ChildFailedError(SupervisorError):
    """A child process could not be started, or does not stay up."""

    def __init__(self, name: str, what: str, log: Path, last_lines: str) -> None:
        self.name = name
        self.what = what
        self.log = log
        self.last_lines = last_lines
        tail = f"\n{last_lines}" if last_lines else ""
        super().__init__(f"{name} {what}; read {log} for the reason.{tail}")
