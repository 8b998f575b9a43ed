"""The keys that private messages are encrypted with: given by environment, or kept in the data folder.

The first key encrypts; all of them decrypt. A key is named by a hash of it, so whatever it encrypted says
which one it was, and nothing depends on the order in which they were added.
"""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chain.keystore import save_private
from webapp.config import Settings, listed, variable

FILE_NAME = "message_keys.json"
VERSION = 1
KEY_BYTES = 32
_HEX = re.compile(r"[0-9a-f]{64}")


class KeyringError(Exception):
    """Keys that are missing or cannot be read; says which and what to do."""


@dataclass(frozen=True)
class Key:
    """One key of AES-256 and its name."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """The key's name, 16 hex digits, from which it cannot be found out."""
        return hashlib.sha256(b"troth message key\0" + self.secret).hexdigest()[:16]


@dataclass(frozen=True)
class Keyring:
    """All keys, the one that encrypts first."""

    keys: tuple[Key, ...]

    @property
    def current(self) -> Key:
        """The key that encrypts."""
        return self.keys[0]

    def find(self, key_id: str) -> Key | None:
        """Return the key of that name, None if it is not here."""
        return next((key for key in self.keys if key.id == key_id), None)


def load_keyring(settings: Settings) -> Keyring:
    """Return the keys in use: the environment's win over the data folder's.

    Raises KeyringError if they are in neither place.
    """
    if settings.message_keys:
        return _ring(listed(settings.message_keys))
    path = keyring_file(settings)
    if not path.exists():
        raise KeyringError(
            f"{variable('message_keys')} is not set and {path} is not there; "
            "set it, or start once with `troth run` on the embedded defaults."
        )
    return _ring(_read(path))


def make_keyring(settings: Settings) -> None:
    """Write a first key into the data folder unless there are keys."""
    if not settings.message_keys and not keyring_file(settings).exists():
        _write(keyring_file(settings), [fresh_key()])


def add_key(settings: Settings) -> Keyring:
    """Put a fresh key before those in the data folder and return all; raises KeyringError."""
    path = keyring_file(settings)
    _write(path, [fresh_key(), *_read(path)])
    return load_keyring(settings)


def drop_keys(settings: Settings, unused: set[str]) -> Keyring:
    """Remove keys by name from the data folder, never the one that encrypts; return those that stay."""
    path = keyring_file(settings)
    first, *older = _ring(_read(path)).keys
    _write(path, [key.secret.hex() for key in (first, *older) if key.id not in unused - {first.id}])
    return load_keyring(settings)


def fresh_key() -> str:
    """Return a new key, in hex."""
    return secrets.token_hex(KEY_BYTES)


def keyring_file(settings: Settings) -> Path:
    """Return where the keys are kept."""
    return settings.data_dir / FILE_NAME


def _ring(keys: list[str]) -> Keyring:
    return Keyring(tuple(Key(bytes.fromhex(key)) for key in keys))


def _read(path: Path) -> list[str]:
    try:
        kept: Any = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise KeyringError(f"{path} cannot be read ({error}); restore it from a backup.") from error
    keys = kept.get("keys") if isinstance(kept, dict) and kept.get("version") == VERSION else None
    if not isinstance(keys, list) or not keys or not all(_is_key(key) for key in keys):
        raise KeyringError(
            f"{path} does not hold message keys of version {VERSION}, which this release reads; use the "
            "release that wrote it, or restore it from a backup."
        )
    return keys


def _is_key(key: object) -> bool:
    return isinstance(key, str) and _HEX.fullmatch(key) is not None


def _write(path: Path, keys: list[str]) -> None:
    save_private(path, json.dumps({"version": VERSION, "keys": keys}, indent=2).encode())
