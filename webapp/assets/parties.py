"""Addresses and the people behind them, as the viewer may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.profiles import ProfileCard, card_of
from webapp.accounts.relations import conditions
from webapp.accounts.relations.reading import known_to
from webapp.extensions import table_of
from webapp.log.models import Author

_A, _AUTHORS = table_of(Account), table_of(Author)


@dataclass(frozen=True)
class Party:
    """An address, and the person whose wallet it is, if that is known and may be shown."""

    address: str
    profile: ProfileCard | None


def find_parties(
    session: Session, addresses: Collection[str], viewer: UUID | None
) -> dict[str, Party]:
    """Return each address with its person: not one who is suspended, gone, or blocks the viewer."""
    found = {address: Party(address, None) for address in addresses}
    if not found:
        return found
    query = (
        select(_AUTHORS.c.address, *(_A.c[name] for name in ("id", "handle", "name", "avatar_id")))
        .select_from(_AUTHORS.join(_A, _A.c.id == _AUTHORS.c.account_id))
        .where(_AUTHORS.c.address.in_(list(found)), _AUTHORS.c.signs)
        .where(_AUTHORS.c.released_at.is_(None), conditions.active(), known_to(viewer))
    )
    for row in session.execute(query):
        card = card_of(row.id, row.handle, row.name, row.avatar_id)
        found[row.address] = Party(row.address, card)
    return found


def accounts_of(session: Session, addresses: Collection[str]) -> dict[str, UUID]:
    """Return the living accounts whose wallets addresses are."""
    if not addresses:
        return {}
    query = (
        select(_AUTHORS.c.address, _A.c.id)
        .select_from(_AUTHORS.join(_A, _A.c.id == _AUTHORS.c.account_id))
        .where(_AUTHORS.c.address.in_(list(addresses)), _AUTHORS.c.signs)
        .where(_AUTHORS.c.released_at.is_(None), _A.c.deleted_at.is_(None))
    )
    return {row.address: row.id for row in session.execute(query)}
