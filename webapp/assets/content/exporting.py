"""What content gives to an export: every file by its CID, and a list of them."""

from collections.abc import Iterator
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.exports.parts import File, Part, in_order, json_file
from webapp.assets.content.errors import ContentDamagedError, ContentNotFoundError
from webapp.assets.content.models import Content, ContentOwner
from webapp.assets.content.reading import read_range
from webapp.assets.content.service import StoredContent
from webapp.assets.content.sniffing import EXTENSIONS
from webapp.columns import iso
from webapp.extensions import table_of

_C, _O = table_of(Content).c, table_of(ContentOwner).c
log = structlog.get_logger(__name__)


def _content(session: Session, account_id: UUID) -> Iterator[File]:
    mine = select(_C.size, _C.mime, _C.sha256, _C.leaves, _O.uses, _O.created_at)
    mine = mine.join(_O_TABLE, _O.cid == _C.cid).where(_O.account_id == account_id)
    # Their number is bounded by the quota; their bytes are read one chunk at a time.
    items, files = [], []
    for row in in_order(session, mine, _O.created_at, _C.cid):
        content = StoredContent(row.key_of_row, row.size, row.mime, row.sha256, row.leaves)
        name = f"content/{content.cid}.{EXTENSIONS[content.mime]}"
        items.append(
            {
                "cid": content.cid,
                "file": name,
                "sha256": "0x" + content.sha256.hex(),
                "mime": content.mime,
                "size": content.size,
                "uses": row.uses,
                "created_at": iso(row.created_at),
            }
        )
        files.append((name, content))
    yield json_file("content.json", items)
    for name, content in files:
        try:
            yield name, _until_damaged(read_range(content, 0, content.size))
        except (ContentNotFoundError, ContentDamagedError) as error:
            log.warning("content.not_exported", cid=content.cid, problem=error.code)


def _until_damaged(body: Iterator[bytes]) -> Iterator[bytes]:
    """Give what is whole: one bad block of a disk must not cost somebody the rest of their export."""
    try:
        yield from body
    except ContentDamagedError as error:  # its SHA-256 in the list tells that the file is cut
        log.warning("content.export_cut", cid=error.cid, problem=error.code)


_O_TABLE = table_of(ContentOwner)
PARTS = (Part("content", _content),)
