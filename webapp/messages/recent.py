"""The newest messages of a conversation, kept in Redis for a minute: what most requests ask for.

Nothing is readable there: the whole is encrypted by a key that is derived from the conversation's ``stamp``,
which is in the database only and drawn anew with every change. So what is kept is either exactly the present
state or cannot be decrypted, whether or not Redis heard of the change. Who may read, the database says.
While Redis is down it is left alone for a few seconds, and the database answers alone.
"""

import base64
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError

from webapp.chain_access import settings
from webapp.columns import iso
from webapp.messages.encryption import keyring, open_recent, seal_recent

KEPT = 100
KEPT_SECONDS = 60
# A Redis that hangs must not hold a reader: the database is as near.
PATIENCE_SECONDS = 0.25
LEFT_ALONE_SECONDS = 5.0
_STORE = "troth_recent_messages"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Stored:
    """A message as its row has it; ``text`` is the ciphertext."""

    id: UUID
    sender_id: UUID
    text: bytes | None = field(repr=False)
    key_id: str | None
    created_at: datetime
    deleted_at: datetime | None


class Store:
    """Redis, or nothing while it does not answer."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        )
        self._alone_until = 0.0

    def call(self, command: str, *words: Any, **options: Any) -> Any:
        """Run a command of redis-py; return None if it cannot be done now."""
        if time.monotonic() < self._alone_until:
            return None
        try:
            return getattr(self._redis, command)(*words, **options)
        except RedisError as error:
            self._alone_until = time.monotonic() + LEFT_ALONE_SECONDS
            log.warning("messages.recent_unavailable", kind=type(error).__name__)
            return None


def available() -> bool:
    """Tell whether there is a Redis to keep anything in."""
    return bool(settings().redis_url)


def load(conversation: UUID, stamp: bytes) -> list[Stored] | None:
    """Return the newest messages under this stamp, newest first; None where they are not kept."""
    data = _store().call("get", _name(conversation)) if available() else None
    opened = open_recent(data, conversation, stamp) if isinstance(data, bytes) else None
    if opened is None:
        return None
    found, ring = [_stored(item) for item in json.loads(opened)], keyring()
    # Rows may be encrypted anew while the old ciphertexts are kept here, and their key dropped after that.
    known = all(one.key_id is None or ring.find(one.key_id) is not None for one in found)
    return found if known else None


def keep(conversation: UUID, stamp: bytes, newest: Sequence[Stored]) -> None:
    """Keep the newest messages, which were read after the stamp was."""
    if available():
        plain = json.dumps([_plain(one) for one in newest]).encode()
        sealed = seal_recent(plain, conversation, stamp)
        _store().call("set", _name(conversation), sealed, ex=KEPT_SECONDS)


def forget(conversation: UUID) -> None:
    """Throw away what is kept; it could not be decrypted any more."""
    if available():
        _store().call("delete", _name(conversation))


def _store() -> Store:
    found: Store | None = current_app.extensions.get(_STORE)
    if found is None:
        found = current_app.extensions[_STORE] = Store(settings().redis_url)
    return found


def _name(conversation: UUID) -> str:
    return f"troth:recent:{conversation}"


def _plain(one: Stored) -> list[Any]:
    text = None if one.text is None else base64.b64encode(one.text).decode()
    times = [iso(one.created_at), iso(one.deleted_at)]
    return [str(one.id), str(one.sender_id), text, one.key_id, *times]


def _stored(item: list[Any]) -> Stored:
    message, sender, text, key_id, created_at, deleted_at = item
    return Stored(
        UUID(message),
        UUID(sender),
        None if text is None else base64.b64decode(text),
        key_id,
        datetime.fromisoformat(created_at),
        None if deleted_at is None else datetime.fromisoformat(deleted_at),
    )
