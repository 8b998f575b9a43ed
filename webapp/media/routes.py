"""HTTP for files."""

from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Response, send_file

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id, current_account_id_or_none
from webapp.extensions import db
from webapp.http import ApiBlueprint, streamed
from webapp.media.access import SeenFile, visible_file
from webapp.media.errors import (
    MediaNotFoundError,
    MediaProcessingError,
    ThumbnailMissingError,
)
from webapp.media.models import MediaFile, MediaState
from webapp.media.schemas import MediaSchema, ThumbnailQuerySchema
from webapp.media.service import keep_upload, own_file
from webapp.media.sniffing import EXTENSIONS, IMAGES
from webapp.media.storage import THUMBNAIL_TYPE, path_of
from webapp.media.uploads import Upload, most_bytes, with_upload

# A browser need not ask again for what never changes; a cache that others share must, each time: what was
# deleted is gone at once.
PUBLIC = "public, max-age=86400, immutable, s-maxage=0, proxy-revalidate"
PRIVATE = "private, no-cache"
BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "alt": {"type": "string", "maxLength": 1_000},
                },
            }
        },
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    },
}

blueprint = ApiBlueprint("media", __name__, description="Images and videos")


@blueprint.post("/media")
@signed_in(Scope.POSTS_WRITE)
@streamed(most_bytes)
@with_upload
@idempotent
@blueprint.doc(requestBody=BODY)
@blueprint.response(201, MediaSchema)
@blueprint.alt_response(200, schema=MediaSchema, description="The same file came before")
def upload_media(upload: Upload) -> tuple[MediaFile, int]:
    """Keep an image or a video: the body itself with ``?alt=``, or a form with ``file`` and ``alt``."""
    file, created = keep_upload(current_account_id(), upload)
    return file, 201 if created else 200


@blueprint.get("/media/<uuid:media_id>/info")
@signed_in(Scope.READ)
@blueprint.response(200, MediaSchema)
def media_info(media_id: UUID) -> MediaFile:
    """Return what is known of an own file, its state above all."""
    return own_file(db.session(), current_account_id(), media_id)


@blueprint.get("/media/<uuid:media_id>")
@signed_in(Scope.READ, optional=True)
@blueprint.response(200, content_type="application/octet-stream")
def media(media_id: UUID) -> Response:
    """Return a file's bytes, or a range of them."""
    seen = _seen(media_id)
    file = seen.media
    return _send(seen, path_of(file.digest, file.id), file.mime, file.digest.hex())


@blueprint.get("/media/<uuid:media_id>/thumbnail")
@signed_in(Scope.READ, optional=True)
@blueprint.arguments(ThumbnailQuerySchema(), location="query")
@blueprint.response(200, content_type=THUMBNAIL_TYPE)
def thumbnail(query: dict[str, Any], media_id: UUID) -> Response:
    """Return an image in small, as WebP; 409 ``media_processing`` while it is being made."""
    seen = _seen(media_id)
    file, size = seen.media, query["size"]
    if file.state == MediaState.PROCESSING:
        raise MediaProcessingError(str(media_id))
    if file.state == MediaState.FAILED or file.mime not in IMAGES:
        raise ThumbnailMissingError(str(media_id))
    path = path_of(file.digest, file.id, size)
    return _send(seen, path, THUMBNAIL_TYPE, f"{file.digest.hex()}-{size}")


def _seen(media_id: UUID) -> SeenFile:
    return visible_file(db.session(), media_id, current_account_id_or_none())


def _send(seen: SeenFile, path: Path, mime: str, etag: str) -> Response:
    """Send a file as what it is and nothing else, whatever a browser makes of its bytes."""
    db.session.rollback()  # a slow reader must not hold the database
    name = f"{seen.media.id}.{EXTENSIONS[mime]}"
    try:
        response = send_file(path, mime, download_name=name, etag=etag, conditional=True)
    except FileNotFoundError:  # it was erased a moment ago
        raise MediaNotFoundError(str(seen.media.id)) from None
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = PUBLIC if seen.public else PRIVATE
    response.headers.pop("Expires", None)
    return response
