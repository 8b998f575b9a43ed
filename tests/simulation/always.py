"""What must hold at every moment, whatever is wrong: checked after every step of a simulation."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.simulation.workers import FEE_CAP_GWEI
from tests.simulation.world import ANCHORER, LOG, World
from tests.support.fakenode import GWEI, decode
from webapp.log.errors import LogNotOpenError
from webapp.log.models import Anchor, Batch, Entry, Log
from webapp.log.service import KnownBlock, current_log, newest_final_block
from webapp.log.states import anchoring
from webapp.outbox.chains import HALTED
from webapp.outbox.models import Attempt, Block, Chain, Transaction

ANCHORED = ("mined", "final")


class BrokenError(AssertionError):
    """An invariant of the reliability page does not hold; names it by its number."""

    def __init__(self, invariant: int, problem: str) -> None:
        self.invariant = invariant
        super().__init__(f"invariant {invariant}: {problem}")


def demand(invariant: int, holds: object, problem: str) -> None:
    """Raise BrokenError unless something holds."""
    if not holds:
        raise BrokenError(invariant, problem)


@dataclass
class Watch:
    """Remembers what was final, so that it is seen if that is ever taken back.

    ``final`` are the blocks of final anchors by root, ``said`` the roots whose entries the API called final,
    ``offered`` is the newest final block that GET /log ever gave out.
    """

    final: dict[bytes, bytes] = field(default_factory=dict)
    said: set[bytes] = field(default_factory=set)
    offered: KnownBlock | None = None

    def look(self, world: World) -> None:
        """Check every invariant that has no "ends" in it; raises BrokenError."""
        with world.look() as session:
            check_sent(session, world)
            check_api(session, world)
            if world.rebuilt:
                world.rebuilt = False
                self.final, self.said, self.offered = {}, set(), None
            self._check_final(session)
            self._check_said(session)
            self._check_offered(session)

    def _check_final(self, session: Session) -> None:
        """8: finality never goes back, but by an operator's command on a halted chain."""
        rows = session.scalars(select(Anchor).where(Anchor.final_at.is_not(None)))
        found = {one.root: one.block_hash for one in rows}
        for root, block in self.final.items():
            demand(8, found.get(root) == block, f"0x{root.hex()} was final, and is not any more")
        self.final = found

    def _check_said(self, session: Session) -> None:
        """8: what the API calls final it never calls anything else, but halted while the chain is."""
        halted = session.get_one(Log, LOG).chain.state in HALTED
        for entry in one_entry_each(session):
            if entry.batch is None:
                continue
            said, root = anchoring(entry)["state"], entry.batch.root
            if root in self.said:
                allowed = ("final", "halted") if halted else ("final",)
                demand(8, said in allowed, f"batch {entry.batch.sequence} was final, and is {said}")
            elif said == "final":
                self.said.add(root)

    def _check_offered(self, session: Session) -> None:
        """8: GET /log never gives out an older block than before, nor another in its place."""
        try:
            now = newest_final_block(session, current_log(session))
        except LogNotOpenError:
            demand(8, self.offered is None, "GET /log gives no final block any more")
            return
        if self.offered is not None:
            was = self.offered
            demand(8, now.number >= was.number, f"block {was.number} was final, {now.number} is")
            chain = session.get_one(Chain, current_log(session).chain_ref)
            block = session.get(Block, (chain.id, was.number))
            same = was.number < chain.first_block if block is None else block.hash == was.hash
            demand(8, same, f"block {was.number} was final with another hash, or is gone")
        self.offered = now


