"""HTTP for webhooks."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask_jwt_extended import get_jwt

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent, idempotent_with_tokens
from webapp.accounts.scopes import Scope, scopes_of
from webapp.accounts.tokens import current_caller
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.notifications.models import Kind
from webapp.notifications.webhooks import service
from webapp.notifications.webhooks.models import WebhookDelivery
from webapp.notifications.webhooks.schemas import (
    DeliveriesSchema,
    DeliverySchema,
    MadeWebhookSchema,
    NewWebhookSchema,
    WebhookSchema,
    WebhooksSchema,
)
from webapp.notifications.webhooks.service import Holder, Listed

blueprint = ApiBlueprint("webhooks", __name__, description="What one is told, sent to one's app")


@blueprint.post("/webhooks")
@signed_in(Scope.WEBHOOKS_WRITE)
@idempotent_with_tokens  # the answer holds a secret
@blueprint.arguments(NewWebhookSchema())
@blueprint.response(201, MadeWebhookSchema)
def make(body: dict[str, Any]) -> SimpleNamespace:
    """Make a webhook, as a person or as an app for one; its secret is shown this once."""
    kinds = None if body["kinds"] is None else [Kind(kind) for kind in body["kinds"]]
    webhook, secret = service.make(_holder(), body["url"], kinds)
    client_id = service.client_of(db.session(), webhook.consent_id)
    return SimpleNamespace(**_shown(Listed(webhook, client_id)), secret=secret)


@blueprint.get("/webhooks")
@signed_in(Scope.WEBHOOKS_WRITE)
@blueprint.response(200, WebhooksSchema)
def webhooks() -> dict[str, Any]:
    """Return one's webhooks: a person's with those that apps made for them, an app's own."""
    return {"items": [SimpleNamespace(**_shown(one)) for one in service.webhooks(_holder())]}


@blueprint.delete("/webhooks/<uuid:webhook_id>")
@signed_in(Scope.WEBHOOKS_WRITE)
@blueprint.response(204)
def remove(webhook_id: UUID) -> None:
    """Delete a webhook."""
    service.remove(_holder(), webhook_id)


@blueprint.post("/webhooks/<uuid:webhook_id>/test")
@signed_in(Scope.WEBHOOKS_WRITE)
@idempotent
@blueprint.response(202, DeliverySchema)
def try_out(webhook_id: UUID) -> WebhookDelivery:
    """Send a test message, and enable the webhook again; the log says what became of it."""
    return service.try_out(_holder(), webhook_id)


@blueprint.get("/webhooks/<uuid:webhook_id>/deliveries")
@signed_in(Scope.WEBHOOKS_WRITE)
@blueprint.response(200, DeliveriesSchema)
def deliveries(webhook_id: UUID) -> dict[str, Any]:
    """Return the newest messages and what became of them."""
    return {"items": service.deliveries(_holder(), webhook_id)}


def _holder() -> Holder:
    caller = current_caller()
    scopes = scopes_of(get_jwt())
    return Holder(caller.account_id, caller.session_id, caller.consent_id, scopes)


def _shown(one: Listed) -> dict[str, Any]:
    names = [name for name in WebhookSchema().fields if name != "client_id"]
    return {"client_id": one.client_id} | {name: getattr(one.webhook, name) for name in names}
