"""Tokens as moderators meet them: whose they are, what they show, and taken from view."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session

from webapp.assets.content.access import hides_content
from webapp.assets.content.cids import RAW, parse_cid, raw_cid
from webapp.assets.files import cids_of
from webapp.assets.metadata import read_metadata
from webapp.assets.models import Asset, AssetMetadata, HiddenAsset, HiddenContent, MetadataFile
from webapp.assets.parties import accounts_of
from webapp.database import insert_or_ignore
from webapp.extensions import table_of

_A, _M = table_of(Asset), table_of(AssetMetadata)
_DOCUMENTS = (
    select(_A.c.digest, _M.c.document)
    .select_from(_A.outerjoin(_M, _M.c.digest == _A.c.digest))
    .distinct()
)
_H, _HC, _F = (table_of(one) for one in (HiddenAsset, HiddenContent, MetadataFile))


@dataclass(frozen=True)
class AssetFacts:
    """A token as moderators see it, whatever readers may see; ``account_id`` is whose doing it is.

    That of its creator, or where that is nobody here, of its holder; None where neither is.
    """

    id: UUID
    account_id: UUID | None
    token: bytes
    creator: str
    owner: str
    metadata: dict[str, Any] | None
    minted_time: int
    hidden_at: datetime | None


def asset_facts(session: Session, ids: Collection[UUID]) -> dict[UUID, AssetFacts]:
    """Return what moderators see of tokens by the ids that reports name; those that are there."""
    if not ids:
        return {}
    columns = [_A.c[name] for name in ("id", "token", "creator", "owner", "minted_time")]
    query = (
        select(*columns, _M.c.document, _H.c.hidden_at)
        .select_from(_A.outerjoin(_M, _M.c.digest == _A.c.digest).outerjoin(_H, _H.c.id == _A.c.id))
        .where(_A.c.id.in_(list(ids)))
    )
    rows = session.execute(query).all()
    accounts = accounts_of(session, {one for row in rows for one in (row.creator, row.owner)})
    return {
        row.id: AssetFacts(
            row.id,
            accounts.get(row.creator) or accounts.get(row.owner),
            row.token,
            row.creator,
            row.owner,
            None if row.document is None else read_metadata(row.document),
            row.minted_time,
            row.hidden_at,
        )
        for row in rows
    }


def set_hidden(session: Session, asset_id: UUID, since: datetime | None) -> None:
    """Take a token from view, or show it again where ``since`` is None.

    Its content is withheld but for what tokens in view name too: hiding one takes nothing from others. A token that
    is made afterwards gives nothing back.
    """
    named = _named_by(session, asset_id)
    mine = or_(_HC.c.asset_id == asset_id, _HC.c.cid.in_(named))
    session.execute(delete(_HC).where(mine if since is None else _HC.c.asset_id == asset_id))
    session.execute(delete(_H).where(_H.c.id == asset_id))
    if since is None:
        return
    insert_or_ignore(session, HiddenAsset, id=asset_id, hidden_at=since)
    for cid in named - _in_view(session, named):
        insert_or_ignore(session, HiddenContent, asset_id=asset_id, cid=cid)


def _named_by(session: Session, asset_id: UUID) -> set[str]:
    """Return the CIDs of a token's metadata and of the files that these name."""
    rows = session.execute(_DOCUMENTS.where(_A.c.id == asset_id))
    return {cid for row in rows for cid in cids_of(row.digest, row.document)}


def _in_view(session: Session, cids: Collection[str]) -> set[str]:
    """Return those of some CIDs that a token names which is not hidden."""
    visible = ~exists().where(_H.c.id == _A.c.id)
    raw = [one.digest for one in map(parse_cid, cids) if one.codec == RAW]
    documents = select(_A.c.digest).where(_A.c.digest.in_(raw), visible).distinct()
    files = select(_F.c.cid).join(_A, _A.c.digest == _F.c.digest)
    files = files.where(_F.c.cid.in_(list(cids)), visible).distinct()
    shown = {str(raw_cid(digest)) for digest in session.scalars(documents)}
    return shown | set(session.scalars(files))


@hides_content
def is_hidden(cid: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether a CID is that of something which moderators took from view."""
    return exists().where(_HC.c.cid == cid)
