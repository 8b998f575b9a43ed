"""The open log, the blocks it knows, and its authors."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chain import wire
from chain.proofs.domain import Domain
from webapp.columns import utc_now
from webapp.database import locked
from webapp.log.errors import LogNotOpenError
from webapp.log.models import Author, Log
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
    first_block: int

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


def current_log(session: Session) -> OpenLog:
    """Return the newest log, the one that accepts records; raises LogNotOpenError."""
    columns = (
        Log.id,
        Log.chain_ref,
        Chain.chain_id,
        Chain.genesis,
        Log.contract,
        Log.anchorer,
        Chain.first_block,
    )
    query = select(*columns).join(Chain, Chain.id == Log.chain_ref).order_by(Log.id.desc()).limit(1)
    row = session.execute(query).one_or_none()
    if row is None:
        raise LogNotOpenError
    return OpenLog(*row)


def newest_final_block(session: Session, log: OpenLog, depth: int) -> KnownBlock:
    """Return the newest block at ``depth`` (head minus block); raises LogNotOpenError."""
    head = select(func.max(Block.number)).where(Block.chain_ref == log.chain_ref)
    final = head.scalar_subquery() - depth
    query = select(Block.number, Block.hash, Block.time).where(Block.chain_ref == log.chain_ref)
    young = query.where(Block.number <= final).order_by(Block.number.desc()).limit(1)
    row = session.execute(young).one_or_none()
    if row is None:
        raise LogNotOpenError
    return KnownBlock(*row)


def head_and_block(
    session: Session, log: OpenLog, number: int
) -> tuple[KnownBlock, KnownBlock | None]:
    """Return the newest block the server has, and the one of that number; raises LogNotOpenError."""
    newest = select(func.max(Block.number)).where(Block.chain_ref == log.chain_ref)
    query = select(Block.number, Block.hash, Block.time).where(
        Block.chain_ref == log.chain_ref, Block.number.in_([newest.scalar_subquery(), number])
    )
    found = {row.number: KnownBlock(*row) for row in session.execute(query)}
    if not found:
        raise LogNotOpenError
    return found[max(found)], found.get(number)


def open_log(
    session: Session,
    *,
    chain_id: int,
    genesis: bytes,
    contract: str,
    anchorer: str,
    head: wire.Block,
) -> Log:
    """Find or make the log of (chain, contract, anchorer); needs an open write transaction.

    A new chain is followed from ``head`` on.
    """
    chain = session.scalars(select(Chain).filter_by(chain_id=chain_id, genesis=genesis)).first()
    if chain is None:
        chain = Chain(chain_id=chain_id, genesis=genesis, first_block=head.number)
        session.add(chain)
        session.flush()
        row = {"hash": head.hash, "parent": head.parent, "time": head.time}
        session.add(Block(chain_ref=chain.id, number=head.number, **row))
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


def lock_author(session: Session, address: str) -> tuple[UUID, bool] | None:
    """Lock an author's row: one author's records are accepted one after another.

    Returns the account and whether the author signs, None for an unknown address.
    """
    query = select(Author.account_id, Author.signs).where(Author.address == address)
    row = session.execute(locked(session, query)).one_or_none()
    return None if row is None else (row.account_id, row.signs)
