"""What media give to an export: every file as it is served, and a list of them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, json_file
from webapp.columns import iso
from webapp.media.service import files_of
from webapp.media.sniffing import EXTENSIONS
from webapp.media.storage import CHUNK


def _media(session: Session, account_id: UUID) -> Iterator[File]:
    # Their number is bounded by the quota; their contents are read one chunk at a time.
    items, files = [], []
    for one in files_of(session, account_id):
        row = one.media
        name = f"media/{row.id}.{EXTENSIONS[row.mime]}"
        items.append(
            {
                "id": str(row.id),
                "file": name,
                "digest": "0x" + row.digest.hex(),
                "mime": row.mime,
                "width": row.width,
                "height": row.height,
                "alt": row.alt,
                "created_at": iso(row.created_at),
            }
        )
        files.append((name, one.path))
    session.rollback()
    yield json_file("media.json", items)
    for name, path in files:
        if path.exists():  # else given up since the list was made
            yield name, _chunks(path)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


PARTS = (Part("media", _media),)
