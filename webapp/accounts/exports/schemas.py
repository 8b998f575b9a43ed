"""What goes over the wire for exports."""

from marshmallow import Schema, fields, validate

from webapp.accounts.exports.models import EXPIRED, FAILED, READY, RUNNING, WAITING
from webapp.columns import iso
from webapp.pagination import PageSchema


class ExportSchema(Schema):
    """An export; ``size`` in bytes, the times null until reached."""

    id = fields.UUID(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf([WAITING, RUNNING, READY, FAILED, EXPIRED])
    )
    size = fields.Integer(required=True, allow_none=True)
    created_at = fields.Function(lambda export: iso(export.created_at), required=True)
    ready_at = fields.Function(lambda export: iso(export.ready_at), required=True)
    expires_at = fields.Function(lambda export: iso(export.expires_at), required=True)


class ExportPageSchema(PageSchema):
    """A page of exports, newest first."""

    items = fields.List(fields.Nested(ExportSchema), required=True)
