"""What goes over the wire for stamps."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from webapp.accounts.schemas import HEX_BOUND
from webapp.columns import iso
from webapp.pagination import PageQuerySchema, PageSchema
from webapp.posts.schemas import UUID_TEXT

DIGEST = validate.Regexp(
    r"0x[0-9a-f]{64}\Z", error="Give a SHA-256 digest: 0x and 64 lower-case hex digits."
)


class StampSchema(Schema):
    """A stamp; ``about`` and ``digest`` are null once it is deleted."""

    id = fields.UUID(required=True)
    author = fields.String(required=True)
    account = fields.UUID(required=True, attribute="account_id")
    about = fields.String(required=True, allow_none=True)
    digest = fields.Function(
        lambda stamp: None if stamp.digest is None else "0x" + stamp.digest.hex(), required=True
    )
    content = fields.Function(lambda stamp: "0x" + stamp.content.hex(), required=True)
    created_at = fields.Function(lambda stamp: iso(stamp.created_at), required=True)
    deleted_at = fields.Function(lambda stamp: iso(stamp.deleted_at), required=True)
    anchoring = fields.Dict(required=True)


class StampPageSchema(PageSchema):
    """A page of stamps, newest first; ``next`` is the cursor of the next page."""

    items = fields.List(fields.Nested(StampSchema), required=True)


class StampPageQuerySchema(PageQuerySchema):
    """Which part of one's stamps; ``digest``: only those of one file."""

    digest = fields.String(validate=DIGEST)


class NewStampSchema(Schema):
    """Either a signed record (message, signature), or a digest from an account without a wallet."""

    message = fields.Dict(metadata={"description": "A signed Stamp record, in camelCase"})
    signature = fields.String(validate=validate.Length(max=HEX_BOUND))
    digest = fields.String(validate=DIGEST, metadata={"description": "SHA-256 of the file"})
    about = fields.String(metadata={"description": "What it is, at most 1,000 characters"})
    id = fields.String(validate=UUID_TEXT, metadata={"description": "Your own UUIDv7"})

    @validates_schema
    def one_of_both(self, data: dict[str, object], **_: object) -> None:
        """Refuse a body that is both or neither."""
        signed = {"message", "signature"} & data.keys()
        drafted = data.keys() - {"message", "signature"}
        if signed and drafted:
            raise ValidationError("Unknown field beside a signed message.", min(drafted))
        if len(signed) == 1:
            missing = ({"message", "signature"} - signed).pop()
            raise ValidationError("Missing data for required field.", missing)
        if not signed and "digest" not in data:
            raise ValidationError("Missing data for required field.", "digest")
