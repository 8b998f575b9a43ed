"""What goes over the wire for files."""

from marshmallow import Schema, fields, validate

from webapp.columns import iso
from webapp.media.decoding import THUMBNAILS
from webapp.media.models import MediaState


class MediaSchema(Schema):
    """A file as it is served; ``digest`` and ``mime`` are what a Post's media names."""

    id = fields.UUID(required=True)
    digest = fields.Function(lambda file: "0x" + file.digest.hex(), required=True)
    mime = fields.String(required=True)
    size = fields.Integer(required=True)
    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    frames = fields.Integer(required=True, metadata={"description": "0 for a video"})
    alt = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([*MediaState]))
    created_at = fields.Function(lambda file: iso(file.created_at), required=True)


class ThumbnailQuerySchema(Schema):
    """Which thumbnail: its longest edge has at most 320 pixels (small) or 1,080 (large)."""

    size = fields.String(load_default="small", validate=validate.OneOf([*THUMBNAILS]))
