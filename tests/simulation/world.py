"""A whole installation in one process: people, worker processes, a chain, and a clock for all."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from chain.signer import LocalSigner
from tests.simulation.clock import Clock
from tests.simulation.people import DEPTH, settle_people
from tests.simulation.workers import Worker
from tests.support.fakenode import ANVIL, ETHER, GETH, FakeNode, Fault
from tests.support.fakenode import Random as RandomFaults
from tests.support.fakenode.blocks import Block as ChainBlock
from tests.support.fakenode.ledger import Ledger
from tests.support.instance import SECRETS
from tests.support.reuse import borrow_statements
from webapp.commands.anchors import rebuild_anchors
from webapp.commands.setup import SetupError, deploy
from webapp.log.models import Anchor, Batch, Entry, Log
from webapp.outbox.chains import HALTED
from webapp.outbox.models import Block, ChainState, Transaction
from workers.anchoring import index, seal, send, sweep
from workers.indexing import pruning
from workers.sending.states import SETTLED

LOG = 1
FUNDS = 10 * ETHER
ANCHORER = LocalSigner(bytes.fromhex(SECRETS["anchorer_key"][2:]))
DEPLOYER = LocalSigner(bytes.fromhex(SECRETS["deployer_key"][2:]))
JOBS = {
    "seal": lambda: seal(LOG),
    "send": lambda: send(LOG),
    "index": lambda: index(LOG),
    "sweep": sweep,
}
PEOPLE = 3
HEALING_ROUNDS = 120
# How few blocks are kept in some worlds; none lives long enough to delete one by the rule outside.
PRUNED = {"KEPT_BLOCKS": 4, "KEPT_SECONDS": 30, "STEP": 2}
SOON = 61  # seconds: after them a sent transaction counts as stuck, and a dead process' claim has ended


class World:
    """Two workers on one database and one or two nodes; what happens to them is up to a schedule.

    `causes` notes what happened that an operator has to answer for. `trace` says what was done.
    """

    def __init__(self, seed: int, folder: Path, database_url: str) -> None:
        self.seed, self.folder, self.database_url = seed, folder, database_url
        self.chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.clock = Clock()
        funds = {ANCHORER.address: FUNDS, DEPLOYER.address: FUNDS}
        rules = self.chance.choice((GETH, GETH, ANVIL))
        self.node = FakeNode(seed, rules=rules, balances=funds)
        self.elsewhere = FakeNode(seed + 1, chain_id=self.chance.choice((1, 31337)), balances=funds)
        self.forked: FakeNode | None = None
        self.fork_length = 0
        self.ledgers: list[Ledger] = [self.node.ledger]
        self.faults = RandomFaults(seed, self._rates())
        self.faults.active = False
        nodes = [self.node] * self.chance.choice((1, 1, 2))
        patience = self.chance.choice((0.0, 1e9))
        common = (folder, database_url, self.clock, nodes, self.faults, patience)
        self.workers = [Worker(name, *common) for name in ("first", "second")]
        self.observer = create_engine(database_url)
        borrow_statements(self.observer)
        self.causes: set[str] = set()
        self.trace: list[str] = []
        self.rebuilt = False
        with self.clock.used(), self.workers[0].app.app_context():
            self.node.mine(DEPTH + 2)
            deploy(self.workers[0].app.config["TROTH"], self.workers[0].client)
            self.people = settle_people(self.chance, PEOPLE)
        self.faults.active = True

    def _rates(self) -> dict[Fault, float]:
        """Draw which faults can happen, and how often; in some worlds none."""
        total = self.chance.choice((0.0, 0.02, 0.06, 0.15))
        chosen = self.chance.sample(list(Fault), self.chance.randint(1, 8))
        return {fault: total / len(chosen) for fault in chosen}

    def look(self) -> Session:
        """Return a session that only looks."""
        return Session(self.observer)

    def note(self, *words: object) -> None:
        """Write down what is done."""
        self.trace.append(" ".join(str(word) for word in words))

    def nodes(self) -> list[FakeNode]:
        """Return the node, and the one that went its own way."""
        return [self.node] if self.forked is None else [self.node, self.forked]

    def is_whole(self) -> bool:
        """Tell whether every line leads to the one node, and it answers truly."""
        lines = [line for worker in self.workers for line in worker.lines]
        return all(line.node is self.node and not (line.cut or line.lag) for line in lines)

    def follows(self) -> bool:
        """Tell whether what is stored of the chain is its newest block."""
        with self.look() as session:
            log = session.get_one(Log, LOG)
            newest = select(Block.hash).filter_by(chain_ref=log.chain_ref)
            found = session.scalar(newest.order_by(Block.number.desc()).limit(1))
            return found == self.node.blocks[-1].hash and log.chain.state == ChainState.FOLLOWING

    def is_halted(self) -> bool:
        """Tell whether the log's chain is halted."""
        with self.look() as session:
            return session.get_one(Log, LOG).chain.state in HALTED

    def known_blocks(self) -> dict[bytes, ChainBlock]:
        """Return every block that ever was canonical on any node of the log's chains."""
        found: dict[bytes, ChainBlock] = {}
        for ledger in self.ledgers:
            found |= ledger.lost
            found |= {block.hash: block for block in ledger.blocks}
        return found

    def fork(self) -> None:
        """Let the last node of each worker go its own way."""
        self.forked, self.fork_length = self.node.fork(), len(self.node.blocks)
        self.ledgers.append(self.forked.ledger)
        for worker in self.workers:
            worker.lines[-1].node = self.forked

    def mine(self, count: int) -> None:
        """Mine on every node; two that disagree agree again before either branch counts as final."""
        if self.forked is not None and len(self.forked.blocks) - self.fork_length + count > DEPTH:
            self.rejoin()
        for node in self.nodes():
            node.mine(count)

    def rejoin(self) -> None:
        """Let every line lead to the one node."""
        self.forked = None
        for worker in self.workers:
            for line in worker.lines:
                line.node = self.node

    def wipe(self) -> None:
        """Begin an empty chain."""
        self.rejoin()
        self.node.wipe(deployed=self.chance.random() < 0.5)
        self.node.mine(self.chance.randint(1, 6))
        self.ledgers.append(self.node.ledger)
        self.causes.add("wiped")

    def mend(self) -> None:
        """End every fault; what an operator must decide is left."""
        self.faults.active = False
        self.rejoin()
        self.node.restore_code()
        self.node.set_base_fee(10**9)
        for signer in (ANCHORER, DEPLOYER):
            self.node.set_balance(signer.address, FUNDS)
        self.node.mine()
        for worker in self.workers:
            worker.skew *= 0
            for line in worker.lines:
                line.cut = False
                line.catch_up()
        self.clock.pass_by(2 * 3600)

    def rebuild(self) -> str:
        """Do as an operator does after `troth doctor` said so; return what came of it."""
        self.node.automine, self.rebuilt, worker = True, True, self.workers[0]
        worker.start()  # the command is a process of its own
        self.clock.pass_by(2 * 3600)  # until no claim of a dead process is left
        here = worker.app.config["TROTH"]
        try:
            return worker.do(lambda: rebuild_anchors(here, worker.client, really=True))
        except SetupError as error:  # it would not be safe now, and says so
            return str(error)
        finally:
            self.node.automine = False

    def settle(self) -> int:
        """Sweep, mine and wait until nothing is left to do, or all is halted; return how many rounds it took."""
        for count in range(HEALING_ROUNDS):
            for worker in self.workers:
                worker.do(JOBS["sweep"])
            if self.is_done() and self.follows():
                return count
            if count > 2 * DEPTH and self.is_halted():
                return HEALING_ROUNDS
            self.node.mine()
            self.clock.pass_by(SOON)
        return HEALING_ROUNDS

    def is_done(self) -> bool:
        """Tell whether every entry is final and no nonce of ours waits to be mined."""
        with self.look() as session:
            sealed = select(Anchor.root).where(
                Anchor.final_at.is_not(None), Anchor.root == Batch.root
            )
            open_batch = select(Batch.id).where(~sealed.exists())
            unsealed = select(Entry.id).where(Entry.batch_id.is_(None))
            waiting = select(Transaction.id).join(Log, Log.chain_ref == Transaction.chain_ref)
            waiting = waiting.where(Transaction.state.not_in(SETTLED))
            return not any(
                session.scalar(query.limit(1)) for query in (open_batch, unsealed, waiting)
            )

    @contextmanager
    def used(self) -> Iterator[None]:
        """Let its clock hold for everybody; in a third of all worlds old blocks are soon deleted."""
        # A draw of its own, so that the seeds that were kept still mean what they did.
        prunes = random.Random(f"{self.seed}:pruned").random() < 1 / 3  # noqa: S311 - repeatable
        kept = PRUNED if prunes else {name: getattr(pruning, name) for name in PRUNED}
        with self.clock.used(), patch.multiple(pruning, **kept):
            yield

    def close(self) -> None:
        """Let go of the database."""
        for worker in self.workers:
            worker.close()
        self.observer.dispose()
