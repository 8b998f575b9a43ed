"""What must hold once every fault is over and everything is swept to its end."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from tests.simulation.always import demand
from tests.simulation.world import ANCHORER, JOBS, LOG, World
from webapp.extensions import Base
from webapp.log.models import Anchor, AuthorHead, Batch, Entry, Log
from webapp.log.states import anchoring
from webapp.outbox.models import Attempt, Block, Chain, Transaction
from workers.sealing import Waiting, compute_batch


def check_end(world: World) -> None:
    """Check what has an end in it: 4, 5, 7, 10, and every leaf and root anew; raises BrokenError."""
    with world.look() as session:
        check_all_final(session)
        check_once(world)
        check_blocks(session, world)
        check_anchors(session, world)
        check_leaves(session, world)
    check_replay(world)


def check_all_final(session: Session) -> None:
    """5: every accepted entry is final."""
    for entry in session.scalars(select(Entry).order_by(Entry.id)):
        said = anchoring(entry)
        problem = f"entry {entry.id} ends {said['state']}: {said['reason']}"
        demand(5, said["state"] == "final", problem)


def check_once(world: World) -> None:
    """4: a root is anchored by one transaction of the canonical chain."""
    for root, hashes in world.node.successes(ANCHORER.address).items():
        demand(4, len(hashes) == 1, f"0x{root.hex()} was anchored {len(hashes)} times")


def check_blocks(session: Session, world: World) -> None:
    """7: the stored blocks are the chain's."""
    chain = session.get_one(Log, LOG).chain
    rows = session.scalars(select(Block).filter_by(chain_ref=chain.id).order_by(Block.number))
    stored = {row.number: (row.hash, row.parent, row.time) for row in rows}
    actual = {one.number: (one.hash, one.parent, one.time) for one in world.node.blocks}
    wrong = [number for number, row in stored.items() if actual.get(number) != row]
    demand(7, not wrong, f"the stored blocks {wrong} are not the chain's")
    top = max(stored)
    missing = set(range(chain.first_block, top)) - set(stored)
    demand(7, not missing, f"the blocks {sorted(missing)} are not stored")
    demand(7, top == chain.head, "the cursor is not at the head that is stored")


def check_anchors(session: Session, world: World) -> None:
    """7: anchors are what folding the canonical events gives, batches what the contract holds."""
    known = world.node.anchors(ANCHORER.address)
    folded = {
        one.root: (one.sequence, one.first, one.count, one.transaction, one.block, one.time)
        for one in known.values()
    }
    rows = session.scalars(select(Anchor))
    stored = {
        row.root: (
            row.sequence,
            row.first,
            row.count,
            row.transaction_hash,
            row.block_number,
            row.block_time,
        )
        for row in rows
    }
    demand(7, stored == folded, f"{len(stored)} anchors are stored, the chain's fold has others")
    batches = {
        row.root: (row.sequence, row.first, row.count) for row in session.scalars(select(Batch))
    }
    held = {root: place[:3] for root, place in folded.items()}
    demand(7, batches == held, "the contract holds other batches than the database")


def check_leaves(session: Session, world: World) -> None:
    """7: places, previous leaves, leaves and roots follow from the entries alone."""
    heads: dict[str, tuple[int, bytes]] = {}
    position = 0
    for batch in session.scalars(select(Batch).order_by(Batch.sequence)):
        mine = select(Entry).where(Entry.batch_id == batch.id).order_by(Entry.id)
        entries = list(session.scalars(mine))
        names = ("id", "author", "record", "kind", "content", "signature")
        waiting = [Waiting(*(getattr(one, name) for name in names)) for one in entries]
        made = compute_batch(waiting, heads, batch.sequence, position)
        stored = [{name: getattr(one, name) for name in made.rows[0]} for one in entries]
        demand(7, made.tree.root == batch.root, f"batch {batch.sequence} has another root")
        demand(7, stored == made.rows, f"entries of batch {batch.sequence} have other places")
        heads, position = made.heads, position + len(entries)
    rows = session.scalars(select(AuthorHead))
    demand(7, {row.author: (row.next_sequence, row.leaf) for row in rows} == heads, "heads differ")
    log = session.get_one(Log, LOG)
    demand(7, log.next_position == position, "the log's next position is another")


def check_replay(world: World) -> None:
    """10: doing everything again changes nothing, once no old blocks are left to delete."""
    while _oldest(world) < _sweep_oldest(world):
        pass
    before = snapshot(world)
    for job in ("seal", "send", "index", "sweep", "index", "send", "seal"):
        for worker in world.workers:
            came = worker.do(JOBS[job])
            demand(10, came == "ok", f"{job} ended with {came}")
    after = snapshot(world)
    changed = [name for name in before if before[name] != after[name]]
    demand(10, not changed, f"sweeping again changed {changed}")


def _oldest(world: World) -> int:
    with world.look() as session:
        return session.get_one(Log, LOG).chain.first_block


def _sweep_oldest(world: World) -> int:
    for worker in world.workers:
        came = worker.do(JOBS["sweep"])
        demand(10, came == "ok", f"a sweep ended with {came}")
    return _oldest(world)


# What is only looked at: when somebody asked last, and who holds a claim.
_SEEN: dict[type[Base], tuple[str, ...]] = {Chain: ("asked_at", "base_fee")}


def snapshot(world: World) -> dict[str, list[dict[str, Any]]]:
    """Return every row that anchoring writes."""
    found: dict[str, list[dict[str, Any]]] = {}
    with world.look() as session:
        for model in (Log, Entry, Batch, Anchor, AuthorHead, Block, Chain, Transaction, Attempt):
            found[model.__tablename__] = [_row(one) for one in session.scalars(_ordered(model))]
    return found


def _ordered(model: type[Base]) -> Any:
    return select(model).order_by(*inspect(model).primary_key)


def _row(one: Base) -> dict[str, Any]:
    left_out = _SEEN.get(type(one), ())
    names = [column.key for column in inspect(type(one)).column_attrs]
    return {name: getattr(one, name) for name in names if name not in left_out}
