"""The author's key: out of a file, never out of the command line or the log."""

import os
import re
from pathlib import Path

import click

from chain.keystore import KeystoreUnusable, read_keystore, read_private
from chain.signer import LocalSigner
from webapp.commands.self_anchor.errors import SelfAnchorError

PASSWORD_VARIABLE = "TROTH_KEYSTORE_PASSWORD"  # noqa: S105 - the name of a variable


def read_signer(key_file: Path | None, keystore: Path | None) -> LocalSigner:
    """Return the signer of a file with a key in hex, or of an encrypted keystore (Web3 Secret Storage).

    Raises what read_key raises.
    """
    return LocalSigner(read_key(key_file, keystore))


def read_key(key_file: Path | None, keystore: Path | None) -> bytes:
    """Return the private key, 32 bytes, of a file with a key in hex, or of an encrypted keystore.

    A keystore's password comes from the environment or is asked for. Raises SelfAnchorError.
    """
    if (key_file is None) == (keystore is None):
        raise SelfAnchorError("Give the author's key, by either --key-file or --keystore.")
    try:
        key = _plain(key_file) if key_file else _decrypted(keystore or Path())
        LocalSigner(key)  # one that is not of the curve is found out here
    except KeystoreUnusable as error:
        raise SelfAnchorError(str(error)) from error
    except ValueError as error:
        # The error's own text could hold a part of the key.
        raise SelfAnchorError(f"{key_file or keystore} holds no usable key.") from error
    return key


def _plain(path: Path) -> bytes:
    text = read_private(path).strip().removeprefix("0x")
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise SelfAnchorError(f"{path} must hold one private key: 64 hex digits, nothing else.")
    return bytes.fromhex(text)


def _decrypted(path: Path) -> bytes:
    password = os.environ.get(PASSWORD_VARIABLE)
    if password is None:
        password = click.prompt(f"Password of {path}", hide_input=True, err=True)
    return read_keystore(path, password)
