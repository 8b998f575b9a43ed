"""Files on the disk, under TROTH_DATA_DIR/media, where web application and workers both reach them.

A name begins with the SHA-256 of what is in it and ends with the id of the one row that owns it: two people
with the same file have two, so that erasing one's never takes the other's.
"""

import hashlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from webapp.chain_access import settings

CHUNK = 1_048_576
THUMBNAIL_TYPE = "image/webp"


def path_of(digest: bytes, media_id: UUID, thumbnail: str | None = None) -> Path:
    """Return where a file is, or its thumbnail of a size."""
    name = digest.hex()
    ending = "" if thumbnail is None else f".{thumbnail}.webp"
    return settings().data_dir / "media" / name[:2] / name[2:4] / f"{name}-{media_id}{ending}"


def digest_of(file: BinaryIO) -> tuple[bytes, int]:
    """Return the SHA-256 and the size of an open file."""
    file.seek(0)
    found = hashlib.sha256()
    while chunk := file.read(CHUNK):
        found.update(chunk)
    return found.digest(), file.tell()


def place(file: BinaryIO, path: Path) -> None:
    """Put what is in an open file at a path: whole and for good, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    file.seek(0)
    with part.open("wb") as target:
        shutil.copyfileobj(file, target, CHUNK)
        target.flush()
        os.fsync(target.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def erase(digest: bytes, media_id: UUID) -> None:
    """Erase a file with all that was made of it; again changes nothing.

    Its folder stays, also empty: a file that is just being placed there counts on it.
    """
    path = path_of(digest, media_id)
    # Whatever this release or another one may have made: every such name holds the owner's id.
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink(missing_ok=True)
