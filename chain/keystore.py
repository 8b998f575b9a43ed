"""Private keys in encrypted files: Web3 Secret Storage V3, as geth, ethers and foundry write them."""

# ruff: noqa: N818 - named as in chain/errors.py

import json
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account

from chain.errors import ChainError

VERSION = 3
# Reading by the group stays allowed: it is how orchestrators hand secrets to a service.
_FORBIDDEN = stat.S_IWGRP | stat.S_IRWXO
_WRONG_PASSWORD = "MAC mismatch"  # noqa: S105 - eth-keyfile's word for it


@dataclass(eq=False)
class KeystoreUnusable(ChainError):
    """A keystore file, or the file with its password, cannot be read or is not one."""

    path: Path
    problem: str

    def __str__(self) -> str:
        return f"{self.path} cannot be used: {self.problem}."


class KeystoreExposed(KeystoreUnusable):
    """Others may read or change the file."""


class WrongPassword(KeystoreUnusable):
    """The password does not open the keystore."""


class KeystoreExists(KeystoreUnusable):
    """There is a file already; a key is never overwritten."""


def read_keystore(path: Path, password: str) -> bytes:
    """Return the private key (32 bytes) in a keystore; takes about a second, by design.

    Raises KeystoreUnusable and its kinds.
    """
    _check_password(path, password)
    content = _parse(path, read_private(path))
    try:
        key = bytes(Account.decrypt(content, password))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if str(error) == _WRONG_PASSWORD:
            raise WrongPassword(path, "the password does not open it") from None
        problem = f"it is not a keystore of version {VERSION} ({type(error).__name__}: {error})"
        raise KeystoreUnusable(path, problem) from None
    address = str(Account.from_key(key).address).lower().removeprefix("0x")
    stated = str(content.get("address") or address).lower().removeprefix("0x")
    if stated != address:
        raise KeystoreUnusable(path, f"it says that it is of 0x{stated}, but holds 0x{address}")
    return key


def write_keystore(path: Path, key: bytes, password: str) -> None:
    """Write a new keystore, its owner's alone to read; raises KeystoreExists and KeystoreUnusable."""
    _check_password(path, password)
    content = json.dumps(Account.encrypt(key, password))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeystoreExists(path, "it exists already; choose another name") from None
    except OSError as error:
        raise KeystoreUnusable(path, error.strerror or str(error)) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_private(path: Path) -> str:
    """Return the text of a file that is nobody else's; raises KeystoreUnusable and KeystoreExposed."""
    try:
        with path.open(encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            if status.st_uid not in {0, os.geteuid()}:
                problem = f"it belongs to user {status.st_uid}; let it be your own or root's"
                raise KeystoreExposed(path, problem)
            mode = stat.S_IMODE(status.st_mode)
            if mode & _FORBIDDEN:
                problem = f"others may read or change it (mode {mode:04o}); run `chmod 600 {path}`"
                raise KeystoreExposed(path, problem)
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or "it is not text"
        raise KeystoreUnusable(path, problem) from error


def save_private(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or not there, also after a power cut; its owner's alone to read.

    A link at the path is replaced, never followed. Raises OSError.
    """
    # A name that nobody can foresee, made anew: no link that waits there is written through.
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    with suppress(OSError):  # some file systems know no folders to flush
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _check_password(path: Path, password: str) -> None:
    if not password:
        raise KeystoreUnusable(path, "its password is empty, which keeps nobody out; give one")


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise KeystoreUnusable(path, f"it is not a keystore of version {VERSION}")
    return content
