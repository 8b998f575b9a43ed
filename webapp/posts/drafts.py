"""Records that the server builds for accounts without a wallet: the same shape, unsigned."""

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chain.proofs.records import ZERO_HASH
from webapp.log.service import KnownBlock


@dataclass(frozen=True)
class DraftMedia:
    """An uploaded file in a draft, without ``alt`` described as when it was uploaded; or a token."""

    id: UUID | None
    alt: str | None
    asset: str | None = None


@dataclass(frozen=True)
class Draft:
    """What somebody without a wallet wants to publish."""

    id: UUID
    text: str
    audience: str
    reply_to: str | None
    quotes: str | None
    replaces: str | None
    media: tuple[DraftMedia, ...] = ()


def post_message(
    draft: Draft, media: list[dict[str, Any]], author: str, not_before: KnownBlock
) -> dict[str, Any]:
    """Return the Post record of a draft with these media, with a fresh salt."""
    return {
        "id": record_hex(draft.id),
        "author": author,
        "audience": draft.audience,
        "text": draft.text,
        "media": media,
        "replyTo": draft.reply_to or ZERO_HASH,
        "quotes": draft.quotes or ZERO_HASH,
        "replaces": draft.replaces or ZERO_HASH,
        "notBefore": block_reference(not_before),
        "salt": "0x" + secrets.token_hex(32),
    }


def deletion_message(
    post_id: UUID, author: str, replaces: bytes, not_before: KnownBlock
) -> dict[str, Any]:
    """Return the Deletion record of a post."""
    return {
        "id": record_hex(post_id),
        "author": author,
        "replaces": "0x" + replaces.hex(),
        "notBefore": block_reference(not_before),
    }


def block_reference(block: KnownBlock) -> dict[str, Any]:
    """Return a BlockRef."""
    return {"number": block.number, "hash": "0x" + block.hash.hex()}


def record_hex(post_id: UUID) -> str:
    """Return a post's id as the record's 16 bytes in hex."""
    return "0x" + post_id.bytes.hex()
