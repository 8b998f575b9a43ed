"""Encryption at rest: AES-256-GCM, bound to where a ciphertext belongs.

The associated data names conversation and message, so that rows which somebody swaps in the database do not
decrypt. A ciphertext is a random nonce of 96 bits, then what AESGCM gives.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from webapp.chain_access import settings
from webapp.keyring import Key, Keyring, keyring_file, load_keyring
from webapp.messages.errors import UnreadableError

NONCE_BYTES = 12
_RING = "troth_message_keys"


@dataclass(frozen=True)
class Sealed:
    """A ciphertext and the name of its key."""

    data: bytes = field(repr=False)
    key_id: str


def seal_text(text: str, conversation: UUID, message: UUID) -> Sealed:
    """Encrypt a message's text."""
    return _seal(text.encode(), _of_message(conversation, message))


def open_text(sealed: Sealed, conversation: UUID, message: UUID) -> str:
    """Return a message's text; raises UnreadableError."""
    return _open(sealed, _of_message(conversation, message)).decode()


def seal_title(title: str, conversation: UUID) -> Sealed:
    """Encrypt a group's title."""
    return _seal(title.encode(), _of_title(conversation))


def open_title(sealed: Sealed, conversation: UUID) -> str:
    """Return a group's title; raises UnreadableError."""
    return _open(sealed, _of_title(conversation)).decode()


def seal_bytes(data: bytes, bound_to: bytes) -> Sealed:
    """Encrypt what another feature keeps; ``bound_to`` names its place, and is needed again."""
    return _seal(data, bound_to)


def open_bytes(sealed: Sealed, bound_to: bytes) -> bytes:
    """Return what was encrypted for this place; raises UnreadableError."""
    return _open(sealed, bound_to)


def seal_recent(data: bytes, conversation: UUID, stamp: bytes) -> bytes:
    """Encrypt what is kept outside the database, by a key that is gone as soon as ``stamp`` is."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealer = AESGCM(_passing_key(keyring().current, stamp))
    return nonce + sealer.encrypt(nonce, data, b"troth recent\0" + conversation.bytes)


def open_recent(data: bytes, conversation: UUID, stamp: bytes) -> bytes | None:
    """Return what was kept under this very stamp; None for everything else."""
    opener = AESGCM(_passing_key(keyring().current, stamp))
    nonce, rest = data[:NONCE_BYTES], data[NONCE_BYTES:]
    try:
        return opener.decrypt(nonce, rest, b"troth recent\0" + conversation.bytes)
    except (InvalidTag, ValueError):
        return None


def keyring() -> Keyring:
    """Return the keys as they are now: a key that was added to the data folder counts at once."""
    here = settings()
    if here.message_keys:
        seen: tuple[object, ...] = (here.message_keys,)
    else:
        found = keyring_file(here).stat()
        seen = (found.st_mtime_ns, found.st_ino, found.st_size)
    kept: tuple[tuple[object, ...], Keyring] | None = current_app.extensions.get(_RING)
    if kept is None or kept[0] != seen:
        kept = current_app.extensions[_RING] = (seen, load_keyring(here))
    return kept[1]


def _seal(data: bytes, bound_to: bytes) -> Sealed:
    key, nonce = keyring().current, secrets.token_bytes(NONCE_BYTES)
    return Sealed(nonce + AESGCM(key.secret).encrypt(nonce, data, bound_to), key.id)


def _open(sealed: Sealed, bound_to: bytes) -> bytes:
    key = keyring().find(sealed.key_id)
    if key is None:
        raise UnreadableError(sealed.key_id)
    nonce, rest = sealed.data[:NONCE_BYTES], sealed.data[NONCE_BYTES:]
    try:
        return AESGCM(key.secret).decrypt(nonce, rest, bound_to)
    except (InvalidTag, ValueError):
        raise UnreadableError(sealed.key_id) from None


def _of_message(conversation: UUID, message: UUID) -> bytes:
    return b"troth message\0" + conversation.bytes + message.bytes


def _of_title(conversation: UUID) -> bytes:
    return b"troth title\0" + conversation.bytes


def _passing_key(key: Key, stamp: bytes) -> bytes:
    return hmac.digest(key.secret, b"troth recent\0" + stamp, "sha256")
