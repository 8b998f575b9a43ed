"""Checks of what is under way, as the database has it: the chain's state, nodes, transactions, the worker."""

from datetime import timedelta

from sqlalchemy import func, or_, select

from webapp.assets.models import Mint
from webapp.assets.permitting import KEY as MINT_KEY
from webapp.columns import utc_now
from webapp.commands.doctor.findings import Finding, fail, ok, warn
from webapp.config import Settings
from webapp.events.failures import MOST_FAILURES, delivery_status
from webapp.extensions import db
from webapp.log.instance import Instance
from webapp.log.models import Batch
from webapp.outbox.chains import HALTED
from webapp.outbox.models import (
    Chain,
    ChainState,
    Claim,
    Node,
    SignerAccount,
    SignerRole,
    Transaction,
    TransactionState,
)
from webapp.status.service import last_seen

State = TransactionState
DEAD_END = (State.REVERTED, State.DEAD)
WAITING = (State.UNKNOWN, State.BLOCKED_FUNDS, State.BLOCKED_FEE, State.ORPHANED)
UNDER_WAY = (State.QUEUED, State.RESERVED, State.SIGNED, State.SENDING, State.BROADCAST)
STUCK = timedelta(minutes=5)
SILENT = timedelta(minutes=1)


def check_work(here: Settings, log: Instance) -> list[Finding]:
    """Make every check that needs the database alone."""
    found = [_indexer(log), *_nodes(), *_transactions(log), _mints(here, log)]
    found += [_worker(here, log), _delivery()]
    db.session.rollback()
    return found


def _indexer(log: Instance) -> Finding:
    chain = db.session.get_one(Chain, log.chain_ref)
    says = f"The worker last found the chain {chain.state}"
    says += f" ({chain.reason})." if chain.reason else "."
    if chain.state in HALTED:
        return fail("indexer", says, "See the checks above; it goes on by itself once they are ok.")
    if chain.state == ChainState.WAITING:
        return warn("indexer", says, "Nothing is lost; look at the node if this lasts.")
    return ok("indexer", says)


def _nodes() -> list[Finding]:
    found = db.session.scalars(select(Node).where(Node.state != "healthy").order_by(Node.name))
    return [
        warn(
            "nodes",
            f"{one.name} is {one.state} ({one.problem or 'no reason given'}).",
            "Look at it.",
        )
        for one in found
    ]


def _transactions(log: Instance) -> list[Finding]:
    # One that no batch counts on any more is history.
    counts = or_(
        ~Transaction.key.startswith("anchor:"),
        select(Batch.id).where(Batch.transaction_id == Transaction.id).exists(),
    )
    mine = (Transaction.chain_ref == log.chain_ref, counts)
    # What became of a mint is its creator's business: see below.
    ended = (~Transaction.key.startswith(MINT_KEY), Transaction.state.in_(DEAD_END))
    halted = _count(*mine, *ended)
    waiting = _count(*mine, Transaction.state.in_(WAITING))
    since = utc_now() - STUCK
    stuck = _count(*mine, Transaction.state.in_(UNDER_WAY), Transaction.created_at < since)
    found = []
    if halted:
        says = f"{halted} transactions are reverted or dead, so that their batches are halted: "
        do = "`troth anchors rebuild` owes again the batches that the chain lacks; any other call, once you "
        do += "know that it was not made, `troth transactions owe-again ID`."
        found.append(fail("transactions", says + _reason(*mine, *ended), do))
    if waiting:
        says = f"{waiting} transactions are delayed: "
        says += _reason(*mine, Transaction.state.in_(WAITING))
        found.append(
            warn(
                "transactions",
                says,
                "They go on by themselves; funds and fees are yours, and so are nonces too far ahead "
                "(`troth transactions close-gap ID`).",
            )
        )
    if stuck:
        minutes = int(STUCK.total_seconds() // 60)
        says = f"{stuck} transactions are older than {minutes} minutes and not mined."
        found.append(
            warn("transactions", says, "Look at the node, the fees and TROTH_FEE_CAP_GWEI.")
        )
    return found or [ok("transactions", "None is stuck or halted.")]


def _mints(here: Settings, log: Instance) -> Finding:
    """Look at what people asked this server to mint."""
    if not (here.mints_per_account and here.mints_per_day):
        return ok("mints", "This server pays for none; people mint with their own wallets.")
    senders = select(SignerAccount.address).where(
        SignerAccount.chain_ref == log.chain_ref, SignerAccount.role == SignerRole.SENDER
    )
    if db.session.scalar(senders.limit(1)) is None:
        says = "Nobody is known who would send mints, so that this server pays for none."
        do = "Set TROTH_SENDER_KEYS or TROTH_SENDER_KEYSTORES and run `troth setup`; or TROTH_MINTS_PER_DAY=0."
        return warn("mints", says, do)
    owed = (Mint.transaction_id == Transaction.id, Mint.withdrawn_at.is_(None))
    mine = (Transaction.chain_ref == log.chain_ref, select(Mint.id).where(*owed).exists())
    halted = (*mine, Transaction.state == State.REVERTED)
    if count := _count(*halted):
        says = f"{count} mints are halted: " + _reason(*halted)
        do = "Their people see why, and begin anew; a deadline that passed says that sending was late."
        return warn("mints", says, do)
    waiting = _count(*mine, Transaction.state.in_((*UNDER_WAY, *WAITING)))
    return ok("mints", f"{waiting} wait to be mined.")


def _count(*terms: object) -> int:
    query = select(func.count()).select_from(Transaction).where(*terms)  # type: ignore[arg-type]
    return db.session.scalar(query) or 0


def _reason(*terms: object) -> str:
    query = select(Transaction.id, Transaction.reason).where(*terms)  # type: ignore[arg-type]
    row = db.session.execute(query.order_by(Transaction.id).limit(1)).one()
    return f"the oldest is {row.id} ({row.reason or 'no reason given'})."


def _worker(here: Settings, log: Instance) -> Finding:
    jobs = Claim.job.in_([f"seal:{log.log_id}", f"index:{log.log_id}"])
    now, newest = utc_now(), func.coalesce(Claim.seen_at, Claim.until)
    rows = db.session.execute(
        select(Claim.until, newest).where(or_(jobs, Claim.job.startswith("send:")))
    )
    known = (last_seen(now, until, seen) for until, seen in rows)
    seen = max((one for one in known if one is not None), default=None)
    do = "Start it (`troth run`, or `celery -A workers.celery_app worker`)."
    if seen is None:
        return warn("worker", "No worker has ever swept this database.", do)
    patience = max(SILENT, timedelta(seconds=10 * here.sweep_interval))
    if seen < now - patience:
        return warn("worker", f"No worker has swept since {seen:%Y-%m-%d %H:%M:%S} UTC.", do)
    return ok("worker", "A worker is sweeping.")


def _delivery() -> Finding:
    status = delivery_status(db.session.connection())
    if status.parked:
        says = (
            f"{status.parked} events were given up after {MOST_FAILURES} tries ({status.reason})."
        )
        return fail("events", says, "Mend the cause, then run `troth events retry`.")
    late = status.oldest is not None and status.oldest < utc_now() - STUCK
    if late or status.failing:
        says = f"{status.owed} events wait for delivery, {status.failing} are tried again"
        says += f" ({status.reason})." if status.reason else "."
        return warn("events", says, "They go on by themselves while a worker runs.")
    return ok("events", "What happened reaches feeds and notifications.")
