"""Log files of the children: bounded, and readable for the last words of a child that died."""

import os
import shutil
import time
from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
TAIL_BYTES = 64 * 1024
_MARKER = "---- started by troth run at"


def rotate(log: Path, max_bytes: int = MAX_BYTES) -> bool:
    """Copy a log of more than `max_bytes` to NAME.log.1 and empty it; say whether it was.

    The file is emptied in place because a running child keeps it open, for appending.
    """
    if not log.exists() or log.stat().st_size <= max_bytes:
        return False
    shutil.copyfile(log, log.with_name(log.name + ".1"))
    os.truncate(log, 0)
    return True


def mark_start(log: Path) -> None:
    """Write the line that parts one run of a child from the run before."""
    log.parent.mkdir(parents=True, exist_ok=True)
    rotate(log)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{_MARKER} {time.strftime('%Y-%m-%dT%H:%M:%S%z')}\n")


def since_start(log: Path) -> str:
    """Return what the child wrote since it was last started, at most the last 64 KiB."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL_BYTES))
        text = file.read().decode("utf-8", errors="replace")
    _, found, after = text.rpartition(_MARKER)
    return after.partition("\n")[2] if found else text


def last_lines(log: Path, count: int = 8) -> str:
    """Return the last non-empty lines that the child wrote in this run, indented."""
    lines = [line.rstrip() for line in since_start(log).splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-count:])
