"""What becomes of a transaction whose block the chain dropped."""

from typing import Any

from sqlalchemy import case, null

from webapp.outbox.models import Transaction, TransactionState


def taken_back(reason: str) -> dict[str, Any]:
    """Return the columns' new values: with a nonce it is orphaned, and sent again with it.

    Without one it was never sent itself (another transaction did its work), so that it is queued anew.
    """
    bare = Transaction.nonce.is_(None)
    return {
        "state": case((bare, TransactionState.QUEUED.value), else_=TransactionState.ORPHANED.value),
        "reason": case((bare, null()), else_=reason),
        "mined_at": None,
    }
