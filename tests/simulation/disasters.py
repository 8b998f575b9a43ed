"""What goes wrong: the chain, its nodes, fees, funds, keys, clocks; and how each is over again."""

from datetime import timedelta

from sqlalchemy import select

from tests.simulation.people import DEPTH
from tests.simulation.workers import FEE_CAP_GWEI
from tests.simulation.world import ANCHORER, FUNDS, LOG, World
from tests.support.fakenode import GWEI, RpcError
from webapp.database import writing
from webapp.log.models import Log
from webapp.outbox.errors import NothingToGiveUpError
from webapp.outbox.models import Transaction
from webapp.outbox.service import give_up as give_transaction_up

HOUR = timedelta(hours=1)


def reorg(world: World) -> None:
    """The chain replaces blocks that are not final."""
    _reorg(world, world.chance.randint(1, min(DEPTH, len(world.node.blocks) - 1)))


def reorg_deep(world: World) -> None:
    """The chain replaces blocks that were final."""
    depth = min(world.chance.randint(DEPTH + 1, 2 * DEPTH), len(world.node.blocks) - 1)
    world.causes.add("deep")
    _reorg(world, depth)


def _reorg(world: World, depth: int) -> None:
    mode = world.chance.choice(("drop", "requeue", "keep", "move"))
    longer = world.chance.choice((0, 1, 1, 2))
    world.rejoin()
    world.node.reorg(depth, mode, longer=longer)
    world.note("reorg", depth, mode, longer)


def drop(world: World) -> None:
    """Something leaves the pool."""
    waiting = list(world.node.pool)
    if waiting:
        gone = world.chance.choice(waiting)
        world.node.drop(gone.hash)
        world.note("drop", gone.nonce)


def raise_fees(world: World) -> None:
    """Fees rise, often above the cap."""
    fee = world.chance.choice((20, 200, FEE_CAP_GWEI - 1, FEE_CAP_GWEI + 1, 5 * FEE_CAP_GWEI))
    world.node.set_base_fee(fee * GWEI, stays=True)
    world.note("fees", fee)


def lower_fees(world: World) -> None:
    """Fees are ordinary again."""
    world.node.set_base_fee(world.chance.choice((1, 3)) * GWEI)
    world.note("fees low")


def take_funds(world: World) -> None:
    """The anchorer's account is nearly empty."""
    world.node.set_balance(ANCHORER.address, world.chance.choice((0, 10**12, 3 * 10**14)))
    world.note("no funds")


def give_funds(world: World) -> None:
    """The anchorer's account is full."""
    world.node.set_balance(ANCHORER.address, FUNDS)
    world.note("funds")


def use_our_key(world: World) -> None:
    """Somebody else sends a transaction with our key."""
    nonce = world.node.nonce(ANCHORER.address) + world.chance.choice((0, 0, 1, 2))
    fee = world.chance.choice((30, 900)) * GWEI
    # The value tells them apart, also on a chain that was wiped.
    _send_foreign(world, nonce=nonce, max_fee=fee, value=len(world.trace))


def send_our_call(world: World) -> None:
    """Somebody else makes the very call that we owe, with our key."""
    with world.look() as session:
        log = session.get_one(Log, LOG)
        query = select(Transaction).filter_by(chain_ref=log.chain_ref).order_by(Transaction.id)
        owed = [one for one in session.scalars(query) if one.key.startswith("anchor:")]
    if owed:
        call = world.chance.choice(owed[-3:])
        nonce = world.node.nonce(ANCHORER.address)
        gas = 150_000 + len(world.trace)
        fees = {"max_fee": 900 * GWEI, "priority_fee": 5 * GWEI}
        _send_foreign(world, nonce=nonce, to=call.to, data=call.data, gas=gas, **fees)


def _send_foreign(world: World, **what: object) -> None:
    try:
        made = world.node.foreign(ANCHORER, **what)  # type: ignore[arg-type]
    except RpcError as error:
        world.note("foreign refused:", error)
    else:
        world.note("foreign", made.nonce, bool(made.data))


def give_up(world: World) -> None:
    """An operator gives a transaction up that was sent."""
    with world.look() as session:
        query = select(Transaction.id).where(Transaction.nonce.is_not(None))
        ids = list(session.scalars(query.order_by(Transaction.id)))
    if not ids:
        return
    chosen = world.chance.choice(ids)

    def job() -> None:
        try:
            with writing() as session:
                give_transaction_up(session, chosen)
        except NothingToGiveUpError as error:
            world.note(error)

    world.note("give up", chosen, world.workers[0].do(job))


def change_clock(world: World) -> None:
    """A worker's clock becomes wrong by an hour, or right again."""
    worker = world.chance.choice(world.workers)
    worker.skew = world.chance.choice((HOUR, -HOUR, 0 * HOUR))
    world.note("clock", worker.name, worker.skew)


def fall_behind(world: World) -> None:
    """A node shows the chain as it was."""
    line = world.chance.choice(world.chance.choice(world.workers).lines)
    line.fall_behind(world.chance.randint(1, 2 * DEPTH), world.chance.choice((5, 20, 10**9)))
    world.note("lag", line.lag)


def catch_up(world: World) -> None:
    """Every node shows the newest block."""
    for worker in world.workers:
        for line in worker.lines:
            line.catch_up()


def cut_line(world: World) -> None:
    """A node cannot be reached by a worker."""
    world.chance.choice(world.chance.choice(world.workers).lines).cut = True
    world.note("cut")


def mend_line(world: World) -> None:
    """Every node can be reached."""
    for worker in world.workers:
        for line in worker.lines:
            line.cut = False


def fork(world: World) -> None:
    """Two nodes go their own ways, for less than what counts as final."""
    if world.forked is None and world.is_whole():
        world.fork()
        world.mine(world.chance.randint(1, 2))
        world.note("fork")


def rejoin(world: World) -> None:
    """The nodes agree again."""
    world.rejoin()


def remove_code(world: World) -> None:
    """The contract is gone."""
    world.rejoin()
    world.node.remove_code()
    world.note("no code")


def restore_code(world: World) -> None:
    """The contract is back."""
    if "wiped" not in world.causes:
        world.node.restore_code()


def lead_elsewhere(world: World) -> None:
    """Behind a node's URL there is another chain."""
    world.rejoin()
    world.chance.choice(world.chance.choice(world.workers).lines).node = world.elsewhere
    world.note("elsewhere")


def lead_back(world: World) -> None:
    """Behind every URL there is the log's chain."""
    world.rejoin()


def wipe(world: World) -> None:
    """The chain begins anew, empty."""
    world.wipe()
    world.note("wiped")


def rebuild(world: World) -> None:
    """An operator who sees that the chain is halted anchors again what it lost."""
    if world.causes and world.is_whole():
        world.note("rebuild", world.rebuild())
