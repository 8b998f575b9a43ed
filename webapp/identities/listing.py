"""Lists of claims: one's own, a person's now or at a moment, and who is believed here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.profile.reading import check_known
from webapp.columns import iso, utc_now
from webapp.extensions import table_of
from webapp.identities.issuers import own_issuer, trusted_issuers
from webapp.identities.models import IdentityClaim
from webapp.identities.owing import find_place
from webapp.identities.reading import vouched
from webapp.identities.states import ClaimView, claim_views, select_claims
from webapp.log.tenures import addresses_at
from webapp.pagination import newest_first

_C = table_of(IdentityClaim).c


def own_claims(session: Session, account_id: UUID, page: dict[str, Any]) -> list[ClaimView]:
    """Return an account's claims, newest first, one more than the page's limit."""
    query = select_claims().where(_C.account_id == account_id)
    return claim_views(session, newest_first(_C.requested_at, _C.id, query, page))


def claims_of_person(
    session: Session, person_id: UUID, viewer: UUID | None, at: datetime | None
) -> dict[str, Any]:
    """Return what trusted issuers say of a person's addresses, or said at a moment.

    Then of those that were the person's at that moment, whosever they are now. Raises UserNotFoundError.
    """
    check_known(session, person_id, viewer)
    moment = at or utc_now()
    account = session.get_one(Account, person_id)
    hidden = account.deleted_at is not None or (
        account.suspended_at is not None and person_id != viewer
    )
    addresses = [] if hidden else addresses_at(session, person_id, at)
    found = vouched(session, addresses, at)
    items = [one.to_json() for address in addresses for one in found.get(address, [])]
    return {"at": iso(moment), "items": items}


def issuers(session: Session) -> dict[str, Any]:
    """Return who is believed here, this server's own issuer first."""
    own, place = own_issuer(session), find_place(session)
    items = [
        {"address": address, "name": name, "own": address == own}
        for address, name in trusted_issuers(session).items()
    ]
    items.sort(key=lambda one: (not one["own"], one["name"], one["address"]))
    return {"registry": None if place is None else place.registry, "items": items}