def check_sent(session: Session, world: World) -> None:
    """1, 2, 3, 9 and 12: what any node ever received, held against the attempts that are stored."""
    query = (
        select(Attempt, Transaction, Chain)
        .join(Transaction, Transaction.id == Attempt.transaction_id)
        .join(Chain, Chain.id == Transaction.chain_ref)
    )
    saved = {row.Attempt.raw: row for row in session.execute(query)}
    known = {chain.genesis for chain in session.scalars(select(Chain))}
    for raw, row in saved.items():
        nonce = decode(raw).nonce
        demand(2, nonce == row.Transaction.nonce, f"attempt {row.Attempt.id} is on nonce {nonce}")
    owners: dict[tuple[bytes, int], set[int]] = defaultdict(set)
    for received in world.node.truth.received.values():
        made = received.transaction
        if received.foreign or made.sender != ANCHORER.address:
            continue
        what = f"0x{made.hash.hex()} on nonce {made.nonce}"
        row = saved.get(made.raw)
        demand(1, row is not None, f"{what} was sent, and is not in the database")
        demand(9, made.max_fee <= FEE_CAP_GWEI * GWEI, f"{what} offers {made.max_fee} wei")
        demand(12, received.genesis in known, f"{what} went to an unknown chain")
        demand(12, received.genesis == row.Chain.genesis, f"{what} went to another chain")
        demand(12, received.had_code, f"{what} was sent where there is no AnchorLog")
        owners[received.genesis, made.nonce].add(row.Transaction.id)
    for (_, nonce), ids in owners.items():
        demand(2, len(ids) == 1, f"nonce {nonce} belongs to transactions {sorted(ids)}")
    demand(12, not world.elsewhere.truth.received, "something was sent to another chain")
    demand(1, not world.node.truth.undecodable, "something was sent that is no transaction")
    check_dense(session, world, owners)


def check_dense(session: Session, world: World, owners: dict[tuple[bytes, int], set[int]]) -> None:
    """3: every nonce below the highest broadcast is somebody's."""
    foreign: dict[bytes, set[int]] = defaultdict(set)
    for received in world.node.truth.received.values():
        if received.foreign:
            foreign[received.genesis].add(received.transaction.nonce)
    for chain in session.scalars(select(Chain)):
        mine = {nonce for genesis, nonce in owners if genesis == chain.genesis}
        if not mine:
            continue
        query = select(Transaction.nonce).where(Transaction.chain_ref == chain.id)
        held = set(session.scalars(query.where(Transaction.nonce.is_not(None))))
        missing = set(range(max(mine))) - held - foreign[chain.genesis]
        demand(3, not missing, f"nonces {sorted(missing)} below {max(mine)} belong to nobody")


def check_api(session: Session, world: World) -> None:
    """6: nothing is called mined or final whose event never was in a canonical block, nor what a halt took back."""
    blocks = world.known_blocks()
    chain = session.get_one(Log, LOG).chain
    halted = chain.state in HALTED
    for entry in one_entry_each(session):
        said = anchoring(entry)["state"]
        batch = entry.batch
        if said not in ANCHORED or batch is None:
            continue
        events = [
            (block.hash, receipt.transaction.hash)
            for block in blocks.values()
            for receipt in block.receipts
            if receipt.event is not None and receipt.event.topics[-1] == batch.root
        ]
        what = f"batch {batch.sequence} is called {said}"
        demand(6, events, f"{what}, and no chain ever held its root")
        anchor = batch.anchor
        demand(6, said == "final" or not halted, f"{what} while the chain is halted")
        if halted and anchor is not None and chain.sound_to is not None:
            sound = anchor.block_number <= chain.sound_to
            demand(6, sound, f"{what} in a block that the halted chain does not hold")
        if anchor is not None:
            place = (anchor.block_hash, anchor.transaction_hash)
            demand(6, place in events, f"{what} by an event that never was")


def check_canonical(world: World) -> None:
    """6, after a clean sweep, also one that halted: what is called mined or final is canonical now."""
    with world.look() as session:
        for entry in one_entry_each(session):
            said, batch = anchoring(entry)["state"], entry.batch
            if said in ANCHORED and batch is not None:
                held = world.node.anchors(ANCHORER.address)
                demand(6, batch.root in held, f"batch {batch.sequence} is called {said}, in vain")


def one_entry_each(session: Session) -> list[Entry]:
    """Return an entry of each batch: the others share its state."""
    firsts = select(Batch.first).scalar_subquery()
    return list(session.scalars(select(Entry).where(Entry.position.in_(firsts))))
