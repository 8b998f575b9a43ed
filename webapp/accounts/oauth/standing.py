"""Apps whose owners are suspended: they do nothing for anybody until the owner is restored.

Nothing is taken back: consents, refresh tokens and webhooks stand, and go on with the owner.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.accounts.oauth.models import OAuthApp, OAuthConsent
from webapp.extensions import table_of

_C, _APPS, _OWNERS = (table_of(one).alias() for one in (OAuthConsent, OAuthApp, Account))


def owner_suspended(session: Session, owner_id: UUID) -> bool:
    """Tell whether whoever registered an app is suspended."""
    suspended_at = select(Account.suspended_at).where(Account.id == owner_id)
    return session.scalar(suspended_at) is not None


def rests(consent_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Tell of a query's rows whether the owner of the app that a consent allows is suspended; false without a consent."""
    return exists().where(
        _C.c.id == consent_id,
        _APPS.c.id == _C.c.app_id,
        _OWNERS.c.id == _APPS.c.owner_id,
        _OWNERS.c.suspended_at.is_not(None),
    )
