"""Reading tokens: galleries, one token, and its history. The chain itself is never asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from chain.tokens import metadata_cid, token_uri
from webapp.accounts.models import Account
from webapp.accounts.profile.reading import check_known
from webapp.assets.errors import AssetNotFoundError
from webapp.assets.files import stored_documents
from webapp.assets.ids import AssetId, asset_id, parse_caip19, parse_number, registry_address
from webapp.assets.metadata import read_metadata
from webapp.assets.models import Asset, AssetMetadata, AssetTransfer, HiddenAsset
from webapp.assets.parties import Party, find_parties
from webapp.extensions import table_of
from webapp.log.models import Author
from webapp.log.service import OpenLog, current_log
from webapp.outbox.chains import HALTED, PUBLIC_REASONS
from webapp.outbox.models import Chain, ChainState
from webapp.pagination import Cursor

KNOWN, UNKNOWN, UNREADABLE, HIDDEN = "known", "unknown", "unreadable", "hidden"
MINED, FINAL, HALTED_STATE = "mined", "final", "halted"
_A, _T, _M = table_of(Asset), table_of(AssetTransfer), table_of(AssetMetadata)
_H, _C, _AUTHORS = table_of(HiddenAsset), table_of(Chain), table_of(Author)
# Of a cursor's number: the lower half is the log index.
_INDEX_BITS = 32


@dataclass(frozen=True)
class AssetView:
    """A token as the API shows it; ``metadata_state`` says why there is no metadata, or that there is.

    ``state`` is that of its last transfer: mined or final, halted while the chain is in doubt.
    """

    id: AssetId
    creator: Party
    owner: Party
    royalty: int
    digest: bytes
    metadata: dict[str, Any] | None
    metadata_state: str
    hidden_at: datetime | None
    minted_block: int
    minted_at: datetime
    moved_block: int
    moved_index: int
    moved_at: datetime
    state: str
    reason: str | None

    @property
    def token_uri(self) -> str:
        """What tokenURI answers."""
        return token_uri(self.digest)

    @property
    def metadata_cid(self) -> str:
        """The CID of the metadata, as the contract writes it."""
        return metadata_cid(self.digest)

    @property
    def place(self) -> Cursor:
        """Where it stands in a gallery."""
        return Cursor(self.moved_at, UUID(int=self.moved_block << _INDEX_BITS | self.moved_index))


@dataclass(frozen=True)
class TransferView:
    """One transfer of a token; without a sender it was made then."""

    sender: Party | None
    receiver: Party
    block: int
    log_index: int
    at: datetime
    transaction: bytes
    state: str

    @property
    def place(self) -> Cursor:
        """Where it stands in the history."""
        return Cursor(self.at, UUID(int=self.block << _INDEX_BITS | self.log_index))


_ASSETS = select(
    *_A.c,
    _M.c.document,
    _H.c.hidden_at,
    *(_C.c[name].label(f"chain_{name}") for name in ("chain_id", "state", "sound_to", "final_to")),
).select_from(
    _A.join(_C, _C.c.id == _A.c.chain_ref)
    .outerjoin(_M, _M.c.digest == _A.c.digest)
    .outerjoin(_H, _H.c.id == _A.c.id)
)


def named_asset(log: OpenLog, text: str) -> AssetId:
    """Return the token that a path names, by its number or CAIP-19 id; raises AssetNotFoundError."""
    try:
        number = text.isdecimal()
        found = (
            asset_id(log.chain_id, parse_number(text).to_bytes(32))
            if number
            else parse_caip19(text)
        )
    except ValueError:
        raise AssetNotFoundError(text[:160]) from None
    if (found.chain_id, found.contract) != (log.chain_id, registry_address()):
        raise AssetNotFoundError(text[:160])
    return found


def one_asset(session: Session, text: str, viewer: UUID | None) -> AssetView:
    """Return a token by its number or CAIP-19 id; raises AssetNotFoundError."""
    log = current_log(session)
    wanted = named_asset(log, text)
    query = _ASSETS.where(_A.c.chain_ref == log.chain_ref, _A.c.token == wanted.token)
    found = _views(session, query, viewer)
    if not found:
        raise AssetNotFoundError(text[:160])
    return found[0]


def gallery(
    session: Session, person_id: UUID, viewer: UUID | None, page: dict[str, Any]
) -> list[AssetView]:
    """Return what a person's wallets hold, the last to come first, one more than the page's limit.

    What moderators hid is there for its holder alone; of a suspended person others see nothing.
    Raises UserNotFoundError.
    """
    check_known(session, person_id, viewer)
    log = current_log(session)
    wallets = select(_AUTHORS.c.address).where(
        _AUTHORS.c.account_id == person_id, _AUTHORS.c.signs, _AUTHORS.c.released_at.is_(None)
    )
    query = _ASSETS.where(_A.c.chain_ref == log.chain_ref, _A.c.owner.in_(wallets))
    if viewer != person_id:
        person = select(Account.id).where(Account.id == person_id, Account.suspended_at.is_(None))
        query = query.where(_H.c.hidden_at.is_(None), person.exists())
    place = (_A.c.moved_block, _A.c.moved_index)
    return _views(session, _page(query, place, page), viewer)


def history(
    session: Session, text: str, viewer: UUID | None, page: dict[str, Any]
) -> list[TransferView]:
    """Return a token's transfers, newest first, one more than the page's limit; raises AssetNotFoundError."""
    log = current_log(session)
    wanted = named_asset(log, text)
    columns = (
        *_T.c,
        *(_C.c[name].label(f"chain_{name}") for name in ("state", "sound_to", "final_to")),
    )
    query = select(*columns).select_from(_T.join(_C, _C.c.id == _T.c.chain_ref))
    query = query.where(_T.c.chain_ref == log.chain_ref, _T.c.token == wanted.token)
    rows = session.execute(_page(query, (_T.c.block_number, _T.c.log_index), page)).all()
    if not rows and not page.keys() & {"cursor", "since"}:
        raise AssetNotFoundError(text[:160])
    people = {row.receiver for row in rows} | {row.sender for row in rows if row.sender is not None}
    parties = find_parties(session, people, viewer)
    return [
        TransferView(
            sender=None if row.sender is None else parties[row.sender],
            receiver=parties[row.receiver],
            block=row.block_number,
            log_index=row.log_index,
            at=moment(row.block_time),
            transaction=row.transaction_hash,
            state=block_state(row, row.block_number)[0],
        )
        for row in rows
    ]


def block_state(row: Row[Any], block: int) -> tuple[str, str | None]:
    """Return the state of what a block holds, with the reason, by its chain's columns."""
    halted = row.chain_state in HALTED
    if halted and row.chain_sound_to is not None and block > row.chain_sound_to:
        return HALTED_STATE, PUBLIC_REASONS[ChainState(row.chain_state)]
    final = row.chain_final_to is not None and block <= row.chain_final_to
    return (FINAL if final else MINED), None


