"""Reading the device keys that an account's wallets have allowed."""

import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.log.models import Author, Delegation, Entry
from webapp.log.service import newest_block_time
from webapp.pagination import Cursor

BIGGEST = 2**63 - 1  # a cursor of another list may name more; no database has such a row


class DeviceState(StrEnum):
    """Whether a device key may sign now."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class DeviceView:
    """A device key as one Delegation allows it; ``last_used_at`` is its newest entry under that Delegation."""

    delegate: str
    author: str
    expires_at: int
    created_at: datetime
    revoked_at: datetime | None
    entry: Entry
    state: DeviceState
    last_used_at: datetime | None


def devices_of(session: Session, account_id: UUID, page: dict[str, Any]) -> list[DeviceView]:
    """Return what the linked wallets of an account allowed, newest first, one more than the page's limit."""
    mine = select(Author.address).filter_by(account_id=account_id, signs=True, released_at=None)
    newest = (
        select(Entry.accepted_at)
        .where(Entry.delegation_id == Delegation.entry_id)
        .order_by(Entry.id.desc())
        .limit(1)
        .correlate(Delegation)
        .scalar_subquery()
    )
    query = select(Delegation, newest).where(Delegation.author.in_(mine))
    if cursor := page.get("cursor"):
        query = query.where(Delegation.entry_id < min(cursor.id.int, BIGGEST))
    if since := page.get("since"):
        query = query.where(Delegation.entry_id > min(since.id.int, BIGGEST))
    query = query.order_by(Delegation.entry_id.desc()).limit(page["limit"] + 1)
    # As in accepting a record: neither our clock nor the chain's may be past the expiry.
    now = max(time.time(), newest_block_time(session))
    return [_view(device, used, now) for device, used in session.execute(query)]


def place_of(device: DeviceView) -> Cursor:
    """Return where a device key stands in the list."""
    return Cursor(device.created_at, UUID(int=device.entry.id))


def _view(device: Delegation, last_used_at: datetime | None, now: float) -> DeviceView:
    if device.revoked_at is not None:
        state = DeviceState.REVOKED
    else:
        state = DeviceState.EXPIRED if device.expires_at <= now else DeviceState.ACTIVE
    return DeviceView(
        delegate=device.delegate,
        author=device.author,
        expires_at=device.expires_at,
        created_at=device.created_at,
        revoked_at=device.revoked_at,
        entry=device.entry,
        state=state,
        last_used_at=last_used_at,
    )
