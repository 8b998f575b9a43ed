"""What is well and what is not: each part ok, degraded or down, and why, for anybody to read.

Nothing private is said here: no address of a server, no text, no key.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from redis import Redis
from redis.exceptions import RedisError

from webapp.chain_access import settings
from webapp.config import Settings
from webapp.outbox.chains import PUBLIC_REASONS
from webapp.outbox.models import ChainState
from webapp.status.readiness import NotReadyError, ready_snapshot
from webapp.status.service import read_state
from webapp.status.state import AnchoringState, EntryState, seconds_since

# How long an entry may wait for its anchor, beyond the time between batches, before people look.
LATE_SECONDS = 600.0
# A sweep is due every second or so; this many missed mean that nobody sweeps.
SWEEPS_MISSED = 30
REDIS_SECONDS = 1.0


class PartState(StrEnum):
    """How a part is."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True)
class Part:
    """How a part is; ``reason`` says why it is not ok, or what is worth knowing."""

    state: PartState
    reason: str | None = None


FINE = Part(PartState.OK)


@dataclass(frozen=True)
class Health:
    """How every part is, and the refusal if the instance is not ready to serve."""

    parts: Mapping[str, Part]
    refusal: NotReadyError | None = None

    @property
    def state(self) -> PartState:
        """The whole: down if it cannot serve, degraded if a part is not ok."""
        if self.refusal is not None:
            return PartState.DOWN
        well = all(part.state is PartState.OK for part in self.parts.values())
        return PartState.OK if well else PartState.DEGRADED


def read_health() -> Health:
    """Ask database and Redis, and judge what the database says of the rest."""
    here = settings()
    redis = redis_part(here.redis_url)
    try:
        with ready_snapshot() as connection:
            judged = judge(read_state(connection, here), here)
    except NotReadyError as refusal:
        return Health(_unready_parts(refusal, redis), refusal)
    return Health({"database": FINE, "redis": redis, **judged})


def _unready_parts(refusal: NotReadyError, redis: Part) -> dict[str, Part]:
    missing = Part(PartState.DOWN, refusal.reason)
    if refusal.part == "log":
        return {"database": FINE, "redis": redis, "log": missing}
    unknown = Part(PartState.DOWN, "Not known: the database cannot be read.")
    others = dict.fromkeys(("log", "chain", "nodes", "worker"), unknown)
    return {"database": missing, "redis": redis, **others}


def redis_part(url: str) -> Part:
    """Ask Redis; without it sign-ins are refused, and posting goes on."""
    if not url:
        return Part(PartState.OK, "None is configured; each process counts its own sign-in limits.")
    try:
        client = Redis.from_url(
            url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS
        )
        with closing(client):
            client.ping()
    except RedisError:
        return Part(PartState.DOWN, "It does not answer; sign-ins are refused, posting goes on.")
    return FINE


def judge(state: AnchoringState, here: Settings) -> dict[str, Part]:
    """Judge log, chain, nodes and worker by what the database says."""
    silence = max(60.0, SWEEPS_MISSED * here.sweep_interval)
    return {
        "log": _log(state, here),
        "chain": _chain(state, silence),
        "nodes": _nodes(state),
        "worker": _worker(state, silence),
    }


def _log(state: AnchoringState, here: Settings) -> Part:
    halted = state.counts.entries[EntryState.HALTED].count
    if halted:
        reason = f"{halted:,} entries are halted; run `troth doctor`."
        return Part(PartState.DEGRADED, reason)
    if state.unanchored_seconds > here.seal_seconds + LATE_SECONDS:
        waited = words(state.unanchored_seconds)
        return Part(PartState.DEGRADED, f"The oldest entry without an anchor waits for {waited}.")
    delayed = state.counts.entries[EntryState.DELAYED].count
    if delayed:  # it mends itself; the reason is for whoever wonders
        return Part(PartState.OK, f"{delayed:,} entries are delayed.")
    return FINE


def _chain(state: AnchoringState, silence: float) -> Part:
    chain = state.chain
    if chain.halted:
        return Part(PartState.DOWN, f"Halted: {PUBLIC_REASONS[ChainState(chain.state)]}")
    if chain.asked_at is None:
        return Part(PartState.DEGRADED, "Not known: no worker has asked the chain yet.")
    silent = seconds_since(chain.asked_at, state.now)
    if silent > silence:
        return Part(PartState.DOWN, f"It was last reached {words(silent)} ago.")
    if chain.state == ChainState.FOLLOWING:
        return FINE
    behind = "" if chain.lag is None else f", {chain.lag:,} blocks behind"
    return Part(PartState.DEGRADED, f"The indexer is {chain.state}{behind}.")


def _nodes(state: AnchoringState) -> Part:
    total = len(state.nodes)
    healthy = sum(node.state == "healthy" for node in state.nodes)
    if not total:
        return Part(PartState.DEGRADED, "Not known: no worker has looked at them yet.")
    if healthy == total:
        return FINE
    down = PartState.DEGRADED if healthy else PartState.DOWN
    return Part(down, f"{healthy} of {total} healthy.")


def _worker(state: AnchoringState, silence: float) -> Part:
    if state.worker_seen is None:
        return Part(PartState.DOWN, "None has run yet; start one.")
    silent = seconds_since(state.worker_seen, state.now)
    if silent > silence:
        return Part(PartState.DOWN, f"None was seen for {words(silent)}; start one.")
    return FINE


def words(seconds: float) -> str:
    """Return a length of time for people, in its two largest units."""
    length = timedelta(seconds=int(seconds))
    hours, rest = divmod(length.seconds, 3_600)
    minutes, left = divmod(rest, 60)
    parts = [(length.days, "d"), (hours, "h"), (minutes, "min"), (left, "s")]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    return " ".join(f"{number} {unit}" for number, unit in parts[:2])
