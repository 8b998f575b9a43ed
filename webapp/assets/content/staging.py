"""Staging: a content's name is computed and its file put on the disk, before any row says who keeps it.

This is done outside of a write transaction, which would hold up everybody for as long as a disk takes.
"""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from aleph_cid import CidHasher
from sqlalchemy import Executable
from sqlalchemy.orm import Session

from webapp.assets.content.cids import CHUNK, Cid, parse_cid
from webapp.assets.content.errors import (
    CidDisagreementError,
    ContentTooLargeError,
    MetadataTooLargeError,
)
from webapp.assets.content.models import ContentLeftover
from webapp.assets.content.sniffing import type_of
from webapp.assets.content.storage import place
from webapp.assets.content.tree import root_of, split_digests
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import write_alone
from webapp.extensions import db
from webapp.upserts import upsert

MOST_METADATA = 4_096  # bytes: what a token names is one block (protocol, 8)
# What has not come to be somebody's by then has died.
STAGE_LIFE = timedelta(hours=1)


@dataclass(frozen=True)
class Staged:
    """A content whose file is in place, and which is not anybody's yet."""

    cid: Cid
    size: int
    mime: str
    sha256: bytes
    leaves: bytes


def stage_bytes(data: bytes) -> Staged:
    """Put bytes in place and return what they are; not within a write transaction.

    Raises ContentTooLargeError.
    """
    return stage_file(io.BytesIO(data))


def stage_metadata(document: bytes) -> Staged:
    """Put a token's metadata in place: one block, so that its CID is that of the SHA-256 of its bytes.

    Raises MetadataTooLargeError.
    """
    if len(document) > MOST_METADATA:
        raise MetadataTooLargeError(len(document), MOST_METADATA)
    return stage_bytes(document)


def stage_file(file: BinaryIO) -> Staged:
    """Put an open file in place and return what it is; not within a write transaction.

    Raises ContentTooLargeError and, for a bug, CidDisagreementError.
    """
    staged = describe(file)
    # Whatever happens from here on, a worker knows of the file and erases it if nobody came to keep it.
    due = utc_now() + STAGE_LIFE
    session = db.session()
    write_alone(session, _leftover(session, staged.cid, due=due))
    place(file, staged.cid)
    return staged


def describe(file: BinaryIO) -> Staged:
    """Read an open file and return its CID and the digests of its chunks; raises as ``stage_file`` does."""
    most = settings().content_file_bytes
    hasher, whole, leaves, size = (
        CidHasher.for_ipfs_v1_raw_leaves(),
        hashlib.sha256(),
        bytearray(),
        0,
    )
    file.seek(0)
    while chunk := file.read(CHUNK):
        size += len(chunk)
        if size > most:
            raise ContentTooLargeError(file.seek(0, io.SEEK_END), most)
        hasher.update(chunk)
        whole.update(chunk)
        leaves += hashlib.sha256(chunk).digest()
    digests = bytes(leaves) or whole.digest()
    cid = root_of(split_digests(digests), size)
    named = hasher.finalize()
    if parse_cid(named) != cid:
        raise CidDisagreementError(named, str(cid))
    return Staged(cid, size, type_of(file, size), whole.digest(), digests)


def _leftover(session: Session, cid: Cid, due: datetime) -> Executable:
    row = {"cid": str(cid), "due_at": due}
    return upsert(session, ContentLeftover, [row], {"due_at": due})
