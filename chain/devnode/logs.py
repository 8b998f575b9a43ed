"""Finding logs: eth_getLogs and what the installed filters share with it."""

from dataclasses import dataclass
from typing import Any

from chain.devnode.encode import log_json
from chain.devnode.errors import InvalidParams, Refused
from chain.devnode.ledger import Ledger
from chain.devnode.params import BlockRef, address, arguments, block_ref, word
from chain.devnode.queries import Handler
from chain.devnode.store import LogRow

MAX_LOGS = 50_000
MAX_ALTERNATIVES = 1_000
MAX_TOPICS = 4

Topics = tuple[frozenset[bytes], ...]


@dataclass(frozen=True)
class LogFilter:
    """Which logs are wanted; an empty set of addresses, or of topics at a position, means any."""

    addresses: frozenset[bytes]
    topics: Topics
    first: BlockRef
    last: BlockRef
    block_hash: bytes | None = None

    def matches(self, row: LogRow) -> bool:
        """Return whether the log's topics fit; its address and block are chosen by the store."""
        if len(row.topics) < 32 * len(self.topics):
            return False
        return all(
            not wanted or row.topics[32 * at : 32 * at + 32] in wanted
            for at, wanted in enumerate(self.topics)
        )


def read_filter(value: Any) -> LogFilter:
    """Read a filter object (execution-apis, eth_getLogs); absent bounds mean the latest block."""
    if not isinstance(value, dict):
        raise InvalidParams(f"the filter must be an object: {value!r}")
    block_hash = value.get("blockHash")
    if block_hash is not None:
        if value.get("fromBlock") is not None or value.get("toBlock") is not None:
            raise InvalidParams(
                "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other"
            )
        block_hash = word(block_hash, "blockHash")
    return LogFilter(
        addresses=_addresses(value.get("address")),
        topics=_topics(value.get("topics")),
        first=block_ref(value.get("fromBlock")),
        last=block_ref(value.get("toBlock")),
        block_hash=block_hash,
    )


def _addresses(value: Any) -> frozenset[bytes]:
    items = value if isinstance(value, list) else [] if value is None else [value]
    if len(items) > MAX_ALTERNATIVES:
        raise InvalidParams(f"exceed max addresses: {len(items)}, limit {MAX_ALTERNATIVES}")
    return frozenset(address(item) for item in items)


def _topics(value: Any) -> Topics:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_TOPICS:
        raise InvalidParams(f"topics must be a list of at most {MAX_TOPICS} positions: {value!r}")
    return tuple(_alternatives(item) for item in value)


def _alternatives(value: Any) -> frozenset[bytes]:
    items = value if isinstance(value, list) else [value]
    if len(items) > MAX_ALTERNATIVES:
        raise InvalidParams(f"exceed max topics: {len(items)}, limit {MAX_ALTERNATIVES}")
    # null stands for any topic, also among alternatives.
    if any(item is None for item in items):
        return frozenset()
    return frozenset(word(item, "topic") for item in items)


def find_logs(ledger: Ledger, wanted: LogFilter) -> list[dict[str, Any]]:
    """Return the logs that fit, in order of block and position."""
    if wanted.block_hash is not None:
        header = ledger.header(BlockRef(hash=wanted.block_hash))
        if header is None:
            raise Refused("unknown block")
        return logs_between(ledger, wanted, header.block_number, header.block_number)
    head = ledger.head().block_number
    first, last = number_of(wanted.first, head), number_of(wanted.last, head)
    if first > last:
        raise InvalidParams(
            f"invalid block range params: fromBlock {first} is above toBlock {last}"
        )
    return logs_between(ledger, wanted, first, min(last, head))


def number_of(ref: BlockRef, head: int) -> int:
    """Return the number that a bound of a range means."""
    if ref.hash is not None:
        raise InvalidParams("fromBlock and toBlock are numbers or tags; name a hash as blockHash")
    if ref.number is not None:
        return ref.number
    return 0 if ref.tag == "earliest" else head


def logs_between(ledger: Ledger, wanted: LogFilter, first: int, last: int) -> list[dict[str, Any]]:
    """Return the logs of blocks `first` to `last` that fit the filter's addresses and topics."""
    rows = ledger.store.logs(first, last, wanted.addresses, MAX_LOGS + 1)
    if len(rows) > MAX_LOGS:
        raise Refused(f"query covers more than {MAX_LOGS} logs; ask for a shorter range of blocks")
    return [log_json(row) for row in rows if wanted.matches(row)]


def _get_logs(ledger: Ledger, params: list[Any]) -> list[dict[str, Any]]:
    (wanted,) = arguments(params, 1)
    return find_logs(ledger, read_filter(wanted))


METHODS: dict[str, Handler] = {"eth_getLogs": _get_logs}
