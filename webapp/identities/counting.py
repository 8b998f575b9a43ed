"""How many claims wait, for what, and since when: for metrics, the doctor and `troth claims`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from webapp.extensions import table_of
from webapp.identities.kinds import ClaimKind
from webapp.identities.models import IdentityClaim
from webapp.outbox.models import SignerAccount, SignerRole, Transaction, TransactionState

_C, _T, _S = (table_of(one) for one in (IdentityClaim, Transaction, SignerAccount))
State = TransactionState
DEAD_END = (State.REVERTED, State.DEAD)
OPEN = tuple(state for state in State if state not in (State.FINAL, *DEAD_END))
STATES = ("requested", "review", "checked", "owed", "revoking", "halted")


@dataclass(frozen=True)
class Waiting:
    """How many claims wait in one state, and since when the oldest does."""

    count: int = 0
    oldest: datetime | None = None


def count_waiting(connection: Connection) -> dict[str, Waiting]:
    """Return what waits, by state: to be proved or reviewed, to be owed, for the chain, to be revoked there."""
    standing, reviewed = _C.c.ended_at.is_(None), _C.c.kind == str(ClaimKind.PERSON)
    unchecked = and_(standing, _C.c.checked_at.is_(None))
    issuers = select(_S.c.address).where(_S.c.role == str(SignerRole.ISSUER))
    # Named one by one, so that their open transactions are found by the index of signers.
    signers = list(connection.scalars(issuers))
    sent = (_C.c.transaction_id, _C.c.renewal_id, _C.c.revocation_id)
    terms: dict[str, tuple[ColumnElement[bool], ColumnElement[datetime]]] = {
        "requested": (and_(unchecked, ~reviewed), _C.c.requested_at),
        "review": (and_(unchecked, reviewed), _C.c.requested_at),
        "checked": (
            and_(standing, _C.c.checked_at.is_not(None), _C.c.transaction_id.is_(None)),
            _C.c.checked_at,
        ),
        "owed": (_by_transaction(sent, signers, OPEN), _C.c.checked_at),
        "revoking": (
            and_(
                _C.c.revoke_reason.is_not(None),
                _C.c.revocation_id.is_(None),
                _C.c.transaction_id.is_not(None),
            ),
            _C.c.ended_at,
        ),
        "halted": (_by_transaction(sent, signers, DEAD_END), _C.c.checked_at),
    }
    found = {}
    for state, (which, since) in terms.items():
        query = select(func.count(), func.min(since)).select_from(_C).where(which)
        found[state] = Waiting(*connection.execute(query).one())
    return found


def _by_transaction(
    columns: tuple[ColumnElement[int], ...],
    signers: Sequence[str],
    states: Iterable[TransactionState],
) -> ColumnElement[bool]:
    """Tell whether one of a claim's transactions is in some state; begins with the few that are."""
    mine = select(_T.c.id).where(_T.c.signer.in_(signers), _T.c.state.in_(list(states)))
    return or_(*(column.in_(mine) for column in columns))
