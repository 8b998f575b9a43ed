"""Who a token may go to: an address, or a person by their first wallet."""

import re
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.proofs.records import ZERO_ADDRESS
from webapp.accounts.errors import UserNotFoundError
from webapp.accounts.models import Account
from webapp.accounts.relations import conditions
from webapp.accounts.wallets.owners import wallets_of
from webapp.assets.errors import ReceiverRefusedError
from webapp.assets.ids import registry_address
from webapp.assets.parties import accounts_of
from webapp.extensions import table_of

ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_A = table_of(Account).c


def checked_address(text: str) -> str:
    """Return an address in lower case; raises ReceiverRefusedError for one that loses what it gets."""
    address = text.lower()
    if not ADDRESS.match(address):
        raise ReceiverRefusedError(f"{text[:80]} is no address")
    if address == ZERO_ADDRESS:
        raise ReceiverRefusedError("The zero address holds no token")
    if address == registry_address():
        raise ReceiverRefusedError("The registry itself cannot move what it holds")
    return address


def check_receiver(session: Session, address: str, giver: UUID) -> None:
    """Refuse an address, in lower case, whose person has a block between them and the giver.

    Does not say who blocked whom, nor whose address it is. Raises ReceiverRefusedError.
    """
    person = accounts_of(session, [address]).get(address)
    if person is not None and session.scalar(select(conditions.blocked(giver, person))):
        raise ReceiverRefusedError("You cannot give a token to this address")


def wallet_of(session: Session, person_id: UUID, giver: UUID) -> str:
    """Return the first wallet of somebody whom one may give a token: no block is between the two.

    Raises UserNotFoundError and ReceiverRefusedError.
    """
    known = select(_A.id).where(
        _A.id == person_id, conditions.active(), ~conditions.blocked(giver, person_id)
    )
    if session.scalar(known) is None:
        raise UserNotFoundError(str(person_id))
    wallets = wallets_of(session, person_id)
    if not wallets:
        raise ReceiverRefusedError("This person has no wallet that a token could go to")
    return wallets[0].address
