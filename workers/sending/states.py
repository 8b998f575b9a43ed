"""Groups of transaction states, and what people are told of each."""

from webapp.outbox.models import TransactionState

State = TransactionState
# Their nonce is used for good, or they never had one.
SETTLED = (State.FINAL, State.REVERTED, State.DEAD)
UNSETTLED = tuple(state for state in State if state not in SETTLED)
PENDING = tuple(state for state in UNSETTLED if state != State.MINED)
WAITING = (State.QUEUED, State.BLOCKED_FEE)
ON_ITS_WAY = tuple(state for state in PENDING if state not in WAITING)
IN_HAND = (State.RESERVED, State.SIGNED, State.SENDING)
# The node took one of the attempts, as far as is known.
WITH_NODE = (State.BROADCAST, State.ORPHANED)
# What people are told; what the node said is kept with the attempt.
REASONS = {
    State.BLOCKED_FUNDS: "The anchorer's account is out of funds; it goes on when it is funded",
    State.BLOCKED_FEE: "Fees on the chain are above the cap; it goes on when they fall",
    State.UNKNOWN: "Whether the chain's node took the transaction is being looked up",
    State.ORPHANED: "The chain dropped the transaction's block; it is being sent again",
}
FOREIGN = (
    "Another transaction of the same account used its nonce; what follows waits until that is final"
)
FOREIGN_CALL = (
    "Another transaction of the same account used its nonce, so whether the call was made is for an "
    "operator to find out; it is not sent again by itself, see `troth transactions owe-again`"
)
REFUSED = "No node takes the transaction, and waiting does not mend it"
AHEAD = "The chain's node counts"
GIVEN_UP = "It was given up: an empty transaction uses its nonce"
BEHIND = "An earlier batch is halted, and batches are anchored in order; see `troth doctor`"
