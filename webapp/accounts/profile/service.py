"""Changing one's own profile; row, revision and event are one commit."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.accounts.errors import HandleTakenError, UserNotFoundError
from webapp.accounts.handles import check_not_retired, normal_handle
from webapp.accounts.models import Account
from webapp.accounts.profile.errors import (
    HandleFixedError,
    StaleProfileError,
)
from webapp.accounts.profile.reading import OwnProfile, own_profile
from webapp.accounts.profile.rules import checked_bio, checked_links, checked_name
from webapp.database import locked, violates, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.log.errors import SuspendedError

Matches = Callable[[str], bool]
# The feature that keeps pictures stands to the right of this one, and says which may be somebody's avatar.
CheckAvatar = Callable[[Session, UUID, UUID], None]
_EXTENSION = "troth_check_avatar"


def change_profile(account_id: UUID, changes: dict[str, Any], matches: Matches) -> OwnProfile:
    """Change what ``changes`` names of name, bio, links, handle and avatar; return the profile.

    ``matches`` tells whether the change was meant for the revision of that number, as text. Nothing is
    written where nothing changes. Raises StaleProfileError, ProfileRefusedError, HandleRefusedError,
    HandleFixedError and HandleTakenError; for an avatar that is no own image that is ready MediaUnknownError,
    MediaProcessingError and MediaUnusableError; SuspendedError in a race with a moderator.
    """
    wanted = _checked(changes)
    try:
        with writing() as session:
            account = _locked_account(session, account_id)
            if not matches(str(account.revision)):
                raise StaleProfileError("another revision", f'"{account.revision}"')
            handle = wanted.get("handle", account.handle)
            if account.handle is not None and handle != account.handle:
                raise HandleFixedError(account.handle)
            if wanted.get("avatar_id") is not None:
                check: CheckAvatar = current_app.extensions[_EXTENSION]
                check(session, account_id, wanted["avatar_id"])
            if any(getattr(account, name) != value for name, value in wanted.items()):
                for name, value in wanted.items():
                    setattr(account, name, value)
                account.revision += 1
                record_event(session, EventType.PROFILE_CHANGED, account_id, str(account_id))
                session.flush()
                if "handle" in wanted:
                    check_not_retired(session, wanted["handle"])
            return own_profile(session, account_id)
    except IntegrityError as error:
        if violates(error, Account, "handle"):
            raise HandleTakenError(str(wanted["handle"])) from None
        raise


def _locked_account(session: Session, account_id: UUID) -> Account:
    mine = select(Account).filter_by(id=account_id, deleted_at=None)
    account = session.scalars(locked(session, mine)).one_or_none()
    if account is None:
        raise UserNotFoundError(str(account_id))
    if account.suspended_at is not None:
        raise SuspendedError
    return account


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that a change means; raises ProfileRefusedError and HandleRefusedError."""
    wanted: dict[str, Any] = {}
    if "name" in changes:
        wanted["name"] = checked_name(changes["name"])
    if "bio" in changes:
        wanted["bio"] = checked_bio(changes["bio"])
    if "links" in changes:
        wanted["links"] = checked_links(changes["links"])
    if "handle" in changes:
        wanted["handle"] = normal_handle(changes["handle"])
    if "avatar" in changes:
        wanted["avatar_id"] = changes["avatar"]
    return wanted
