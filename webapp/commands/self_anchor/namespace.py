"""An author's own namespace in AnchorLog: the place that a record has there, or would get.

Its counters are its own (protocol, section 5), so the entry that is anchored has another position, sequence
and previous leaf than the one that the server sealed, and the same record, content and signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chain import wire
from chain.client import ChainClient
from chain.contracts import ANCHORED_TOPIC, Anchored, AnchorLog, decode_anchored
from chain.errors import RpcRefused
from chain.proofs.entries import ZERO_WORD, Entry
from webapp.commands.self_anchor.errors import SelfAnchorError


@dataclass(frozen=True)
class Place:
    """An entry with the counters of its author's namespace; ``event`` is None until it is anchored."""

    entry: Entry
    event: Anchored | None = None


def find_place(client: ChainClient, contract: str, entry: Entry, from_block: int) -> Place:
    """Return where an entry is in its author's namespace, or the next place there.

    Raises SelfAnchorError where the namespace is no author's own, and what ChainClient raises.
    """
    sequence, first = AnchorLog(client, contract).next(entry.author)
    events = _events(client, contract, entry.author, from_block) if sequence else []
    if [event.sequence for event in events] != list(range(sequence)):
        raise SelfAnchorError(
            f"The node does not give all {sequence} batches of {entry.author}; ask another node, "
            "or begin earlier with --from-block."
        )
    return _place(entry, events, first)


def _place(entry: Entry, events: Sequence[Anchored], first: int) -> Place:
    previous = ZERO_WORD
    for event in events:
        if event.count != 1:
            raise SelfAnchorError(
                f"{entry.author} has anchored a batch of {event.count} entries: it writes a log, "
                "and a record put into it would break that log."
            )
        placed = _at(entry, event.first, event.sequence, previous)
        if placed.leaf() == event.root:
            return Place(placed, event)
        previous = event.root
    return Place(_at(entry, first, len(events), previous))


def _at(entry: Entry, position: int, sequence: int, previous: bytes) -> Entry:
    return replace(entry, position=position, sequence=sequence, previous=previous)


def _events(client: ChainClient, contract: str, author: str, from_block: int) -> list[Anchored]:
    topics = ["0x" + ANCHORED_TOPIC.hex(), "0x" + "00" * 12 + author[2:]]
    query = {
        "address": contract,
        "topics": topics,
        "fromBlock": hex(from_block),
        "toBlock": "latest",
    }
    try:
        found = client.request("eth_getLogs", [query])
        events = [decode_anchored(wire.log(one)) for one in found]
    except RpcRefused as error:
        raise SelfAnchorError(
            f"The node does not list the batches of {author} ({error}). Give --from-block with a "
            "block shortly before the first of them, or ask another node."
        ) from error
    except (TypeError, ValueError) as error:
        raise SelfAnchorError(f"The node's list of events is malformed: {error}.") from error
    return sorted(events, key=lambda event: event.sequence)
