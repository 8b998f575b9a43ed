"""Webhooks that apps make for the people who allow it: what they may be sent, and when that ends.

An app is told what its consent lets it read. With the consent everything of it ends: at once, since nothing is
owed or sent without one, and for good, since one that is given anew does not bring back what was made before.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from webapp.accounts.errors import ScopeMissingError
from webapp.accounts.oauth.models import OAuthConsent
from webapp.accounts.scopes import Scope
from webapp.database import writing
from webapp.extensions import table_of
from webapp.notifications.models import Kind
from webapp.notifications.webhooks.models import Webhook, WebhookDelivery

_W, _C, _D = (table_of(model).c for model in (Webhook, OAuthConsent, WebhookDelivery))
MOST_ENDED = 500


def kinds_for(scopes: frozenset[Scope]) -> frozenset[Kind]:
    """Return what somebody with these scopes may be sent."""
    if Scope.NOTIFICATIONS_READ not in scopes:
        return frozenset()
    return frozenset(Kind) - (frozenset() if Scope.MESSAGES_READ in scopes else {Kind.MESSAGE})


def check_kinds(kinds: Sequence[Kind], scopes: frozenset[Scope]) -> None:
    """Refuse kinds that the scopes do not cover; raises ScopeMissingError."""
    if Scope.NOTIFICATIONS_READ not in scopes:
        raise ScopeMissingError(Scope.NOTIFICATIONS_READ)
    if not kinds_for(scopes).issuperset(kinds):
        raise ScopeMissingError(Scope.MESSAGES_READ)


def good() -> ColumnElement[bool]:
    """Tell of a query's webhooks which may be sent to: a person's own, or one under a consent that stands."""
    # By a name of its own: queries may join the consent for its scopes.
    consent = table_of(OAuthConsent).alias("allowing")
    stands = exists().where(
        consent.c.id == _W.consent_id,
        consent.c.revoked_at.is_(None),
        consent.c.created_at <= _W.created_at,
    )
    return or_(_W.consent_id.is_(None), stands)


def end_of_account(session: Session, account_id: UUID, by: datetime) -> None:
    """Delete the webhooks of an account whose consents were taken back, of those made before a moment."""
    _end(session, select(_W.id).where(_W.account_id == account_id, _W.created_at <= by, ~good()))


def end_of_app(session: Session, app_id: UUID) -> None:
    """Delete the webhooks of an app that was deleted."""
    consents = select(_C.id).where(_C.app_id == app_id)
    _end(session, select(_W.id).where(_W.consent_id.in_(consents), ~good()))


def end_all() -> int:
    """Delete some webhooks whose consents are gone, whatever was missed; return how many."""
    with writing() as session:
        return _end(session, select(_W.id).where(~good()))


def _end(session: Session, which: Select[UUID]) -> int:
    # For deletion, as whoever removes one does: nobody hands anything over to it meanwhile.
    locked = which.order_by(_W.id).limit(MOST_ENDED).with_for_update(of=table_of(Webhook))
    ids = session.scalars(locked).all()
    if ids:
        session.execute(delete(WebhookDelivery).where(_D.webhook_id.in_(ids)))
        session.execute(delete(Webhook).where(and_(_W.id.in_(ids))))
    return len(ids)
