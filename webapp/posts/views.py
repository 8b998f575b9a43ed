"""What is shown of a post."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from webapp.log.new_entry import NewEntry
from webapp.log.states import anchoring, saved
from webapp.posts.models import Post


@dataclass(frozen=True)
class PostView:
    """A post's current version, as the API shows it; ``anchoring`` is that of its newest entry."""

    id: UUID
    account_id: UUID
    author: str
    audience: str
    text: str | None
    media: list[dict[str, Any]]
    content: bytes
    reply_to: bytes | None
    quotes: bytes | None
    version: int
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    anchoring: dict[str, str | None]


def view(post: Post) -> PostView:
    """Return what is shown of a stored post."""
    return PostView(
        id=post.id,
        account_id=post.account_id,
        author=post.author,
        audience=post.audience,
        text=post.text,
        media=post.media,
        content=post.entry.content,
        reply_to=post.reply_to,
        quotes=post.quotes,
        version=post.version,
        created_at=post.created_at,
        edited_at=post.edited_at,
        deleted_at=post.deleted_at,
        anchoring=anchoring(post.entry),
    )


def new_view(row: dict[str, Any], entry: NewEntry) -> PostView:
    """Return what is shown of a post whose row and first entry were inserted a moment ago."""
    shown = {name: value for name, value in row.items() if name != "entry_id"}
    return PostView(
        **shown,
        content=entry.content,
        edited_at=None,
        deleted_at=None,
        anchoring=saved(entry.accepted_at),
    )
