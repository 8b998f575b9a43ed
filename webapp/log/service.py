"""The open log, the blocks it knows, and its authors."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, func, join, select
from sqlalchemy.orm import Session

from chain import wire
from chain.proofs.domain import Domain
from webapp.columns import utc_now
from webapp.database import connection_of, locked
from webapp.extensions import table_of
from webapp.log.errors import LogNotOpenError
from webapp.log.models import Author, Log
from webapp.log.tenures import begin_tenure
from webapp.outbox.finality import raise_final
from webapp.outbox.models import Block, Chain


@dataclass(frozen=True)
class OpenLog:
    """The log that accepts records, and the chain it is on."""

    id: int
    chain_ref: int
    chain_id: int
    genesis: bytes
    contract: str
    anchorer: str

    @property
    def domain(self) -> Domain:
        """The EIP-712 domain that the log's records are signed under."""
        return Domain(self.chain_id, self.contract)


@dataclass(frozen=True)
class KnownBlock:
    """A canonical block by number, hash (32 bytes) and time (seconds since 1970)."""

    number: int
    hash: bytes
    time: int


@dataclass(frozen=True)
class KnownChain:
    """The log's chain as it is stored: every block from ``first`` to ``head``, final up to ``final`` if any is."""

    first: int
    final: int | None
    head: KnownBlock


_L, _C, _B = table_of(Log).c, table_of(Chain).c, table_of(Block).c
# Built once: putting a statement together takes longer than running it.
_LOG_COLUMNS = (
    _L.id,
    _L.chain_ref,
    _C.chain_id,
    _C.genesis,
    _L.contract,
    _L.anchorer,
)
_LOG_WITH_CHAIN = join(table_of(Log), table_of(Chain), _C.id == _L.chain_ref)
_OPEN_LOG = select(*_LOG_COLUMNS).select_from(_LOG_WITH_CHAIN).order_by(_L.id.desc()).limit(1)
_FINAL_TO = select(_C.final_to).where(_C.id == bindparam("chain_ref"))
_BLOCKS = select(_B.number, _B.hash, _B.time).where(_B.chain_ref == bindparam("chain_ref"))
_NEWEST_FINAL = (
    _BLOCKS.where(_B.number <= _FINAL_TO.scalar_subquery()).order_by(_B.number.desc()).limit(1)
)
# FOR NO KEY UPDATE: a row that refers to the author can still be inserted. SQLite has no such words and
# needs none: its writer holds the whole file.
LOCK_AUTHOR = (
    select(table_of(Author).c.account_id, table_of(Author).c.signs)
    .where(table_of(Author).c.address == bindparam("address"))
    .where(table_of(Author).c.released_at.is_(None))
    .with_for_update(key_share=True)
)

_REMEMBERED: WeakKeyDictionary[Engine | Connection, OpenLog] = WeakKeyDictionary()


def current_log(session: Session) -> OpenLog:
    """Return the newest log, the one that accepts records; raises LogNotOpenError."""
    row = connection_of(session).execute(_OPEN_LOG).one_or_none()
    if row is None:
        raise LogNotOpenError
    return OpenLog(*row)


def remembered_log(session: Session) -> OpenLog:
    """Return the open log as this process last saw it; raises LogNotOpenError.

    Good for a first look: what is written is checked against the log of its own transaction.
    """
    engine = session.get_bind()
    if engine not in _REMEMBERED:
        _REMEMBERED[engine] = current_log(session)
    return _REMEMBERED[engine]


def forget_log(session: Session) -> None:
    """Let the next look at the open log be a fresh one."""
    _REMEMBERED.pop(session.get_bind(), None)


def newest_final_block(session: Session, log: OpenLog) -> KnownBlock:
    """Return the newest block that is final; raises LogNotOpenError."""
    values = {"chain_ref": log.chain_ref}
    row = connection_of(session).execute(_NEWEST_FINAL, values).one_or_none()
    if row is None:
        raise LogNotOpenError
    return KnownBlock(*row)


def newest_block_time(session: Session) -> int:
    """Return the time of the newest block of the newest log's chain, in seconds since 1970; 0 if none is known."""
    chain = select(Log.chain_ref).order_by(Log.id.desc()).limit(1).scalar_subquery()
    blocks = select(Block.time).where(Block.chain_ref == chain)
    return session.scalar(blocks.order_by(Block.number.desc()).limit(1)) or 0


def open_log(
    session: Session,
    *,
    chain_id: int,
    genesis: bytes,
    contract: str,
    anchorer: str,
    blocks: Sequence[wire.Block],
    depth: int,
) -> Log:
    """Find or make the log of (chain, contract, anchorer); needs an open write transaction.

    A new chain is followed from ``blocks`` on, which are its newest, oldest first, down to one that
    is final at ``depth`` (head minus block): a client needs a final block for its first record.
    """
    known = select(Chain).filter_by(chain_id=chain_id, genesis=genesis)
    chain = session.scalars(locked(session, known)).first()
    if chain is None:
        chain = Chain(chain_id=chain_id, genesis=genesis, first_block=blocks[0].number)
        session.add(chain)
        session.flush()
        for block in blocks:
            row = {"hash": block.hash, "parent": block.parent, "time": block.time}
            session.add(Block(chain_ref=chain.id, number=block.number, **row))
        session.flush()
    # Also of a chain that is known: a release before this one did not say how far it was final.
    newest = session.scalars(select(func.max(Block.number)).filter_by(chain_ref=chain.id)).one()
    raise_final(chain, newest - depth)
    terms = {"chain_ref": chain.id, "contract": contract, "anchorer": anchorer}
    log = session.scalars(select(Log).filter_by(**terms)).first()
    if log is None:
        log = Log(**terms, next_sequence=0, next_position=0, created_at=utc_now())
        session.add(log)
        session.flush()
    return log


def add_author(session: Session, address: str, account_id: UUID, *, signs: bool) -> None:
    """Give an account an address to speak with; needs an open write transaction."""
    session.add(Author(address=address, account_id=account_id, signs=signs, created_at=utc_now()))
    session.flush()
    begin_tenure(session, address, account_id)
