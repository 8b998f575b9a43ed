"""Devices that may sign for an author (protocol, section 2, Delegation)."""

import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from chain.proofs.records import Kind
from webapp.columns import utc_now
from webapp.log.errors import DelegateExpiredError, DelegateRevokedError, NotDelegableError
from webapp.log.models import Delegation
from webapp.log.new_entry import NewEntry
from webapp.log.signers import Signer

AUTHOR_ONLY = (Kind.DELEGATION, Kind.REVOCATION)


def authorise(
    session: Session, kind: Kind, author: str, signer: Signer | None, chain_time: int
) -> int | None:
    """Return the entry of the Delegation that lets ``signer`` sign, None if it is the author.

    Call under the author's lock. ``chain_time`` is the newest time on the chain that is known, in
    seconds since 1970: neither our clock nor the chain's may be past the expiry. Raises NotDelegableError, DelegateRevokedError and
    DelegateExpiredError.
    """
    if signer is None or signer.delegate is None:
        return None
    if kind in AUTHOR_ONLY:
        raise NotDelegableError(kind.type_name)
    active = active_delegations(session, author, signer.delegate)
    if not active:
        raise DelegateRevokedError(signer.delegate)
    latest = max(active, key=lambda delegation: delegation.expires_at)
    if latest.expires_at <= max(time.time(), chain_time):
        raise DelegateExpiredError(signer.delegate, latest.expires_at)
    return latest.entry_id


def active_delegations(session: Session, author: str, delegate: str) -> list[Delegation]:
    """Return the Delegations of a device that no Revocation has ended, expired ones included."""
    query = select(Delegation).filter_by(author=author, delegate=delegate, revoked_at=None)
    return list(session.scalars(query))


def allow(session: Session, entry: NewEntry) -> Delegation:
    """Record what a Delegation's entry allows; needs an open write transaction."""
    message = entry.message or {}
    delegation = Delegation(
        entry_id=entry.id,
        author=entry.author,
        delegate=message["delegate"],
        expires_at=message["expiresAt"],
        created_at=entry.accepted_at,
    )
    session.add(delegation)
    session.flush()
    return delegation


def revoke(session: Session, entry: NewEntry) -> None:
    """End every Delegation of the device that a Revocation's entry names."""
    delegate = (entry.message or {})["delegate"]
    for delegation in active_delegations(session, entry.author, delegate):
        delegation.revoked_at = utc_now()
        delegation.revocation_id = entry.id
