"""What goes over the wire for webhooks."""

from marshmallow import Schema, fields, validate

from webapp.columns import iso
from webapp.notifications.schemas import KINDS
from webapp.outgoing import LONGEST_URL


class NewWebhookSchema(Schema):
    """Where to send what; all kinds that may be sent if they are left out."""

    url = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_URL))
    kinds = fields.List(
        fields.String(validate=validate.OneOf(KINDS)),
        load_default=None,
        validate=validate.Length(min=1, max=len(KINDS)),
    )


class WebhookSchema(Schema):
    """A webhook; ``disabled_reason`` says why nothing is sent to it any more.

    ``client_id`` is the app that made it, null for a person's own.
    """

    id = fields.UUID(required=True)
    client_id = fields.UUID(required=True, allow_none=True)
    url = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    created_at = fields.Function(lambda one: iso(one.created_at), required=True)
    failing_since = fields.Function(lambda one: iso(one.failing_since), required=True)
    disabled_at = fields.Function(lambda one: iso(one.disabled_at), required=True)
    disabled_reason = fields.String(required=True, allow_none=True)


class MadeWebhookSchema(WebhookSchema):
    """A webhook with its secret, shown this once."""

    secret = fields.String(required=True)


class WebhooksSchema(Schema):
    """All webhooks."""

    items = fields.List(fields.Nested(WebhookSchema), required=True)


class DeliverySchema(Schema):
    """A message; ``problem`` is what went wrong the last time."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    created_at = fields.Function(lambda one: iso(one.created_at), required=True)
    attempts = fields.Integer(required=True)
    next_attempt_at = fields.Function(lambda one: iso(one.next_attempt_at), required=True)
    delivered_at = fields.Function(lambda one: iso(one.delivered_at), required=True)
    status = fields.Integer(required=True, allow_none=True)
    problem = fields.String(required=True, allow_none=True)


class DeliveriesSchema(Schema):
    """The newest messages, newest first."""

    items = fields.List(fields.Nested(DeliverySchema), required=True)
