"""What goes over the wire for messages."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from webapp.accounts.relations.schemas import SeenCardSchema
from webapp.columns import iso
from webapp.messages.models import Accept
from webapp.pagination import PageSchema

MAX_TEXT = 4_000
MAX_TITLE = 100
# As many as are named at once; a group's own bound says the rest.
MAX_NAMED = 50
UUID7_TEXT = validate.Regexp(
    r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z",
    error="Give a UUIDv7 in lower case with hyphens.",
)


def readable(text: str) -> None:
    """Refuse text that is all blank, or holds U+0000."""
    if not text.strip():
        raise ValidationError("Write something: this is blank.")
    if "\0" in text:
        raise ValidationError("U+0000 is no part of a text.")


class NewMessageSchema(Schema):
    """A message to a person (``to``) or into a conversation."""

    to = fields.UUID(metadata={"description": "An account's id"})
    conversation = fields.UUID()
    text = fields.String(required=True, validate=[validate.Length(min=1, max=MAX_TEXT), readable])
    id = fields.String(validate=UUID7_TEXT, metadata={"description": "Your own UUIDv7"})

    @validates_schema
    def one_place(self, data: dict[str, object], **_: object) -> None:
        """Refuse a body that names both places or none."""
        if ("to" in data) == ("conversation" in data):
            raise ValidationError("Give either 'to' or 'conversation'.", "to")


class MessageSchema(Schema):
    """A message; ``text`` is null once deleted, ``profile`` once the sender's account is."""

    id = fields.UUID(required=True)
    conversation = fields.UUID(required=True)
    account = fields.UUID(required=True)
    profile = fields.Nested(SeenCardSchema, required=True, allow_none=True)
    text = fields.String(required=True, allow_none=True)
    created_at = fields.Function(lambda message: iso(message.created_at), required=True)
    deleted_at = fields.Function(lambda message: iso(message.deleted_at), required=True)


class MessagePageSchema(PageSchema):
    """A page of messages, newest first."""

    items = fields.List(fields.Nested(MessageSchema), required=True)


class ConversationStateSchema(Schema):
    """Where a conversation stands, without anything that was written; ``unread`` ends at 1,000.

    What answers a POST is stored under its Idempotency-Key, and must not bring back what was deleted since.
    """

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["direct", "group"]))
    owner = fields.UUID(required=True, allow_none=True)
    other = fields.Nested(SeenCardSchema, required=True, allow_none=True)
    member_count = fields.Integer(required=True)
    created_at = fields.Function(lambda one: iso(one.created_at), required=True)
    active_at = fields.Function(lambda one: iso(one.active_at), required=True)
    unread = fields.Integer(required=True)


class ConversationSchema(ConversationStateSchema):
    """A conversation as its member sees it."""

    title = fields.String(required=True, allow_none=True)
    last_message = fields.Nested(MessageSchema, required=True, allow_none=True)


class OneConversationSchema(ConversationSchema):
    """A conversation with its members."""

    members = fields.List(fields.Nested(SeenCardSchema), required=True)


class ConversationPageSchema(PageSchema):
    """A page of conversations, newest activity first."""

    items = fields.List(fields.Nested(ConversationSchema), required=True)


_TITLE = validate.And(validate.Length(min=1, max=MAX_TITLE), readable)


class NewGroupSchema(Schema):
    """A new group: whoever makes it owns it and is in it."""

    members = fields.List(
        fields.UUID(), required=True, validate=validate.Length(min=1, max=MAX_NAMED)
    )
    title = fields.String(validate=_TITLE, load_default=None, allow_none=True)


class GroupChangeSchema(Schema):
    """What changes of a group; a null title takes it away."""

    title = fields.String(validate=_TITLE, allow_none=True)
    owner = fields.UUID()

    @validates_schema
    def something(self, data: dict[str, object], **_: object) -> None:
        """Refuse a body that changes nothing."""
        if not data:
            raise ValidationError("Give 'title' or 'owner'.", "title")


class MemberSchema(Schema):
    """Somebody to add."""

    account = fields.UUID(required=True)


class ReadMessagesSchema(Schema):
    """The newest message that was read."""

    up_to = fields.UUID(required=True)


class PreferenceSchema(Schema):
    """Whose messages somebody accepts."""

    accept = fields.String(required=True, validate=validate.OneOf([str(one) for one in Accept]))
