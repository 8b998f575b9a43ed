"""What is shown of messages and conversations."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from webapp.accounts.profiles import ProfileCard
from webapp.messages.encryption import Sealed, open_text, open_title


@dataclass(frozen=True)
class MessageView:
    """A message; ``text`` is null once it is deleted, ``profile`` once its sender's account is."""

    id: UUID
    conversation: UUID
    account: UUID
    profile: ProfileCard | None
    text: str | None = field(repr=False)
    created_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True)
class ConversationView:
    """A conversation as one of its members sees it; ``other`` is whom a direct one is with.

    ``tag`` is another one as soon as title or owner is: its ETag.
    """

    id: UUID
    kind: str
    title: str | None = field(repr=False)
    owner: UUID | None
    other: ProfileCard | None
    member_count: int
    created_at: datetime
    active_at: datetime
    unread: int
    tag: str
    last_message: MessageView | None = None
    members: list[ProfileCard] | None = None


def text_of(
    data: bytes | None, key_id: str | None, conversation: UUID, message: UUID
) -> str | None:
    """Return the text of a message's columns, None once it is deleted."""
    if data is None or key_id is None:
        return None
    return open_text(Sealed(data, key_id), conversation, message)


def title_of(data: bytes | None, key_id: str | None, conversation: UUID) -> str | None:
    """Return the title of a conversation's columns, None where there is none."""
    if data is None or key_id is None:
        return None
    return open_title(Sealed(data, key_id), conversation)


def tag_of(title: bytes | None, owner: UUID | None) -> str:
    """Return what changes with an encrypted title or an owner, and tells nothing of either."""
    parts = (owner.bytes if owner else bytes(16)) + (title or b"")
    return hashlib.sha256(parts).hexdigest()[:32]
