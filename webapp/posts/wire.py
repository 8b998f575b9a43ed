"""Posts as JSON values, by hand: a page of marshmallow takes longer than its query. A test compares both."""

from typing import Any

from webapp.accounts.profiles import ProfileCard
from webapp.columns import iso
from webapp.posts.views import PostView


def post_json(view: PostView) -> dict[str, Any]:
    """Return what ``PostSchema`` makes of a post."""
    return {
        "id": str(view.id),
        "author": view.author,
        "account": str(view.account_id),
        "audience": view.audience,
        "text": view.text,
        "media": view.media,
        "content": _hex(view.content),
        "reply_to": _hex(view.reply_to),
        "quotes": _hex(view.quotes),
        "version": view.version,
        "signed": view.signed,
        "created_at": iso(view.created_at),
        "edited_at": iso(view.edited_at),
        "deleted_at": iso(view.deleted_at),
        "parent": _text(view.parent_id),
        "root": _text(view.root_id),
        "quoted": _text(view.quoted_id),
        "profile": None if view.profile is None else card_json(view.profile),
        "counts": view.counts,
        "viewer": view.viewer,
        "badges": view.badges,
        "anchoring": view.anchoring,
    }


def card_json(card: ProfileCard) -> dict[str, Any]:
    """Return what ``ProfileCardSchema`` makes of a person."""
    return {
        "id": str(card.id),
        "handle": card.handle,
        "name": card.name,
        "avatar": _text(card.avatar),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _hex(value: bytes | None) -> str | None:
    return None if value is None else "0x" + value.hex()
