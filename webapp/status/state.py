"""The state of anchoring at one moment, as plain values. None means: not known."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from webapp.assets.content.status import ContentStatus
from webapp.events.failures import DeliveryStatus
from webapp.outbox.models import ChainState

HALTED_CHAINS = frozenset({ChainState.HALTED_DEEP, ChainState.HALTED_INSTANCE})


class EntryState(StrEnum):
    """The states that people are told; a batch has all but the first."""

    SAVED = "saved"
    SEALED = "sealed"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    DELAYED = "delayed"
    HALTED = "halted"


@dataclass(frozen=True)
class Pile:
    """How many are in one state, and since when the oldest of them has been there or has existed."""

    count: int = 0
    oldest: datetime | None = None

    def __add__(self, other: "Pile") -> "Pile":
        return Pile(self.count + other.count, earliest((self.oldest, other.oldest)))

    def age(self, now: datetime) -> float | None:
        """Return the seconds that the oldest waits, None if there is none."""
        return None if self.oldest is None else seconds_since(self.oldest, now)


@dataclass(frozen=True)
class Counts:
    """Entries, batches, open transactions, and mints that this server pays for, by state.

    The oldest entry counts from when it was accepted, a batch from when it was sealed, a
    transaction from when it was owed. ``unanchored_since`` is when the oldest entry was accepted
    that no canonical event covers.
    """

    entries: dict[EntryState, Pile]
    batches: dict[EntryState, Pile]
    transactions: dict[str, Pile]
    unanchored_since: datetime | None
    mints: dict[str, Pile] = field(default_factory=dict)


@dataclass(frozen=True)
class Trouble:
    """A transaction that waits for something or was given up, with the words that people are told."""

    transaction: int
    batch: int | None
    state: str
    reason: str | None
    since: datetime


@dataclass(frozen=True)
class LogState:
    """The log that accepts records."""

    id: int
    chain_id: int
    contract: str
    anchorer: str
    batches: int


@dataclass(frozen=True)
class ChainStatus:
    """The chain of the open log: ``head`` is the node's newest block, ``cursor`` the newest read.

    ``base_fee`` is in wei per gas.
    """

    state: str
    reason: str | None
    since: datetime | None
    head: int | None
    cursor: int | None
    base_fee: int | None
    asked_at: datetime | None

    @property
    def halted(self) -> bool:
        """Whether nothing is sent on it until an operator has looked."""
        return self.state in HALTED_CHAINS

    @property
    def lag(self) -> int | None:
        """Blocks that the node has and we have not read."""
        if self.head is None or self.cursor is None:
            return None
        return max(0, self.head - self.cursor)


@dataclass(frozen=True)
class Anchored:
    """The newest batch that a canonical event anchors; ``block_time`` in seconds since 1970."""

    batch: int
    block: int
    block_time: int
    final: bool


@dataclass(frozen=True)
class SignerStatus:
    """An address that we send from: ``nonce`` and ``balance`` (wei) as the chain last said.

    ``nonce`` is higher where a transaction was found in a block since; ``highest`` is the highest of ours that was reserved.
    """

    address: str
    role: str
    nonce: int | None
    highest: int | None
    balance: int | None
    checked_at: datetime | None

    @property
    def gap(self) -> int | None:
        """Nonces that are ours and that the chain has not used yet."""
        if self.nonce is None:
            return None
        return 0 if self.highest is None else max(0, self.highest + 1 - self.nonce)


@dataclass(frozen=True)
class NodeStatus:
    """A node as the worker last found it."""

    name: str
    state: str
    breaker: str
    head: int | None
    latency_ms: int | None
    problem: str | None
    checked_at: datetime


@dataclass(frozen=True)
class ClaimStatus:
    """A recurring job, whether somebody does it right now, and when its holder was last there."""

    job: str
    held: bool
    seen: datetime | None


@dataclass(frozen=True)
class RecountStatus:
    """How many counts of accounts or posts had drifted and were corrected; when all were last compared."""

    kind: str
    corrected: int
    finished_at: datetime | None


@dataclass(frozen=True)
class Fees:
    """The newest attempt's offer and the highest fee that is ever offered, in wei per gas."""

    cap: int
    max_fee: int | None = None
    priority_fee: int | None = None


@dataclass(frozen=True)
class AnchoringState:
    """Everything that is known of anchoring, and of events under way, at ``now``."""

    now: datetime
    log: LogState
    counts: Counts
    chain: ChainStatus
    anchored: Anchored | None
    fees: Fees
    troubles: tuple[Trouble, ...] = ()
    signers: tuple[SignerStatus, ...] = ()
    nodes: tuple[NodeStatus, ...] = ()
    claims: tuple[ClaimStatus, ...] = ()
    recounts: tuple[RecountStatus, ...] = ()
    worker_seen: datetime | None = field(default=None)
    delivery: DeliveryStatus | None = None
    content: ContentStatus | None = None
    waiting_claims: dict[str, Pile] = field(default_factory=dict)

    @property
    def unanchored_seconds(self) -> float:
        """How long the oldest entry without an anchor has waited; 0 if none waits."""
        since = self.counts.unanchored_since
        return 0.0 if since is None else seconds_since(since, self.now)


def seconds_since(moment: datetime, now: datetime) -> float:
    """Return the seconds from a moment to now, 0 for one that another clock puts in the future."""
    return max(0.0, (now - moment) / timedelta(seconds=1))


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest of the moments that are known."""
    return min((one for one in moments if one is not None), default=None)
