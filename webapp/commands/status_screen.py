"""The screen of `troth status`: compact, aligned, the same lines in the same places."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from webapp.commands.clean import clean
from webapp.status.health import Part, PartState, words
from webapp.status.state import AnchoringState, EntryState, Pile, SignerStatus, seconds_since

ETHER, GWEI = 10**18, 10**9
UNKNOWN = "unknown"
LABEL = 10  # columns


def screen(state: AnchoringState, parts: Mapping[str, Part]) -> str:
    """Return the whole screen as text."""
    lines = [
        *_labelled("log", [f"{state.log.contract} on chain {state.log.chain_id}"]),
        "",
        *_waiting(state),
        "",
        *_labelled("chain", _chain(state)),
        *_labelled("fees", [_fees(state)]),
        *_labelled("last", [_last(state)]),
        "",
        *_labelled("signers", _table([_signer(one) for one in state.signers])),
        *_labelled("nodes", _nodes(state)),
        *_labelled("worker", [_worker(state)]),
        *_labelled("content", [_content(state)]),
        "",
        *_judgement(state, parts),
    ]
    return "\n".join(clean(line) for line in lines)


def _labelled(label: str, lines: Sequence[str]) -> list[str]:
    """Put a label before the first line and indent the others as far."""
    return [f"{label if not row else '':<{LABEL}}{line}" for row, line in enumerate(lines)]


def _table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """Align columns; those in ``right`` to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _waiting(state: AnchoringState) -> list[str]:
    counts, now = state.counts, state.now
    rows = [["", "entries", "oldest", "batches"]]
    for name in EntryState:
        pile = counts.entries[name]
        batches = "" if name is EntryState.SAVED else f"{counts.batches[name].count:,}"
        rows.append([name, f"{pile.count:,}", _age(pile, now), batches])
    lines = _table(rows, right=frozenset({1, 2, 3}))
    owed = [
        f"{name} {pile.count:,} ({_age(pile, now)})"
        for name, pile in counts.transactions.items()
        if pile.count
    ]
    return [
        *lines,
        "",
        *_labelled("owed", [", ".join(owed) or "nothing"]),
        *_piles("mints", counts.mints, now),
        *_piles("claims", state.waiting_claims, now),
    ]


def _piles(label: str, piles: Mapping[str, Pile], now: datetime) -> list[str]:
    """Say what waits in which state; nothing where nothing does."""
    found = [
        f"{name} {pile.count:,} ({_age(pile, now)})" for name, pile in piles.items() if pile.count
    ]
    return _labelled(label, [", ".join(found)]) if found else []


def _age(pile: Pile, now: datetime) -> str:
    age = pile.age(now)
    return "" if age is None else words(age)


def _chain(state: AnchoringState) -> list[str]:
    chain, now = state.chain, state.now
    since = "" if chain.since is None else f" for {_ago(chain.since, now)}"
    lag = UNKNOWN if chain.lag is None else f"{chain.lag:,}"
    asked = "never asked"
    if chain.asked_at is not None:
        asked = f"asked {_ago(chain.asked_at, now)} ago"
    where = f"head {_number(chain.head)}, read to {_number(chain.cursor)}, behind {lag}; {asked}"
    lines = [f"{chain.state}{since}", where]
    return [*lines, chain.reason] if chain.reason else lines


def _fees(state: AnchoringState) -> str:
    fees = state.fees
    base, offer, cap = map(_gwei, (state.chain.base_fee, fees.max_fee, fees.cap))
    return f"base {base}, newest offer {offer}, cap {cap}"


def _last(state: AnchoringState) -> str:
    newest = state.anchored
    if newest is None:
        return "nothing is anchored yet"
    ago = words(max(0.0, state.now.timestamp() - newest.block_time))
    final = "final" if newest.final else "not final yet"
    return f"batch {newest.batch:,} in block {newest.block:,}, {ago} ago, {final}"


def _signer(one: SignerStatus) -> list[str]:
    balance = UNKNOWN if one.balance is None else f"{one.balance / ETHER:,.4f} ether"
    nonce = f"nonce {_number(one.nonce)}, {_number(one.gap)} under way"
    return [one.role, one.address, balance, nonce]


def _nodes(state: AnchoringState) -> list[str]:
    if not state.nodes:
        return [UNKNOWN]
    rows = [
        [
            node.name,
            node.state,
            f"breaker {node.breaker}",
            f"head {_number(node.head)}",
            UNKNOWN if node.latency_ms is None else f"{node.latency_ms:,} ms",
            node.problem or "",
        ]
        for node in state.nodes
    ]
    return _table(rows)


def _worker(state: AnchoringState) -> str:
    if state.worker_seen is None:
        return "never seen"
    held = [claim.job for claim in state.claims if claim.held]
    doing = f", does {', '.join(held)}" if held else ""
    return f"seen {_ago(state.worker_seen, state.now)} ago{doing}"


def _content(state: AnchoringState) -> str:
    content = state.content
    if content is None:
        return UNKNOWN
    pins, words_ = content.pins, []
    if pins.waiting + pins.failed:
        since = "" if pins.oldest is None else f" for {_ago(pins.oldest, state.now)}"
        words_.append(
            f"{pins.waiting:,} pins wait, {pins.failed:,} failed{since} ({pins.problem or 'not tried yet'})"
        )
    if content.damaged:
        words_.append(f"{content.damaged:,} damaged")
    return "; ".join(words_) or "nothing waits"


def _judgement(state: AnchoringState, parts: Mapping[str, Part]) -> list[str]:
    lines = [
        f"{name} is {part.state}: {part.reason}"
        for name, part in parts.items()
        if part.state is not PartState.OK
    ]
    for one in state.troubles:
        what = f"transaction {one.transaction}"
        if one.batch is not None:
            what = f"batch {one.batch}, {what}"
        why = f": {one.reason}" if one.reason else ""
        lines.append(f"{what} is {one.state} for {_ago(one.since, state.now)}{why}")
    return lines or ["All is well."]


def _ago(moment: datetime, now: datetime) -> str:
    return words(seconds_since(moment, now))


def _number(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def _gwei(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value / GWEI:,.2f} gwei"
