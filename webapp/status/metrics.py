"""The state as Prometheus metrics: read from the database at each scrape.

So any of the web processes gives the same answer, and none has to keep numbers of its own. Only the
``process_`` metrics are of the process that happens to answer.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from webapp.assets.content.status import ContentStatus
from webapp.chain_access import settings
from webapp.events.failures import DeliveryStatus
from webapp.outbox.models import ChainState
from webapp.status.readiness import NotReadyError, ready_snapshot
from webapp.status.service import read_state
from webapp.status.state import (
    AnchoringState,
    ChainStatus,
    EntryState,
    NodeStatus,
    Pile,
    SignerStatus,
    seconds_since,
)

NODE_STATES = ("healthy", "lagging", "down", "wrong")
BREAKER_STATES = ("closed", "open", "half_open")
ETHER = 10**18
Sample = tuple[tuple[str, ...], float | None]


def metrics_text() -> bytes:
    """Return all metrics in the text format; answers also while the database is away."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(_read())
    return generate_latest(registry)


def _read() -> "StateCollector":
    try:
        with ready_snapshot() as connection:
            return StateCollector(read_state(connection, settings()), database_up=True)
    except NotReadyError as refusal:
        return StateCollector(None, database_up=refusal.part != "database")


class StateCollector(Collector):
    """The state of anchoring as metric families; None while there is nothing to read."""

    def __init__(self, state: AnchoringState | None, *, database_up: bool) -> None:
        self.state, self.database_up = state, database_up

    def describe(self) -> Iterable[Metric]:
        """Name nothing beforehand: each registry holds one collector of these names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Give every metric; what is not known is left out."""
        yield _one(
            "database_up", "1 if the database answers at this release's revision", self.database_up
        )
        yield _one("ready", "1 if the instance can serve requests", self.state is not None)
        if self.state is None:
            return
        yield from _counts(self.state)
        yield from _chain(self.state.chain)
        yield from _progress(self.state)
        about = "Claims about people that wait, by what for"
        yield from _piles("claims", about, self.state.waiting_claims, self.state.now)
        yield from _signers(self.state.signers)
        yield from _nodes(self.state.nodes)
        if self.state.delivery is not None:
            yield from _delivery(self.state.delivery, self.state.now)
        if self.state.content is not None:
            yield from _content(self.state.content, self.state.now)


def _counts(state: AnchoringState) -> Iterator[Metric]:
    counts, now = state.counts, state.now
    yield from _piles("entries", "Entries by what people are told of them", counts.entries, now)
    yield from _piles("batches", "Batches by what people are told of them", counts.batches, now)
    about = "Owed transactions by state; final ones are not counted"
    yield from _piles("transactions", about, counts.transactions, now)
    about = (
        "Mints that this server pays for, by what their people are told; final ones are not counted"
    )
    yield from _piles("mints", about, counts.mints, now)
    about = "Seconds that the oldest entry without an anchor has waited; 0 if none waits"
    yield _one("oldest_unanchored_entry_age_seconds", about, state.unanchored_seconds)


def _piles(
    name: str, about: str, piles: Mapping[EntryState, Pile] | Mapping[str, Pile], now: datetime
) -> Iterator[Metric]:
    numbers: list[Sample] = [((str(state),), pile.count) for state, pile in piles.items()]
    yield _many(name, about, ("state",), numbers)
    ages: list[Sample] = [
        ((str(state),), pile.age(now) or 0.0) for state, pile in piles.items() if state != "final"
    ]
    about = f"Age of the oldest of the {name} in each state; 0 if there is none"
    yield _many(f"{name}_oldest_age_seconds", about, ("state",), ages)


def _chain(chain: ChainStatus) -> Iterator[Metric]:
    states = _one_of((), chain.state, tuple(ChainState))
    yield _many("chain_state", "1 for the state that the indexer is in", ("state",), states)
    yield _one("chain_head_block", "The node's newest block", chain.head)
    yield _one("chain_cursor_block", "The newest block that was read", chain.cursor)
    yield _one("chain_lag_blocks", "Blocks that the node has and that were not read", chain.lag)
    yield _one("chain_base_fee_wei", "Base fee per gas of the newest block", chain.base_fee)
    about = "When the chain last answered, in seconds since 1970"
    yield _one("chain_asked_timestamp_seconds", about, _time(chain.asked_at))


