"""What must hold before anything is started; each check raises one clear sentence."""

import errno
import shutil
import socket
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from webapp.supervisor.errors import (
    DataFolderError,
    MissingArtifactsError,
    MissingToolError,
    PortInUseError,
    PortRefusedError,
)
from webapp.supervisor.lock import DataLock


@dataclass(frozen=True)
class PortClaim:
    """A host and port that we want to listen on, and the variable that changes the port."""

    host: str
    port: int
    variable: str


def prepare(
    data_dir: Path,
    ports: Sequence[PortClaim],
    artifacts: Sequence[Path] = (),
    tools: Sequence[tuple[str, str]] = (),
) -> DataLock:
    """Check everything and return the lock on the data folder, to be released by the caller.

    `tools` are pairs of a program's name and what to do when it is missing. Raises a
    SupervisorError. Ports are looked at under the lock: before, the processes of a supervisor
    that was killed may still hold them.
    """
    for tool, remedy in tools:
        check_tool(tool, remedy)
    for path in artifacts:
        check_artifact(path)
    check_folder(data_dir)
    lock = DataLock.hold(data_dir)
    try:
        check_ports(ports)
    except BaseException:
        lock.release()
        raise
    return lock


def check_folder(folder: Path) -> None:
    """Make the folder (mode 0700) and write a file there; raises DataFolderError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
    except OSError as error:
        raise DataFolderError(folder, error.strerror or str(error)) from error


def check_ports(claims: Sequence[PortClaim]) -> None:
    """Bind each port for a moment; raises PortInUseError or PortRefusedError."""
    seen: set[int] = set()
    for claim in claims:
        if claim.port in seen:
            raise PortInUseError(claim.host, claim.port, claim.variable)
        seen.add(claim.port)
        _bind(claim)


def check_tool(tool: str, remedy: str) -> None:
    """Look for a program on the path; raises MissingToolError."""
    if shutil.which(tool) is None:
        raise MissingToolError(tool, remedy)


def check_artifact(path: Path) -> None:
    """Look for a compiled contract, or a folder of them; raises MissingArtifactsError."""
    found = any(path.iterdir()) if path.is_dir() else path.is_file()
    if not found:
        raise MissingArtifactsError(path)


def _bind(claim: PortClaim) -> None:
    try:
        found = socket.getaddrinfo(
            claim.host or None, claim.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as server:
            # As gunicorn does: a port whose last connections are in TIME_WAIT is free.
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(address)
            server.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(claim.host, claim.port, claim.variable) from error
        reason = error.strerror or str(error)
        raise PortRefusedError(claim.host, claim.port, claim.variable, reason) from error
