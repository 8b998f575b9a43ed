"""Reading one block's events from a node, with a lie of the node taken for what it is."""

from typing import Any

import structlog

from chain import wire
from chain.client import ChainClient
from webapp.extensions import db
from workers.indexing.sources import BadEventsError, Source, Topics

log = structlog.get_logger(__name__)


def read_events(client: ChainClient, source: Source, block: wire.Block) -> list[Any]:
    """Return a block's events of one source, in their order.

    Asked for by the block's hash, so that a node without the block says so. Raises BadEventsError for an
    answer that cannot be true, StateUnavailable where the node lacks the block, NodeUnavailable.
    """
    if not block.transactions:
        return []
    found = client.logs(source.contract, source.topics, block.hash)
    ours = [one for one in found if _is_asked_for(source, one)]
    if len(ours) != len(found):
        log.warning("indexing.foreign_events", block=block.number, ignored=len(found) - len(ours))
    _check_places(client, block, ours)
    _check_complete(client, source, block, ours)
    try:
        return [source.decode(one) for one in sorted(ours, key=lambda one: one.log_index)]
    except ValueError as error:
        raise BadEventsError(client.url, f"an event of block {block.number}: {error}") from error


def _is_asked_for(source: Source, one: wire.Log) -> bool:
    return one.address == source.contract and _match(source.topics, one.topics)


def _match(wanted: Topics, given: tuple[bytes, ...]) -> bool:
    if len(given) < len(wanted):
        return False
    return all(want in (None, topic) for want, topic in zip(wanted, given, strict=False))


def _check_places(client: ChainClient, block: wire.Block, events: list[wire.Log]) -> None:
    """Check that each event has a place of its own and is of a transaction of the block."""
    held = set(block.transactions)
    for one in events:
        if one.block_number != block.number or one.transaction_hash not in held:
            problem = f"an event of block {block.number} is of no transaction of that block"
            raise BadEventsError(client.url, problem)
    if len({one.log_index for one in events}) != len(events):
        raise BadEventsError(client.url, f"it gives events of block {block.number} twice")


def _check_complete(
    client: ChainClient, source: Source, block: wire.Block, events: list[wire.Log]
) -> None:
    """Check that no event of a transaction of ours is missing: some nodes answer "none" for "not yet".

    A transaction that reverted emitted none, nor did one that was mined while there was no contract.
    """
    expected = source.expected(db.session()) & set(block.transactions)
    db.session.rollback()
    for missing in expected - {one.transaction_hash for one in events}:
        receipt = client.receipt(missing)
        if receipt is None or receipt.block_hash != block.hash or receipt.events:
            problem = f"block {block.number} holds our transaction 0x{missing.hex()}, and its event is missing"
            raise BadEventsError(client.url, problem)