def _progress(state: AnchoringState) -> Iterator[Metric]:
    newest, fees = state.anchored, state.fees
    if newest is not None:
        yield _one("last_anchored_batch", "Sequence of the newest anchored batch", newest.batch)
        yield _one("last_anchored_block", "Block of the newest anchored batch", newest.block)
        about = "Time of that block, in seconds since 1970"
        yield _one("last_anchored_block_timestamp_seconds", about, newest.block_time)
    yield _one("fee_cap_wei", "Highest fee per gas that is ever offered", fees.cap)
    yield _one("attempt_max_fee_wei", "Most that the newest attempt offers per gas", fees.max_fee)
    about = "Priority fee per gas of the newest attempt"
    yield _one("attempt_priority_fee_wei", about, fees.priority_fee)
    held: list[Sample] = [((claim.job,), claim.held) for claim in state.claims]
    yield _many("claim_held", "1 while a worker does the recurring job", ("job",), held)
    corrected: list[Sample] = [((one.kind,), one.corrected) for one in state.recounts]
    about = "Rows of counts that had drifted and were corrected, ever"
    yield _many("counts_corrected", about, ("kind",), corrected)
    compared: list[Sample] = [((one.kind,), _time(one.finished_at)) for one in state.recounts]
    about = "When all counts were last compared with their rows, in seconds since 1970"
    yield _many("counts_compared_timestamp_seconds", about, ("kind",), compared)
    about = "When a worker was last seen, in seconds since 1970"
    yield _one("worker_seen_timestamp_seconds", about, _time(state.worker_seen))


def _signers(signers: tuple[SignerStatus, ...]) -> Iterator[Metric]:
    def each(name: str, about: str, values: Iterable[float | None]) -> Metric:
        samples = [
            ((signer.address, signer.role), value)
            for signer, value in zip(signers, values, strict=True)
        ]
        return _many(name, about, ("signer", "role"), samples)

    about = "Nonces that were reserved and that the chain has not used yet"
    yield each("signer_nonce_gap", about, [one.gap for one in signers])
    yield each("signer_balance_wei", "Balance in wei", [one.balance for one in signers])
    ether = [None if one.balance is None else one.balance / ETHER for one in signers]
    yield each("signer_balance_ether", "Balance in ether", ether)
    about = "When the chain was last asked for nonce and balance, in seconds since 1970"
    yield each(
        "signer_checked_timestamp_seconds", about, [_time(one.checked_at) for one in signers]
    )


def _nodes(nodes: tuple[NodeStatus, ...]) -> Iterator[Metric]:
    states, breakers, heads, latencies, times = (list[Sample]() for _ in range(5))
    for node in nodes:
        name = (node.name,)
        states += _one_of(name, node.state, NODE_STATES)
        breakers += _one_of(name, node.breaker, BREAKER_STATES)
        heads.append((name, node.head))
        latencies.append((name, None if node.latency_ms is None else node.latency_ms / 1_000))
        times.append((name, _time(node.checked_at)))
    yield _many("node_state", "1 for the state that a node is in", ("node", "state"), states)
    about = "1 for the state that a node's circuit breaker is in"
    yield _many("node_breaker", about, ("node", "state"), breakers)
    yield _many("node_head_block", "A node's newest block", ("node",), heads)
    yield _many("node_latency_seconds", "Time of a node's last answer", ("node",), latencies)
    about = "When a node was last looked at, in seconds since 1970"
    yield _many("node_checked_timestamp_seconds", about, ("node",), times)


def _delivery(delivery: DeliveryStatus, now: datetime) -> Iterator[Metric]:
    about = "Events that feeds, notifications and webhooks do not have yet"
    yield _one("events_owed", about, delivery.owed)
    age = 0.0 if delivery.oldest is None else seconds_since(delivery.oldest, now)
    yield _one("events_owed_oldest_age_seconds", "Age of the oldest of them; 0 if none", age)
    about = "Events on which a consumer failed and that it is given again"
    yield _one("events_failing", about, delivery.failing)
    yield _one("events_parked", "Events that were given up for a consumer", delivery.parked)


def _content(content: ContentStatus, now: datetime) -> Iterator[Metric]:
    pins = content.pins
    yield _one(
        "content_pins_waiting", "Contents that the IPFS node is still to be asked of", pins.waiting
    )
    yield _one(
        "content_pins_failed", "Contents that the IPFS node refused or misnamed", pins.failed
    )
    age = 0.0 if pins.oldest is None else seconds_since(pins.oldest, now)
    yield _one("content_pins_oldest_age_seconds", "Age of the oldest of both; 0 if none", age)
    yield _one("content_damaged", "Contents whose bytes the disk has lost", content.damaged)


def _one_of(labels: tuple[str, ...], actual: str, known: tuple[str, ...]) -> list[Sample]:
    """Return 1 for the actual state and 0 for all others that are known."""
    states = dict.fromkeys((*known, actual))
    return [((*labels, str(state)), float(state == actual)) for state in states]


def _many(name: str, about: str, labels: tuple[str, ...], samples: Iterable[Sample]) -> Metric:
    family = GaugeMetricFamily(f"troth_{name}", about, labels=labels)
    for values, value in samples:
        if value is not None:
            family.add_metric(values, float(value))
    return family


def _one(name: str, about: str, value: float | None) -> Metric:
    return _many(name, about, (), [((), value)])


def _time(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