def moment(seconds: int) -> datetime:
    """Return a block's time as a moment."""
    return datetime.fromtimestamp(seconds, UTC)


def metadata_of(document: bytes | None, hidden: bool) -> tuple[dict[str, Any] | None, str]:
    """Return metadata with its state: known, unknown, unreadable or hidden."""
    if hidden:
        return None, HIDDEN
    if document is None:
        return None, UNKNOWN
    found = read_metadata(document)
    return found, KNOWN if found is not None else UNREADABLE


def _page(query: Select[Any], place: tuple[Any, Any], page: dict[str, Any]) -> Select[Any]:
    block, index = place
    if cursor := page.get("cursor"):
        at = _numbers(cursor)
        older = or_(block < at[0], and_(block == at[0], index < at[1]))
        query = query.where(block <= at[0], older)
    if since := page.get("since"):
        at = _numbers(since)
        query = query.where(or_(block > at[0], and_(block == at[0], index > at[1])))
    return query.order_by(block.desc(), index.desc()).limit(page["limit"] + 1)


def _numbers(cursor: Cursor) -> tuple[int, int]:
    """Return block and log index of a cursor, within what a database can hold."""
    block, index = divmod(cursor.id.int, 1 << _INDEX_BITS)
    return min(block, 2**62), min(index, 2**31 - 1)


def _views(session: Session, query: Select[Any], viewer: UUID | None) -> list[AssetView]:
    rows: Sequence[Row[Any]] = session.execute(query).all()
    people = {row.creator for row in rows} | {row.owner for row in rows}
    parties = find_parties(session, people, viewer)
    lacking = {row.digest for row in rows if row.document is None and row.hidden_at is None}
    stored = stored_documents(session, lacking)
    return [_view(row, row.document or stored.get(row.digest), parties) for row in rows]


def _view(row: Row[Any], document: bytes | None, parties: dict[str, Party]) -> AssetView:
    metadata, known = metadata_of(document, row.hidden_at is not None)
    state, reason = block_state(row, row.moved_block)
    return AssetView(
        id=asset_id(row.chain_chain_id, row.token),
        creator=parties[row.creator],
        owner=parties[row.owner],
        royalty=row.royalty,
        digest=row.digest,
        metadata=metadata,
        metadata_state=known,
        hidden_at=row.hidden_at,
        minted_block=row.minted_block,
        minted_at=moment(row.minted_time),
        moved_block=row.moved_block,
        moved_index=row.moved_index,
        moved_at=moment(row.moved_time),
        state=state,
        reason=reason,
    )
