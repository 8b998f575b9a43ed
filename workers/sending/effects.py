"""Whether the chain holds what a call was to bring about, and whether it still can."""

from dataclasses import dataclass
from enum import StrEnum

import structlog

from chain.client import BlockId, ChainClient
from chain.contracts import AnchorLog, AssetRegistry, MintCall, explain
from chain.errors import ContractReverted, NoCode, OutOfGas, RpcRefused, StateUnavailable
from chain.proofs.verdicts import spell_time
from webapp.assets.permissions import MOST_GAS
from workers.sending.rows import Owed

NO_STATE = (
    "Whether the call can still be made cannot be told: no node has the state or the contract"
)
log = structlog.get_logger(__name__)


class Outlook(StrEnum):
    """What the state at a final block says of a call that was not made."""

    POSSIBLE = "possible"
    TOO_EARLY = "too early"
    IMPOSSIBLE = "impossible"
    UNTOLD = "untold"


@dataclass(frozen=True)
class Judgement:
    """An outlook with its reason in plain words."""

    outlook: Outlook
    reason: str = ""


def is_done(client: ChainClient, signer: str, owed: Owed) -> bool:
    """Tell whether the chain holds this very batch or token, whichever transaction brought it there."""
    if owed.mint is not None:
        return _is_minted(client, owed.to, owed.mint)
    call = owed.anchor
    if call is None:
        return False
    state = AnchorLog(client, owed.to).anchor_of(signer, call.root)
    return state is not None and (state.sequence, state.count) == (call.sequence, call.count)


def _is_minted(client: ChainClient, contract: str, call: MintCall) -> bool:
    try:
        return AssetRegistry(client, contract).digest_of(call.token) == call.digest
    except (ContractReverted, NoCode):
        return False


def judge(client: ChainClient, signer: str, owed: Owed, block: BlockId) -> Judgement:
    """Simulate a call on the state after a block, with all the gas that the node allows; a mint with its most.

    A node without that state, and a contract that is missing in it, leave it untold: the row waits, and
    the others go on. Raises NodeUnavailable.
    """
    try:
        gas = None if owed.mint is None else MOST_GAS
        client.call(owed.to, owed.data, block, sender=signer, gas=gas)
    except ContractReverted as error:
        return _reverted(explain(error))
    except OutOfGas:
        most = "the node allows" if owed.mint is None else f"is paid for a mint, {MOST_GAS:,}"
        return Judgement(Outlook.IMPOSSIBLE, f"The call uses more gas than {most}")
    except (StateUnavailable, NoCode) as error:
        log.warning("sending.untold", transaction=owed.id, block=block, problem=str(error))
        return Judgement(Outlook.UNTOLD, NO_STATE)
    return Judgement(Outlook.POSSIBLE)


def _reverted(error: ContractReverted) -> Judgement:
    match error.name, error.arguments:
        case "WrongSequence", (given, expected) if expected < given:
            reason = f"The chain expects batch {expected} before batch {given}"
            return Judgement(Outlook.TOO_EARLY, reason)
        case "WrongSequence", (given, _):
            reason = f"The chain holds another batch under the number {given}; see `troth doctor`"
        case "RootAlreadyAnchored", (_, sequence):
            reason = f"The chain holds this root as batch {sequence}; see `troth doctor`"
        case "NamespaceClosed", _:
            reason = "The log was closed on the chain; nothing can be anchored in it any more"
        case "AlreadyMinted", (token,):
            reason = f"The chain holds token {token} with other metadata than was to be minted"
        case "PermissionExpired", (deadline, _):
            reason = (
                f"The permission's deadline, {spell_time(deadline)}, passed before it was mined"
            )
        case "InvalidPermission", (creator, _):
            reason = f"{creator} does not accept the signature of this permission (any more)"
        case _:
            reason = str(error)
    return Judgement(Outlook.IMPOSSIBLE, reason)


def roomier_gas(client: ChainClient, signer: str, owed: Owed) -> int:
    """Return a gas limit for a call that ran out of gas: half as much again, or a fresh estimate."""
    least = owed.gas * 3 // 2
    try:
        estimate = client.estimate_gas(owed.to, owed.data, sender=signer)
    except (ContractReverted, RpcRefused):
        return least
    return max(least, estimate * 5 // 4)
