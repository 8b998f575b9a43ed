"""The SHA-256 of a file of any size, read in pieces."""

import hashlib
from pathlib import Path


class FileUnusableError(Exception):
    """A file that cannot be hashed; the text is one sentence for people."""


def digest_file(path: Path) -> bytes:
    """Return the SHA-256 of a regular file's bytes; raises FileUnusableError."""
    if path.exists() and not path.is_file():
        raise FileUnusableError(f"{path} is no regular file.")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise FileUnusableError(f"{path} cannot be read: {error.strerror}.") from error
