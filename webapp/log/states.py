"""An entry's anchoring state, derived from its rows at every reading and stored nowhere."""

from webapp.columns import iso
from webapp.log.models import Anchor, Batch, Entry
from webapp.outbox.models import Transaction, TransactionState

DELAYED = {
    TransactionState.UNKNOWN,
    TransactionState.BLOCKED_FUNDS,
    TransactionState.BLOCKED_FEE,
    TransactionState.ORPHANED,
}
HALTED = {TransactionState.DEAD, TransactionState.REVERTED}


def anchoring(entry: Entry) -> dict[str, str | None]:
    """Return ``{state, saved_at, sealed_at, sent_at, mined_at, final_at, reason}``."""
    batch = entry.batch
    transaction = batch.transaction if batch else None
    anchor = batch.anchor if batch else None
    mined_at = transaction.mined_at if transaction else None
    return {
        "state": _state(batch, transaction, anchor),
        "saved_at": iso(entry.accepted_at),
        "sealed_at": iso(batch.sealed_at) if batch else None,
        "sent_at": iso(transaction.sent_at) if transaction else None,
        "mined_at": iso(mined_at or (anchor.indexed_at if anchor else None)),
        "final_at": iso(anchor.final_at) if anchor else None,
        "reason": transaction.reason if transaction and not anchor else None,
    }


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


def batch_state(batch: Batch) -> str:
    """Return a batch's anchoring state, which is that of each of its entries."""
    return _state(batch, batch.transaction, batch.anchor)
