"""An entry's anchoring state, derived from its rows at every reading and stored nowhere."""

from datetime import datetime

from sqlalchemy.orm import object_session

from webapp.columns import iso
from webapp.log.models import Anchor, Batch, Entry, Log
from webapp.outbox.chains import HALTED as HALTED_CHAIN
from webapp.outbox.chains import PUBLIC_REASONS
from webapp.outbox.models import Chain, ChainState, Transaction, TransactionState

DELAYED = {
    TransactionState.UNKNOWN,
    TransactionState.BLOCKED_FUNDS,
    TransactionState.BLOCKED_FEE,
    TransactionState.ORPHANED,
}
HALTED = {TransactionState.DEAD, TransactionState.REVERTED}
_LOGS = "troth_logs"


def anchoring(entry: Entry) -> dict[str, str | None]:
    """Return ``{state, saved_at, sealed_at, sent_at, mined_at, final_at, reason}``.

    What is not final is halted while its chain is, whatever its own rows say; so is what was final in a
    block that the chain does not hold any more.
    """
    batch = entry.batch
    transaction = batch.transaction if batch else None
    anchor = standing_anchor(batch) if batch else None
    gone = batch is not None and batch.anchor is not None and anchor is None
    mined_at = transaction.mined_at if transaction and not gone else None
    state = _state(batch, transaction, anchor)
    reason = transaction.reason if transaction and not anchor else None
    halted = None if state == "final" else _halted_chain(entry)
    if halted is not None:
        state, reason = "halted", PUBLIC_REASONS[ChainState(halted.state)]
    return {
        "state": state,
        "saved_at": iso(entry.accepted_at),
        "sealed_at": iso(batch.sealed_at) if batch else None,
        "sent_at": iso(transaction.sent_at) if transaction else None,
        "mined_at": iso(mined_at or (anchor.indexed_at if anchor else None)),
        "final_at": iso(anchor.final_at) if anchor else None,
        "reason": reason,
    }


def saved(accepted_at: datetime) -> dict[str, str | None]:
    """Return what ``anchoring`` says of an entry that was accepted a moment ago."""
    later = dict.fromkeys(("sealed_at", "sent_at", "mined_at", "final_at", "reason"))
    return {"state": "saved", "saved_at": iso(accepted_at), **later}


def _state(batch: Batch | None, transaction: Transaction | None, anchor: Anchor | None) -> str:
    # The canonical event outranks what is known of the transaction that caused it.
    if anchor is not None:
        return "final" if anchor.final_at else "mined"
    if batch is None or transaction is None:
        return "saved"
    state = TransactionState(transaction.state)
    if state in DELAYED:
        return "delayed"
    if state in HALTED:
        return "halted"
    if state in (TransactionState.MINED, TransactionState.FINAL):
        return "mined"
    return "sent" if transaction.sent_at else "sealed"


def standing_anchor(batch: Batch) -> Anchor | None:
    """Return a batch's anchor, None without one or while its block is not known to be on the chain."""
    anchor: Anchor | None = batch.anchor
    chain = None if anchor is None else _halted_chain(batch)
    if anchor is None or chain is None or chain.sound_to is None:
        return anchor
    return anchor if anchor.block_number <= chain.sound_to else None


def _halted_chain(row: Entry | Batch) -> Chain | None:
    """Return the chain of a row's log if it is halted; the session reads a log once for all its entries."""
    session = object_session(row)
    if session is None:
        raise ValueError("The state of a row that no session holds cannot be known")
    # Held here, because the session itself forgets what nobody else refers to.
    logs = session.info.setdefault(_LOGS, {})
    log = logs[row.log_id] = session.get_one(Log, row.log_id)
    return log.chain if log.chain.state in HALTED_CHAIN else None


def batch_state(batch: Batch) -> str:
    """Return a batch's anchoring state, which is that of each of its entries."""
    state = _state(batch, batch.transaction, standing_anchor(batch))
    return "halted" if state != "final" and _halted_chain(batch) is not None else state
