"""Whether all that was accepted is in the log once and final, by the rows, by the chain, and by our own commands."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import requests
from flask import Flask
from sqlalchemy import func, select

from bench.endure.people import Accepted
from bench.endure.stage import Stage
from chain.contracts import ANCHORED_TOPIC, Anchored, decode_anchored
from chain.deployments import Deployment
from chain.wire import log as read_log
from tests.support.stack import run_troth
from webapp.extensions import db
from webapp.log.models import Anchor, Batch, Entry
from webapp.outbox.models import Attempt, AttemptKind, Chain, ChainState, Transaction
from webapp.outbox.models import TransactionState as State

MOST_TOLD = 3


@dataclass
class Truth:
    """What was found wrong, and the figures that were read on the way."""

    problems: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)

    def check(self, holds: bool, problem: str) -> None:
        """Note a problem unless something holds."""
        if not holds:
            self.problems.append(problem)


def open_work(app: Flask) -> str:
    """Say what still waits, empty when all is final."""
    with app.app_context():
        session = db.session()
        unsealed = session.scalar(select(func.count(Entry.id)).where(Entry.batch_id.is_(None)))
        same = (Anchor.log_id == Batch.log_id, Anchor.root == Batch.root)
        final = select(Anchor.root).where(*same, Anchor.final_at.is_not(None)).exists()
        batches = session.scalar(select(func.count(Batch.id)).where(~final))
        query = select(Transaction.state, func.count()).group_by(Transaction.state)
        states = {state: count for state, count in session.execute(query) if state != State.FINAL}
        session.rollback()
        db.session.remove()
    parts = [f"{unsealed} entries to be sealed"] if unsealed else []
    parts += [f"{batches} batches to be final"] if batches else []
    parts += [f"transactions {dict(states)}"] if states else []
    return ", ".join(parts)


def ailing(stage: Stage) -> str:
    """Say what `GET /health` finds not to be well, empty when all is."""
    answer = requests.get(f"{stage.base}/health", timeout=30)
    parts: dict[str, Any] = answer.json()["parts"]
    found = [f"{name}: {one['reason']}" for name, one in parts.items() if one["state"] != "ok"]
    return "; ".join(found)


def find_truth(stage: Stage, accepted: Accepted) -> Truth:
    """Check everything; nothing may be under way any more."""
    truth = Truth()
    with stage.app.app_context():
        _check_entries(truth, accepted)
        _check_transactions(truth, stage)
        _check_anchors(truth, stage)
        db.session.remove()
    _check_command(truth, stage, "audit", "audit", "--json")
    _check_command(truth, stage, "monitor", *_monitor(stage))
    return truth


def _check_entries(truth: Truth, accepted: Accepted) -> None:
    rows = db.session.execute(
        select(Entry.content, Entry.batch_id, Entry.position, Entry.sequence, Entry.author)
    ).all()
    found = Counter("0x" + row.content.hex() for row in rows)
    lost = accepted.contents - set(found)
    foreign = set(found) - accepted.contents
    twice = [content for content, count in found.items() if count > 1]
    truth.check(not lost, f"{len(lost)} accepted records are lost: {_some(lost)}")
    truth.check(not foreign, f"{len(foreign)} entries were never accepted: {_some(foreign)}")
    truth.check(not twice, f"{len(twice)} records are in the log twice: {_some(twice)}")
    positions = sorted(row.position for row in rows if row.position is not None)
    truth.check(positions == list(range(len(rows))), "the log's positions are not 0, 1, 2 ...")
    unsealed = [row for row in rows if row.batch_id is None]
    truth.check(not unsealed, f"{len(unsealed)} entries are in no batch")
    by_author: dict[str, list[int]] = {}
    for row in rows:
        by_author.setdefault(row.author, []).append(-1 if row.sequence is None else row.sequence)
    for author, numbers in by_author.items():
        truth.check(sorted(numbers) == list(range(len(numbers))), f"{author} has gaps: {numbers}")
    truth.figures["entries in the log"] = len(rows)


def _check_transactions(truth: Truth, stage: Stage) -> None:
    """Nonces dense and all used, nothing sent that was not saved, nothing that waits or is halted."""
    anchorer = stage.deployment.anchorer
    rows = db.session.scalars(select(Transaction).where(Transaction.signer == anchorer)).all()
    counted = stage.chain.nonce(anchorer)
    nonces = sorted(row.nonce for row in rows if row.nonce is not None)
    truth.check(nonces == list(range(counted)), f"of {counted} nonces, rows have {nonces}")
    pending = stage.chain.nonce(anchorer, "pending")
    truth.check(pending == counted, f"{pending - counted} transactions are left in the pool")
    for row in rows:
        truth.check(row.state == State.FINAL, f"transaction {row.id} is {row.state}: {row.reason}")
    attempts = db.session.scalars(select(Attempt)).all()
    saved = {one.hash for one in attempts}
    sent = set().union(*(proxy.sent for proxy in stage.proxies))
    unsaved = sent - saved
    truth.check(not unsaved, f"{len(unsaved)} transactions were sent and never saved")
    cap = stage.app.config["TROTH"].fee_cap_gwei * 10**9
    truth.check(all(one.max_fee <= cap for one in attempts), "an attempt's fee is above the cap")
    used = len({one.transaction_id for one in attempts})
    noops = sum(one.kind == AttemptKind.NOOP for one in attempts)
    truth.figures |= {
        "transactions of the anchorer on the chain": counted,
        "attempts": len(attempts),
        "attempts that raised fees or replaced": len(attempts) - used,
        "attempts to use a nonce up": noops,
        "nonces that were used up without their call": sum(row.to == anchorer for row in rows),
        "attempts that reached the node": len(sent & saved),
    }
    state = db.session.scalars(select(Chain.state)).all()
    truth.check(state == [ChainState.FOLLOWING], f"the chain's state is {state}")


def _check_anchors(truth: Truth, stage: Stage) -> None:
    """One event for each batch on the canonical chain, and no other."""
    events = anchored_events(stage)
    batches = db.session.scalars(select(Batch).order_by(Batch.sequence)).all()
    held = [(one.sequence, one.root, one.first, one.count) for one in events]
    sealed = [(one.sequence, one.root, one.first, one.count) for one in batches]
    truth.check(sorted(held) == sealed, f"{len(held)} events for {len(sealed)} batches, or others")
    anchors = {one.root: one for one in db.session.scalars(select(Anchor))}
    truth.check(len(anchors) == len(batches), f"{len(anchors)} anchors, {len(batches)} batches")
    for event in events:
        anchor = anchors.get(event.root)
        place = None if anchor is None else (anchor.block_hash, anchor.transaction_hash)
        known = place == (event.block_hash, event.transaction_hash)
        truth.check(known, f"batch {event.sequence} is indexed in another place than it is")
        final = anchor is not None and anchor.final_at is not None
        truth.check(final, f"batch {event.sequence} is not final")
    truth.figures["batches"] = len(batches)
    truth.figures["blocks"] = stage.chain.head().number


def anchored_events(stage: Stage) -> list[Anchored]:
    """Return the Anchored events of the log on the canonical chain."""
    here: Deployment = stage.deployment
    topics = ["0x" + ANCHORED_TOPIC.hex(), "0x" + "00" * 12 + here.anchorer[2:]]
    query = {"address": here.contract, "topics": topics, "fromBlock": "0x0", "toBlock": "latest"}
    found: list[Any] = stage.chain.request("eth_getLogs", [query])
    return [decode_anchored(read_log(one)) for one in found]


def _monitor(stage: Stage) -> list[object]:
    here = stage.deployment
    pins = {
        "--chain-id": here.chain_id,
        "--genesis": "0x" + here.genesis.hex(),
        "--contract": here.contract,
        "--anchorer": here.anchorer,
        "--depth": stage.app.config["TROTH"].depth,
        "--api": stage.base,
        "--rpc": stage.rpc,
    }
    return ["monitor", "--json", *(word for pair in pins.items() for word in pair)]


def _check_command(truth: Truth, stage: Stage, name: str, *words: object) -> None:
    done = run_troth(*words, env=stage.command_environment)
    truth.check(
        done.returncode == 0,
        f"troth {name} ended with {done.returncode}: {done.stdout}{done.stderr}",
    )
    truth.figures[f"troth {name}"] = f"exit code {done.returncode}"
    if name == "monitor" and done.returncode == 0:
        shown = json.loads(done.stdout)
        truth.figures["entries that the monitor read"] = shown["entries"]
        truth.check(shown["waiting"] == 0, f"the monitor waits for {shown['waiting']} batches")


def _some(found: Any) -> str:
    return ", ".join(str(one) for one in sorted(found)[:MOST_TOLD])
