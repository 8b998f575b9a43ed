"""HTTP for notifications."""

from typing import Any

from flask import request

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.notifications import reading, service
from webapp.notifications.models import Kind, Whom
from webapp.notifications.reading import Unread
from webapp.notifications.schemas import (
    NotificationPageSchema,
    NotificationQuerySchema,
    PreferencesSchema,
    ReadNotificationsSchema,
    UnreadSchema,
)
from webapp.openapi import IF_MATCH
from webapp.pagination import Answer, answer_of

blueprint = ApiBlueprint("notifications", __name__, description="What one is told")


@blueprint.get("/notifications")
@signed_in(Scope.NOTIFICATIONS_READ)
@blueprint.arguments(NotificationQuerySchema(), location="query")
@blueprint.response(200, NotificationPageSchema)
def notifications(page: dict[str, Any]) -> Answer:
    """Return what one was told, newest first; what belongs together as one."""
    kinds = page.get("kinds", [])
    found = reading.page(db.session(), current_account_id(), page, kinds)
    more = {"kinds": ",".join(kinds)} if kinds else {}
    return answer_of(found.groups, page, found.next, found.newest, **more)


@blueprint.get("/notifications/unread")
@signed_in(Scope.NOTIFICATIONS_READ)
@blueprint.response(200, UnreadSchema)
def unread() -> Unread:
    """Return how many notifications are unread."""
    return reading.unread(db.session(), current_account_id())


@blueprint.post("/notifications/read")
@signed_in(Scope.NOTIFICATIONS_READ)
@idempotent
@blueprint.arguments(ReadNotificationsSchema())
@blueprint.response(200, UnreadSchema)
def mark_read(body: dict[str, int]) -> Unread:
    """Mark everything up to a notification as read."""
    account_id = current_account_id()
    service.mark_read(account_id, body["up_to"])
    return reading.unread(db.session(), account_id)


@blueprint.get("/notifications/preferences")
@signed_in(Scope.NOTIFICATIONS_READ)
@blueprint.response(200, PreferencesSchema)
def preferences() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Return whose doings one is told of, by kind."""
    found, etag = service.own_preferences(current_account_id())
    return {"kinds": found}, 200, {"ETag": etag}


@blueprint.put("/notifications/preferences")
@signed_in(Scope.ACCOUNT)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(PreferencesSchema())
@blueprint.response(200, PreferencesSchema)
def change_preferences(body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Choose whose doings one is told of; with If-Match only if nobody chose meanwhile."""
    changes = {Kind(kind): Whom(whom) for kind, whom in body["kinds"].items()}
    found, etag = service.change_preferences(current_account_id(), changes, _meant)
    return {"kinds": found}, 200, {"ETag": etag}


def _meant(revision: str) -> bool:
    return "If-Match" not in request.headers or request.if_match.contains(revision)
