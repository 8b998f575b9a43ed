"""HTTP for webhooks."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from webapp.accounts.access import signed_in
from webapp.accounts.idempotency import idempotent, idempotent_with_tokens
from webapp.accounts.scopes import Scope
from webapp.accounts.tokens import current_account_id
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

blueprint = ApiBlueprint("webhooks", __name__, description="What one is told, sent to one's app")


@blueprint.post("/webhooks")
@signed_in(Scope.ACCOUNT)
@idempotent_with_tokens  # the answer holds a secret
@blueprint.arguments(NewWebhookSchema())
@blueprint.response(201, MadeWebhookSchema)
def make(body: dict[str, Any]) -> SimpleNamespace:
    """Make a webhook; its secret is shown this once."""
    kinds = [Kind(kind) for kind in body["kinds"]]
    webhook, secret = service.make(current_account_id(), body["url"], kinds)
    shown = {name: getattr(webhook, name) for name in WebhookSchema().fields}
    return SimpleNamespace(**shown, secret=secret)


@blueprint.get("/webhooks")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, WebhooksSchema)
def webhooks() -> dict[str, Any]:
    """Return one's webhooks."""
    return {"items": service.webhooks(current_account_id())}


@blueprint.delete("/webhooks/<uuid:webhook_id>")
@signed_in(Scope.ACCOUNT)
@blueprint.response(204)
def remove(webhook_id: UUID) -> None:
    """Delete a webhook."""
    service.remove(current_account_id(), webhook_id)


@blueprint.post("/webhooks/<uuid:webhook_id>/test")
@signed_in(Scope.ACCOUNT)
@idempotent
@blueprint.response(202, DeliverySchema)
def try_out(webhook_id: UUID) -> WebhookDelivery:
    """Send a test message, and enable the webhook again; the log says what became of it."""
    return service.try_out(current_account_id(), webhook_id)


@blueprint.get("/webhooks/<uuid:webhook_id>/deliveries")
@signed_in(Scope.ACCOUNT)
@blueprint.response(200, DeliveriesSchema)
def deliveries(webhook_id: UUID) -> dict[str, Any]:
    """Return the newest messages and what became of them."""
    return {"items": service.deliveries(current_account_id(), webhook_id)}
