"""Is this the chain that the log is on? Asked before anything is sent, and at every sweep.

A chain is known by its id, its genesis, the contracts' code, the newest block that counts as final, and
the newest batch that the contract holds for the log's anchorer.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import check_code
from chain.errors import (
    ChainError,
    NoCode,
    NodeUnavailable,
    UnexpectedAnswer,
    WrongChain,
    WrongCode,
)
from webapp.log.models import Batch, Log
from webapp.log.service import KnownBlock
from webapp.outbox.finality import final_number
from webapp.outbox.models import Block
from webapp.outbox.registries import STANDING, KnownRegistry, known_registries

DOCTOR = "Run `troth doctor` to see what to do."


NOTHING = -1


class InstanceError(ChainError):
    """What the node serves cannot be the chain that the log is on; nothing is sent or indexed.

    ``sound_to`` is the newest block that is still known to be on the log's chain, None if nothing speaks
    against what is stored.
    """

    sound_to: int | None = None


class WrongInstanceError(InstanceError):
    """The node serves another chain than the log is on."""

    sound_to: int | None = NOTHING

    def __init__(self, log_id: int, problem: str) -> None:
        self.log_id, self.problem = log_id, problem
        super().__init__(f"Nothing is sent for log {log_id}: {problem}. {DOCTOR}")


class ContractGoneError(WrongInstanceError):
    """There is no AnchorLog, or no registry, or another contract, at an address that belongs to one."""


class ForeignBatchError(WrongInstanceError):
    """The chain holds batches of the log's anchorer that the database does not."""

    sound_to = None  # the final blocks were compared before, and are there


class DeepReorgError(InstanceError):
    """The chain dropped a block that counted as final; carries its number and both hashes."""

    def __init__(self, number: int, stored: bytes, actual: bytes) -> None:
        self.number, self.stored, self.actual = number, stored, actual
        super().__init__(
            f"Block {number} was final with hash 0x{stored.hex()}, and the node now has "
            f"0x{actual.hex()} there: a reorg below finality, or a chain that was reset. "
            f"Nothing is sent or indexed. {DOCTOR}"
        )


@dataclass(frozen=True)
class Instance:
    """What the database knows of a log's chain; ``final`` is the newest final block that is stored.

    ``registries`` are those that the chain is followed for.
    """

    log_id: int
    chain_ref: int
    chain_id: int
    genesis: bytes
    contract: str
    anchorer: str
    next_sequence: int
    final: KnownBlock | None
    registries: tuple[KnownRegistry, ...] = ()


def read_instance(session: Session, log_id: int) -> Instance:
    """Read what the database knows."""
    log = session.get_one(Log, log_id)
    number = final_number(session, log.chain_ref)
    block = None if number is None else session.get(Block, (log.chain_ref, number))
    return Instance(
        log_id=log.id,
        chain_ref=log.chain_ref,
        chain_id=log.chain.chain_id,
        genesis=log.chain.genesis,
        contract=log.contract,
        anchorer=log.anchorer,
        next_sequence=log.next_sequence,
        final=None if block is None else KnownBlock(block.number, block.hash, block.time),
        registries=known_registries(session, log.chain_ref),
    )


def check_instance(session: Session, client: ChainClient, here: Instance) -> None:
    """Check everything, cheapest first; asks the node up to nine questions, and two again before it halts.

    Raises WrongInstanceError and its kinds, DeepReorgError, and NodeUnavailable where it cannot be told.
    """
    check_chain(client, here)
    check_contract(client, here)
    check_final_block(client, here)
    check_namespace(session, client, here)


def check_chain(client: ChainClient, here: Instance) -> None:
    """Check chain id and genesis; raises WrongInstanceError."""
    try:
        chain_id, genesis = client.chain_id(), client.genesis()
    except WrongChain as error:
        raise WrongInstanceError(here.log_id, str(error).rstrip(".")) from error
    if chain_id != here.chain_id:
        problem = f"the node serves chain {chain_id}, not {here.chain_id}"
        raise WrongInstanceError(here.log_id, problem)
    if genesis != here.genesis:
        problem = f"the node's chain has the genesis 0x{genesis.hex()}, not 0x{here.genesis.hex()}"
        raise WrongInstanceError(here.log_id, problem)


def check_contract(client: ChainClient, here: Instance) -> None:
    """Check that AnchorLog and the registries are where they belong; raises ContractGoneError."""
    try:
        check_code(client, here.contract)
        for one in here.registries:
            check_code(client, one.address, STANDING[one.kind])
    except (NoCode, WrongCode) as error:
        raise ContractGoneError(here.log_id, str(error).rstrip(".")) from error


def check_final_block(client: ChainClient, here: Instance) -> None:
    """Check that what was final is still canonical.

    Raises DeepReorgError, and NodeUnavailable where the node has not got that far.
    """
    if here.final is None:
        return
    actual = client.block(here.final.number)
    if actual is None:
        problem = f"it has no block {here.final.number}, which was final already: it is behind"
        raise NodeUnavailable(client.url, problem)
    if actual.hash != here.final.hash:
        raise DeepReorgError(here.final.number, here.final.hash, actual.hash)


def check_namespace(session: Session, client: ChainClient, here: Instance) -> None:
    """Check that the newest batch on the chain is one of ours, at its place.

    AnchorLog counts sequences without a gap and takes a root once, so that the newest batch speaks for
    all before it. Raises ForeignBatchError, and NodeUnavailable where a reorg came between the questions.
    """
    # One block for both questions: a node that lags must not answer the second from an older one.
    head = client.head()
    foreign = _foreign_batches(session, AnchorLog(client, here.contract), here, head.number)
    if not foreign:
        return
    now = client.block(head.number)
    if now is None or now.hash != head.hash:
        problem = f"block {head.number} was replaced while it was asked; the next sweep asks again"
        raise NodeUnavailable(client.url, problem)
    # While a node takes a block it may answer from it already, though it was asked for the one before.
    foreign = _foreign_batches(session, AnchorLog(client, here.contract), here, head.number)
    if not foreign:
        return
    raise ForeignBatchError(
        here.log_id,
        f"the chain holds {foreign} batches of {here.anchorer}, and the database does not know the "
        "newest of them; it seems to have been restored from an older backup",
    )


def _foreign_batches(session: Session, contract: AnchorLog, here: Instance, head: int) -> int:
    """Return how many batches the chain holds if the newest is none of ours, else 0; raises ContractGoneError."""
    try:
        written, first = contract.next(here.anchorer, head)
        if not written:
            return 0
        query = select(Batch).filter_by(log_id=here.log_id, sequence=written - 1)
        newest = session.scalars(query).one_or_none()
        known = None if newest is None else (newest.root, newest.first + newest.count)
        session.rollback()
        if known is None or known[1] != first:
            return written
        state = contract.anchor_of(here.anchorer, known[0], head)
    except (NoCode, UnexpectedAnswer) as error:
        raise ContractGoneError(here.log_id, str(error).rstrip(".")) from error
    return 0 if state is not None and state.sequence == written - 1 else written
