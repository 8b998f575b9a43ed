"""Content on the disk, under TROTH_DATA_DIR/content, each file named by its CID.

One file, however many people keep it; what is in it follows from its name, so that it may be put there again
at any time. Parts of files lie in a folder of their own until they are whole.
"""

import os
import time
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from webapp.assets.content.cids import CHUNK, Cid
from webapp.chain_access import settings

PARTS = "parts"
PART_LIFE_SECONDS = 86_400.0


def path_of(cid: Cid) -> Path:
    """Return where a content is."""
    digest = cid.digest.hex()
    return _root() / digest[:2] / digest[2:4] / str(cid)


def place(file: BinaryIO, cid: Cid) -> None:
    """Put what is in an open file at its place: whole and for good, or not at all."""
    path = path_of(cid)
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = _root() / PARTS
    parts.mkdir(exist_ok=True)
    part = parts / uuid4().hex
    try:
        _write(file, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _sync(path.parent)


def erase(cid: Cid) -> None:
    """Erase a content's file; again changes nothing."""
    path_of(cid).unlink(missing_ok=True)


def erase_old_parts() -> int:
    """Erase parts that a process left when it died; return how many."""
    oldest, gone = time.time() - PART_LIFE_SECONDS, 0
    folder = _root() / PARTS
    for part in folder.iterdir() if folder.is_dir() else ():
        try:
            if part.stat().st_mtime < oldest:
                part.unlink()
                gone += 1
        except FileNotFoundError:
            continue  # it came to its place a moment ago
    return gone


def _root() -> Path:
    return settings().data_dir / "content"


def _write(file: BinaryIO, part: Path) -> None:
    file.seek(0)
    with part.open("wb") as target:
        while chunk := file.read(CHUNK):
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
