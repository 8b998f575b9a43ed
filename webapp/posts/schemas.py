"""What goes over the wire for posts."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, missing, validate, validates_schema

from webapp.accounts.schemas import HEX_BOUND, BadgeSchema, ProfileCardSchema
from webapp.columns import iso
from webapp.log.rules import MAX_ALT, MAX_MEDIA
from webapp.pagination import PageQuerySchema, PageSchema

UUID_TEXT = validate.Regexp(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", error="Give a UUID in lower case with hyphens."
)
HASH = validate.Regexp(
    r"0x[0-9a-f]{64}\Z", error="Give the 'content' of a post: 0x and 64 lower-case hex digits."
)

COUNTS = {
    "properties": {name: {"type": "integer"} for name in ("likes", "comments", "reposts", "quotes")}
}
VIEWER = {
    "description": "What post and author are to you; null for the signed-out",
    "properties": {
        name: {"type": "boolean"} for name in ("liked", "reposted", "following", "muted")
    },
}


class AnchoringSchema(Schema):
    """Where a record stands on its way to the chain; times are null until reached."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(["saved", "sealed", "sent", "mined", "final", "delayed", "halted"]),
    )
    saved_at = fields.String(required=True)
    sealed_at = fields.String(required=True, allow_none=True)
    sent_at = fields.String(required=True, allow_none=True)
    mined_at = fields.String(required=True, allow_none=True)
    final_at = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class PostSchema(Schema):
    """A post's current version; text is null once it is deleted."""

    id = fields.UUID(required=True)
    author = fields.String(required=True)
    account = fields.UUID(required=True, attribute="account_id")
    audience = fields.String(required=True)
    text = fields.String(required=True, allow_none=True)
    media = fields.List(fields.Dict(), required=True)
    content = fields.Function(lambda post: "0x" + post.content.hex(), required=True)
    reply_to = fields.Function(lambda post: _hex_or_none(post.reply_to), required=True)
    quotes = fields.Function(lambda post: _hex_or_none(post.quotes), required=True)
    version = fields.Integer(required=True)
    signed = fields.Boolean(
        required=True,
        metadata={"description": "False: nobody signed it, and the server alone says whose it is"},
    )
    created_at = fields.Function(lambda post: iso(post.created_at), required=True)
    edited_at = fields.Function(lambda post: iso(post.edited_at), required=True)
    deleted_at = fields.Function(lambda post: iso(post.deleted_at), required=True)
    parent = fields.UUID(required=True, allow_none=True, attribute="parent_id")
    root = fields.UUID(required=True, allow_none=True, attribute="root_id")
    quoted = fields.UUID(required=True, allow_none=True, attribute="quoted_id")
    profile = fields.Nested(ProfileCardSchema, required=True)
    counts = fields.Dict(required=True, metadata=COUNTS)
    viewer = fields.Dict(required=True, allow_none=True, metadata=VIEWER)
    badges = fields.List(fields.Nested(BadgeSchema), required=True)
    anchoring = fields.Dict(required=True)


class PostPageSchema(PageSchema):
    """A page of posts, newest first; ``next`` is the cursor of the next page."""

    items = fields.List(fields.Nested(PostSchema), required=True)


class DraftMediaSchema(Schema):
    """An uploaded file by ``id``, described as at its upload unless ``alt`` says more; or a token by ``asset``."""

    id = fields.UUID()
    alt = fields.String(validate=validate.Length(max=MAX_ALT))
    asset = fields.String(
        validate=validate.Length(max=MAX_ALT), metadata={"description": "CAIP-19 id of a token"}
    )

    @validates_schema
    def one_of_both(self, data: dict[str, object], **_: object) -> None:
        """Refuse what is neither a file nor a token, or both."""
        if "asset" in data and data.keys() != {"asset"}:
            raise ValidationError("A token has neither 'id' nor 'alt'.", "asset")
        if not data.keys() & {"id", "asset"}:
            raise ValidationError("Missing data for required field.", "id")


class PersonsPageQuerySchema(PageQuerySchema):
    """Which of a person's posts: with answers to others or not, with what they passed on or not."""

    replies = fields.Boolean(load_default=True, truthy={"true"}, falsy={"false"})
    reposts = fields.Boolean(load_default=False, truthy={"true"}, falsy={"false"})


class PersonsPostSchema(PostSchema):
    """A post of a person's list; ``reposted_at`` is there if they passed it on."""

    reposted_at = fields.Method("moment_of_repost")

    def moment_of_repost(self, post: Any) -> Any:
        """Return when the person passed a post on; nothing for their own."""
        moment = getattr(post, "reposted_at", None)
        return missing if moment is None else iso(moment)


class PersonsPageSchema(PageSchema):
    """A page of what a person wrote and passed on, newest first."""

    items = fields.List(fields.Nested(PersonsPostSchema), required=True)


class NewPostSchema(Schema):
    """Either a signed record (message, signature), or text from an account without a wallet."""

    message = fields.Dict(metadata={"description": "A signed Post record, in camelCase"})
    signature = fields.String(validate=validate.Length(max=HEX_BOUND))
    text = fields.String()
    audience = fields.String(validate=validate.OneOf(["public", "followers"]))
    reply_to = fields.String(validate=HASH, metadata={"description": "Content of a post"})
    quotes = fields.String(validate=HASH, metadata={"description": "Content of a post"})
    media = fields.List(
        fields.Nested(DraftMediaSchema),
        validate=validate.Length(max=MAX_MEDIA),
        metadata={"description": "At most four images, or one video"},
    )
    id = fields.String(
        validate=UUID_TEXT, metadata={"description": "Your own UUIDv7, or the post to edit"}
    )
    replaces = fields.String(validate=HASH, metadata={"description": "Content to replace"})

    @validates_schema
    def one_of_both(self, data: dict[str, object], **_: object) -> None:
        """Refuse a body that is both or neither."""
        signed = {"message", "signature"} & data.keys()
        drafted = data.keys() - {"message", "signature"}
        if signed and drafted:
            name = min(drafted)
            raise ValidationError("Unknown field beside a signed message.", name)
        if signed and len(signed) != len({"message", "signature"}):
            missing = ({"message", "signature"} - signed).pop()
            raise ValidationError("Missing data for required field.", missing)
        if not signed and "text" not in data:
            raise ValidationError("Missing data for required field.", "text")


class DeletionSchema(Schema):
    """A signed Deletion; empty for a post made without a wallet."""

    message = fields.Dict(metadata={"description": "A signed Deletion record, in camelCase"})
    signature = fields.String(validate=validate.Length(max=HEX_BOUND))

    @validates_schema
    def both_or_none(self, data: dict[str, object], **_: object) -> None:
        """Refuse half of a signed record."""
        if len(data) == 1:
            missing = ({"message", "signature"} - data.keys()).pop()
            raise ValidationError("Missing data for required field.", missing)


class BundleQuerySchema(Schema):
    """Which version's bundle."""

    content = fields.String(validate=HASH)


class PostBundleQuerySchema(BundleQuerySchema):
    """The same; ``claims``: with claim files that the author discloses."""

    claims = fields.Boolean(load_default=False, truthy={"true"}, falsy={"false"})


def _hex_or_none(value: bytes | None) -> str | None:
    return None if value is None else "0x" + value.hex()
