"""Batches are anchored in order: the contract refuses one whose predecessor is missing.

So an anchor gets a nonce only after those of all earlier ones, and only while each of these is on its
way. One that reverts all the same waits for its turn; one that nothing can mend halts those behind it.
"""

from workers.sending.effects import Outlook, judge
from workers.sending.ledger import Ledger
from workers.sending.rows import Owed
from workers.sending.settling import MOST_FAILURES, Settling
from workers.sending.states import BEHIND, WITH_NODE, State
from workers.sending.view import View


def may_follow(owed: Owed, line: list[Owed]) -> bool:
    """Tell whether every earlier anchor of the line will be mined before this one."""
    earlier = [one for one in _before(owed, line) if one.state != State.MINED]
    nonces = [one.nonce or 0 for one in earlier]
    on_its_way = all(
        one.state in WITH_NODE and one.nonce is not None and not one.abandoned for one in earlier
    )
    # An earlier batch on a later nonce: what is in between can only revert, so nothing joins it.
    return on_its_way and nonces == sorted(nonces)


def is_halted(owed: Owed, line: list[Owed]) -> bool:
    """Tell whether an earlier anchor of the line can never be made."""
    return any(one.state == State.REVERTED for one in _before(owed, line))


def halt(ledger: Ledger, owed: Owed) -> bool:
    """Say of an anchor that it waits behind one that an operator has to mend."""
    return ledger.change(owed, state=State.DEAD, reason=BEHIND) is not None


def mend_halts(ledger: Ledger, settling: Settling, view: View) -> None:
    """Owe again what was halted and no longer has to be; raises NodeUnavailable and RpcRefused."""
    lines: dict[str, list[Owed]] = {}
    for owed in ledger.halted():
        line = lines.get(owed.to) or lines.setdefault(owed.to, ledger.line(owed.to))
        if is_halted(owed, line):
            continue
        if owed.state == State.REVERTED:
            _mend(ledger, settling, owed, view)
        elif owed.reason == BEHIND:
            ledger.change(owed, state=State.QUEUED, reason=None)


def _mend(ledger: Ledger, settling: Settling, owed: Owed, view: View) -> None:
    if settling.done(owed):
        settling.found(owed)
    elif owed.failures < MOST_FAILURES and owed.refused is None:
        found = judge(settling.client, ledger.signer, owed, view.final)
        if found.outlook == Outlook.POSSIBLE:
            settling.again(owed, owed.failures + 1)


def _before(owed: Owed, line: list[Owed]) -> list[Owed]:
    if owed.anchor is None:
        return []
    sequence = owed.anchor.sequence
    return [one for one in line if one.anchor and one.anchor.sequence < sequence]
