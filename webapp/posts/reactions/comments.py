"""Answering a post by its id: the server finds, or checks, the version that is answered."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from chain.proofs.records import Kind
from webapp.extensions import db
from webapp.log.models import Entry
from webapp.posts import service
from webapp.posts.drafts import Draft
from webapp.posts.errors import CommentMismatchError, PostDeletedError
from webapp.posts.models import Post
from webapp.posts.reading import readable_post
from webapp.posts.views import PostView

_CONTENT = re.compile(r"0x[0-9a-f]{64}")


def comment_signed(
    account_id: UUID, post_id: UUID, message: dict[str, Any], signature: bytes
) -> tuple[PostView, bool]:
    """Publish a signed Post that answers any version of a post; return it and whether it is new.

    Raises PostNotFoundError, PostDeletedError, CommentMismatchError and what publish_signed raises.
    """
    session = db.session()
    _living_post(session, account_id, post_id)
    answered = message.get("replyTo")
    # What has not even the form of a content is refused with the rest of the record's shape.
    if isinstance(answered, str) and _CONTENT.fullmatch(answered):
        _check_version(session, post_id, answered)
    return service.publish_signed(account_id, message, signature)


def comment_draft(account_id: UUID, post_id: UUID, fields: dict[str, Any]) -> tuple[PostView, bool]:
    """Publish text of an account without a wallet that answers a post's current version.

    ``fields`` are a Draft's, without ``reply_to``. Raises PostNotFoundError, PostDeletedError and what
    publish_draft raises.
    """
    post = _living_post(db.session(), account_id, post_id)
    reply_to = "0x" + post.entry.content.hex()
    return service.publish_draft(account_id, Draft(**fields, reply_to=reply_to, replaces=None))


def _living_post(session: Session, account_id: UUID, post_id: UUID) -> Post:
    post = readable_post(session, post_id, account_id)
    if post.deleted_at is not None:
        raise PostDeletedError(str(post_id))
    return post


def _check_version(session: Session, post_id: UUID, content: str) -> None:
    version = select(literal(1)).where(
        Entry.content == bytes.fromhex(content[2:]),
        Entry.kind == int(Kind.POST),
        Entry.record == post_id.bytes,
    )
    if session.execute(version.limit(1)).first() is None:
        raise CommentMismatchError(str(post_id), content)
