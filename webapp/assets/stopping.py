"""What stops a mint between its creator's signature and its sending: a block, or a suspension.

It is asked right before the transaction gets a nonce, each time it does; what was sent cannot be called back.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.assets.errors import ReceiverRefusedError
from webapp.assets.models import Mint
from webapp.assets.receivers import check_receiver
from webapp.extensions import table_of

SUSPENDED = (
    "The account was suspended before the mint was sent; it can be begun anew once it is not"
)
# Says no more than refusing the signature would have: not who blocked whom, nor that the address is somebody's.
NOT_GIVEN = "You cannot give a token to this address any more; the mint was not sent"
_M, _A = table_of(Mint).c, table_of(Account).c


def why_stopped(session: Session, transaction_id: int) -> str | None:
    """Say why the mint that a transaction is owed for must not be sent, None where it may, or is none."""
    query = select(_M.account_id, _M.receiver, _A.suspended_at).join(
        table_of(Account), _A.id == _M.account_id
    )
    row = session.execute(query.where(_M.transaction_id == transaction_id)).one_or_none()
    if row is None:
        return None
    if row.suspended_at is not None:
        return SUSPENDED
    try:
        check_receiver(session, row.receiver, row.account_id)
    except ReceiverRefusedError:
        return NOT_GIVEN
    return None
