"""The content of tokens: images, videos and metadata, kept in the content store while a mint or token needs them."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.assets.content.cids import parse_cid, raw_cid
from webapp.assets.content.errors import ContentDamagedError, ContentNotFoundError
from webapp.assets.content.models import Content
from webapp.assets.content.reading import read_all
from webapp.assets.content.service import (
    Staged,
    StoredContent,
    hold,
    keep,
    release,
    stage_file,
)
from webapp.assets.errors import MetadataRefusedError
from webapp.assets.metadata import MOST_BYTES, Metadata, read_metadata
from webapp.assets.models import Asset, AssetMetadata, MetadataFile, Mint
from webapp.columns import utc_now
from webapp.database import insert_many, insert_or_ignore
from webapp.extensions import table_of
from webapp.media.errors import MediaUnusableError
from webapp.media.models import MediaFile, MediaState
from webapp.media.service import find_own
from webapp.media.sniffing import GIF, IMAGES, VIDEOS
from webapp.media.storage import path_of

_M, _D, _A = table_of(Mint).c, table_of(AssetMetadata), table_of(Asset).c
_C = table_of(Content)
_IPFS = "ipfs://"


@dataclass(frozen=True)
class StagedFiles:
    """Files of a mint that are in the store and not yet anybody's; CIDs as text."""

    image: str | None
    animation: str | None
    staged: Sequence[Staged]


def stage_files(
    session: Session, account_id: UUID, image: UUID | None, animation: UUID | None
) -> StagedFiles:
    """Put uploaded files into the store; not within a write transaction.

    Raises MediaUnknownError, MediaUnusableError and MetadataRefusedError, and what the store raises.
    """
    wanted = [one for one in (image, animation) if one is not None]
    if not wanted:
        raise MetadataRefusedError("image", "is missing, and there is no animation either")
    found = find_own(session, account_id, wanted)
    if image is not None and found[image].mime not in IMAGES:
        raise MediaUnusableError(str(image), "is no image; give a video as 'animation'")
    if animation is not None and found[animation].mime not in (*VIDEOS, GIF):
        raise MediaUnusableError(str(animation), "is no video and no GIF; give it as 'image'")
    session.rollback()
    staged = {one: _stage(found[one]) for one in wanted}
    return StagedFiles(
        None if image is None else str(staged[image].cid),
        None if animation is None else str(staged[animation].cid),
        list(staged.values()),
    )


def _stage(file: MediaFile) -> Staged:
    if file.state == MediaState.FAILED:
        raise MediaUnusableError(str(file.id), "could not be prepared; upload another file")
    try:
        with path_of(file.digest, file.id).open("rb") as content:
            return stage_file(content)
    except FileNotFoundError:  # it was removed a moment ago
        raise MediaUnusableError(str(file.id), "was removed; upload it again") from None


def hold_content(
    session: Session, account_id: UUID, metadata: Metadata, staged: Sequence[Staged]
) -> None:
    """Keep a mint's metadata and files, in the commit that makes its row."""
    row = {"digest": metadata.digest, "document": metadata.document, "created_at": utc_now()}
    if insert_or_ignore(session, AssetMetadata, **row):
        named = named_files(metadata.document)
        insert_many(
            session, MetadataFile, [{"digest": metadata.digest, "cid": one} for one in named]
        )
    for one in staged:
        content = keep(session, account_id, one)
        hold(session, account_id, content.cid)


def let_go(session: Session, mint: Mint) -> None:
    """Give up what a mint held, in the commit that ends it; metadata of a token, or of another mint, stays."""
    document = session.scalar(select(_D.c.document).where(_D.c.digest == mint.digest))
    for cid in cids_of(mint.digest, document):
        release(session, mint.account_id, cid)
    forget_metadata(session, [mint.digest])


def forget_metadata(session: Session, digests: Collection[bytes]) -> None:
    """Delete metadata that neither a token nor a mint that stands is about."""
    minted = select(_A.token).where(_A.digest == _D.c.digest).exists()
    minting = select(_M.id).where(_M.digest == _D.c.digest, _M.withdrawn_at.is_(None)).exists()
    session.execute(delete(_D).where(_D.c.digest.in_(digests), ~minted, ~minting))


def stored_documents(session: Session, digests: Collection[bytes]) -> dict[bytes, bytes]:
    """Return such of some metadata as the content store happens to have, whoever put it there."""
    names = {str(raw_cid(digest)): digest for digest in digests}
    if not names:
        return {}
    query = select(*(_C.c[name] for name in ("cid", "size", "mime", "sha256", "leaves")))
    rows = session.execute(query.where(_C.c.cid.in_(list(names)), _C.c.size <= MOST_BYTES)).all()
    found = {}
    for row in rows:
        with suppress(ContentNotFoundError, ContentDamagedError):  # which the store itself tells of
            found[names[row.cid]] = read_all(StoredContent(*row))
    return found


def cids_of(digest: bytes, document: bytes | None) -> list[str]:
    """Return the CIDs of metadata and of the files that it names, in their one spelling."""
    return [str(raw_cid(digest)), *([] if document is None else named_files(document))]


def named_files(document: bytes) -> list[str]:
    """Return the CIDs of the files that metadata name, each once, in their one spelling."""
    found = read_metadata(document) or {}
    named = [_cid_in(found.get(name)) for name in ("image", "animation_url")]
    return [one for one in dict.fromkeys(named) if one is not None]


def _cid_in(link: object) -> str | None:
    if not isinstance(link, str) or not link.startswith(_IPFS):
        return None
    try:
        return str(parse_cid(link.removeprefix(_IPFS).partition("/")[0]))
    except ValueError:
        return None
