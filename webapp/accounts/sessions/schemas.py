"""What goes over the wire for sessions."""

from marshmallow import Schema, fields

from webapp.columns import iso
from webapp.pagination import PageSchema


class SessionSchema(Schema):
    """A session; ``client`` names browser and system where they are known."""

    id = fields.UUID(required=True)
    client = fields.String(required=True, allow_none=True)
    created_at = fields.Function(lambda one: iso(one.created_at), required=True)
    last_used_at = fields.Function(lambda one: iso(one.last_used_at), required=True)
    current = fields.Boolean(required=True)


class SessionPageSchema(PageSchema):
    """A page of sessions, newest first."""

    items = fields.List(fields.Nested(SessionSchema), required=True)
