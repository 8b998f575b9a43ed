"""The author's key: out of a file, never out of the command line or the log."""

import os
import re
from pathlib import Path

import click
from eth_account import Account

from chain.signer import LocalSigner
from webapp.commands.self_anchor.errors import SelfAnchorError

PASSWORD_VARIABLE = "TROTH_KEYSTORE_PASSWORD"  # noqa: S105 - the name of a variable
MAX_FILE_BYTES = 1 << 16


def read_signer(key_file: Path | None, keystore: Path | None) -> LocalSigner:
    """Return the signer of a file with a key in hex, or of an encrypted keystore (Web3 Secret Storage).

    A keystore's password comes from the environment or is asked for. Raises SelfAnchorError.
    """
    if (key_file is None) == (keystore is None):
        raise SelfAnchorError("Give the author's key, by either --key-file or --keystore.")
    try:
        return LocalSigner(_plain(key_file) if key_file else _decrypted(keystore or Path()))
    except ValueError as error:
        # The error's own text could hold a part of the key.
        raise SelfAnchorError(f"{key_file or keystore} holds no usable key.") from error


def _plain(path: Path) -> bytes:
    text = _read(path).strip().removeprefix("0x")
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise SelfAnchorError(f"{path} must hold one private key: 64 hex digits, nothing else.")
    return bytes.fromhex(text)


def _decrypted(path: Path) -> bytes:
    text = _read(path)
    password = os.environ.get(PASSWORD_VARIABLE)
    if password is None:
        password = click.prompt(f"Password of {path}", hide_input=True, err=True)
    try:
        return bytes(Account.decrypt(text, password))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise SelfAnchorError(
            f"{path} cannot be opened: the password is wrong, or it is no keystore."
        ) from error


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_FILE_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise SelfAnchorError(f"{path} cannot be read ({type(error).__name__}).") from error
