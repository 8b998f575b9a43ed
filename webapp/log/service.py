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
class LogFacts:
    """All that a client needs to build a record, and the pins to check it by."""

    log: Log
    depth: int
    not_before: Block


def current_log(session: Session) -> Log:
    """Return the newest log, the one that accepts records; raises LogNotOpenError."""
    log = session.scalars(select(Log).order_by(Log.id.desc()).limit(1)).one_or_none()
    if log is None:
        raise LogNotOpenError
    return log


def domain_of(log: Log) -> Domain:
    """Return the EIP-712 domain that the log's records are signed under."""
    return Domain(log.chain.chain_id, log.contract)


def log_facts(session: Session, depth: int) -> LogFacts:
    """Return the open log with its newest final block; raises LogNotOpenError."""
    log = current_log(session)
    head = head_number(session, log)
    block = session.get(Block, (log.chain_ref, max(head - depth, log.chain.first_block)))
    if block is None:
        raise LogNotOpenError
    return LogFacts(log, depth, block)


def head_number(session: Session, log: Log) -> int:
    """Return the number of the newest block the server has; raises LogNotOpenError."""
    query = select(func.max(Block.number)).where(Block.chain_ref == log.chain_ref)
    head = session.scalar(query)
    if head is None:
        raise LogNotOpenError
    return head


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
        session.add(
            Block(
                chain_ref=chain.id,
                number=head.number,
                hash=head.hash,
                parent=head.parent,
                time=head.time,
            )
        )
    terms = {"chain_ref": chain.id, "contract": contract, "anchorer": anchorer}
    log = session.scalars(select(Log).filter_by(**terms)).first()
    if log is None:
        log = Log(**terms, next_sequence=0, next_position=0, created_at=utc_now())
        session.add(log)
        session.flush()
    return log


def add_author(session: Session, address: str, account_id: UUID, *, signs: bool) -> Author:
    """Give an account an address to speak with; needs an open write transaction."""
    author = Author(address=address, account_id=account_id, signs=signs, created_at=utc_now())
    session.add(author)
    session.flush()
    return author


def lock_author(session: Session, address: str) -> Author | None:
    """Return an author's row, locked: one author's records are accepted one after another."""
    query = select(Author).where(Author.address == address)
    return session.scalars(locked(session, query)).one_or_none()
