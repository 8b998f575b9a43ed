"""Files in posts: which a record may name, which a version shows, and who sees them there."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, literal, select, update
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.database import insert_many
from webapp.extensions import table_of
from webapp.log.rules import MediaRefusedError
from webapp.media.access import shows_media
from webapp.media.models import MediaFile
from webapp.media.service import count_uses, erase_all, find_own, own_files, release
from webapp.media.sniffing import VIDEOS
from webapp.posts.drafts import DraftMedia
from webapp.posts.models import Post, PostMedia
from webapp.posts.tokens import check_tokens, is_token, token_item
from webapp.posts.visibility import listed

_P, _A, _LINKS = table_of(Post), table_of(Account), table_of(PostMedia)
Item = dict[str, Any]


@shows_media
def in_a_post(media_id: ColumnElement[UUID], viewer: UUID | None) -> ColumnElement[bool]:
    """Tell whether the viewer sees a post whose current version shows a file."""
    joined = _LINKS.join(_P, _P.c.id == _LINKS.c.post_id).join(_A, _A.c.id == _P.c.account_id)
    query = select(literal(1)).select_from(joined)
    return exists(query.where(_LINKS.c.media_id == media_id, _LINKS.c.shown, listed(viewer)))


def signed_items(session: Session, account_id: UUID, wanted: Sequence[DraftMedia]) -> list[Item]:
    """Return a draft's media as a record says them; raises MediaUnknownError."""
    if not wanted:
        return []
    found = find_own(session, account_id, [one.id for one in wanted if one.id is not None])
    return [_signed_item(one, found) for one in wanted]


def _signed_item(one: DraftMedia, found: Mapping[UUID, MediaFile]) -> Item:
    if one.id is None:
        return token_item(one.asset or "")
    file = found[one.id]
    return {
        "digest": "0x" + file.digest.hex(),
        "mime": file.mime,
        "alt": file.alt if one.alt is None else one.alt,
    }


def files_named(session: Session, account_id: UUID, items: Sequence[Item]) -> list[MediaFile]:
    """Return the files that a record's media name, in order, locked until the commit; tokens are checked.

    Raises MediaUnknownError for what the account did not upload, MediaProcessingError and
    MediaUnusableError, and MediaRefusedError for a wrong mime, a file named twice, or more beside a video,
    and what ``check_tokens`` raises.
    """
    check_tokens(session, items)
    items = [item for item in items if not is_token(item)]
    if not items:
        return []
    digests = [bytes.fromhex(item["digest"][2:]) for item in items]
    if len(set(digests)) < len(digests):
        raise MediaRefusedError("name one file twice")
    files = own_files(session, account_id, digests)
    for item, file in zip(items, files, strict=True):
        if item["mime"] != file.mime:
            raise MediaRefusedError(f"call {item['digest']} {item['mime']}, which is {file.mime}")
    if len(files) > 1 and any(file.mime in VIDEOS for file in files):
        raise MediaRefusedError("hold more than one video, which stands alone in a post")
    return files


def shown_items(items: Sequence[Item], files: Sequence[MediaFile]) -> list[Item]:
    """Return what a post shows of its media: what was signed, and where the file is.

    What is known of tokens is looked up whenever the post is read.
    """
    rest = iter(files)
    return [item if is_token(item) else _shown_file(item, next(rest)) for item in items]


def _shown_file(item: Item, file: MediaFile) -> Item:
    return {**item, "id": str(file.id), "width": file.width, "height": file.height}


def link(session: Session, post_id: UUID, files: Sequence[MediaFile]) -> None:
    """Note what a new post shows."""
    rows = [{"post_id": post_id, "media_id": file.id, "shown": True} for file in files]
    insert_many(session, PostMedia, rows)
    count_uses(session, [file.id for file in files], 1)


def relink(session: Session, post_id: UUID, files: Sequence[MediaFile]) -> None:
    """Note what an edited post shows now; what older versions showed is kept, for its author only."""
    now = {file.id for file in files}
    mine = _LINKS.c.post_id == post_id
    linked = set(session.scalars(select(_LINKS.c.media_id).where(mine)))
    session.execute(update(_LINKS).where(mine).values(shown=_LINKS.c.media_id.in_(now)))
    link(session, post_id, [file for file in files if file.id not in linked])


def unlink(session: Session, post_id: UUID) -> None:
    """Give up the files of every version of a post that is deleted."""
    gone = delete(_LINKS).where(_LINKS.c.post_id == post_id).returning(_LINKS.c.media_id)
    release(session, list(session.scalars(gone)))


def erase_media_of(session: Session, account_id: UUID) -> int:
    """Erase every file of an account that is being deleted, with its posts' links; return how many."""
    posts = select(_P.c.id).where(_P.c.account_id == account_id)
    session.execute(delete(_LINKS).where(_LINKS.c.post_id.in_(posts)))
    return erase_all(session, account_id)
