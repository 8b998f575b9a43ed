"""The registries' past: events older than the block from which on they are followed.

They are read by ranges of blocks that are final, each with the row that says how far in one commit, for a short
while after each run of the follower, so that new blocks never wait for old ones.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select

from chain import wire
from chain.client import ChainClient
from chain.errors import RpcRefused, StateUnavailable
from webapp.database import locked, writing
from webapp.extensions import db
from webapp.outbox.models import Chain, Registry
from workers.indexing.registry import RegistrySource
from workers.indexing.sources import BadEventsError

# Many public nodes answer for at most a thousand blocks at once.
BLOCKS_PER_RANGE = 1_000
SECONDS = 2.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Range:
    """Blocks from ``first`` to ``last``, both in it, of a registry that was read up to ``read_to``."""

    first: int
    last: int
    read_to: int


def read_past(client: ChainClient, sources: Sequence[RegistrySource]) -> int:
    """Read on in each registry's past for a short while; return how many ranges were read.

    Needs the claim on indexing the chain. Raises NodeUnavailable, RpcRefused and BadEventsError; what was read
    stays.
    """
    deadline, done = time.monotonic() + SECONDS, 0
    for source in sources:
        size = BLOCKS_PER_RANGE
        while time.monotonic() < deadline and (due := _due(source, size)) is not None:
            try:
                found = _read(client, source, due)
            except RpcRefused as error:
                if size == 1 or isinstance(error, StateUnavailable):
                    raise
                size //= 2  # too many blocks or too many events for this node
                continue
            if not _write(source, due, found):
                break
            done += 1
    return done


def _due(source: RegistrySource, size: int) -> Range | None:
    """Return the next range that is final and was not read, None if there is none."""
    session = db.session()
    registry = session.get_one(Registry, (source.chain_ref, source.kind))
    final = session.scalar(select(Chain.final_to).filter_by(id=source.chain_ref))
    first = max(registry.read_to + 1, registry.first_block)
    last = min(registry.until, -1 if final is None else final, first + size - 1)
    found = Range(first, last, registry.read_to)
    session.rollback()
    return found if first <= last else None


def _read(
    client: ChainClient, source: RegistrySource, due: Range
) -> list[tuple[wire.Block, list[Any]]]:
    """Return the blocks of a range that hold events, with these; a node that lacks the end is not asked."""
    client.reached_block(due.last)
    by_block: dict[int, list[wire.Log]] = defaultdict(list)
    for one in client.logs_between(source.contract, source.topics, due.first, due.last):
        if one.address == source.contract:
            by_block[one.block_number].append(one)
    found = []
    for number in sorted(by_block):
        block, events = client.reached_block(number), by_block[number]
        held = set(block.transactions)
        places = {one.log_index for one in events}
        sound = all(one.block_hash == block.hash for one in events)
        sound = sound and all(one.transaction_hash in held for one in events)
        if not sound or len(places) != len(events):
            problem = f"its events of block {number} do not fit that block"
            raise BadEventsError(client.url, problem)
        ordered = sorted(events, key=lambda one: one.log_index)
        try:
            found.append((block, [source.decode(one) for one in ordered]))
        except ValueError as error:
            raise BadEventsError(client.url, f"an event of block {number}: {error}") from error
    return found


def _write(source: RegistrySource, due: Range, found: list[tuple[wire.Block, list[Any]]]) -> bool:
    """Store what a range held and that it was read; False where somebody else did, or blocks were dropped."""
    with writing() as session:
        session.scalars(locked(session, select(Chain).filter_by(id=source.chain_ref))).one()
        registry = session.get_one(Registry, (source.chain_ref, source.kind))
        if registry.read_to != due.read_to or registry.until < due.last:
            return False
        for block, events in found:
            source.apply(session, block, events, final=True)
        registry.read_to = due.last
    log.info("indexing.past", registry=source.kind, to=due.last, blocks_with_events=len(found))
    return True
