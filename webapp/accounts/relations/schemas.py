"""What goes over the wire for relations."""

from marshmallow import Schema, fields

from webapp.accounts.schemas import ProfileCardSchema
from webapp.columns import iso
from webapp.pagination import PageSchema


class ViewerSchema(Schema):
    """What a person is to who asks."""

    following = fields.Boolean(required=True)
    followed_by = fields.Boolean(required=True)
    muted = fields.Boolean(required=True)
    blocking = fields.Boolean(required=True)


class SeenCardSchema(ProfileCardSchema):
    """A person in short, and what they are to who asks."""

    viewer = fields.Nested(ViewerSchema, required=True)


class RelationSchema(Schema):
    """What a person is to who asks; ``account`` is the person's id."""

    account = fields.UUID(required=True, attribute="account_id")
    viewer = fields.Nested(ViewerSchema, required=True)


class ListedPersonSchema(Schema):
    """Somebody in a list of people; ``created_at`` says since when."""

    account = fields.UUID(required=True, attribute="account_id")
    profile = fields.Nested(ProfileCardSchema, required=True)
    created_at = fields.Function(lambda one: iso(one.created_at), required=True)
    viewer = fields.Nested(ViewerSchema, required=True, allow_none=True)


class PeoplePageSchema(PageSchema):
    """A page of people, newest first; ``total`` counts also those whom the list leaves out."""

    items = fields.List(fields.Nested(ListedPersonSchema), required=True)
    total = fields.Integer(required=True)
