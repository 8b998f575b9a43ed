"""What goes over the wire for search."""

from marshmallow import Schema, fields, validate

from webapp.accounts.relations.schemas import ViewerSchema
from webapp.accounts.schemas import ProfileCardSchema
from webapp.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageQuerySchema, PageSchema

MAX_QUERY = 200
_QUERY = validate.Length(min=1, max=MAX_QUERY)


class SearchQuerySchema(PageQuerySchema):
    """What is searched for, and which part of what is found."""

    q = fields.String(required=True, validate=_QUERY)


class TagQuerySchema(Schema):
    """The beginning of a hashtag."""

    q = fields.String(required=True, validate=_QUERY)
    limit = fields.Integer(
        load_default=DEFAULT_LIMIT, validate=validate.Range(min=1, max=MAX_LIMIT)
    )


class FoundPersonSchema(Schema):
    """Somebody who was found; ``viewer`` is null for the signed-out."""

    account = fields.UUID(required=True, attribute="card.id")
    profile = fields.Nested(ProfileCardSchema, required=True, attribute="card")
    bio = fields.String(required=True, allow_none=True)
    followers = fields.Integer(required=True)
    viewer = fields.Nested(ViewerSchema, required=True, allow_none=True)


class FoundPeopleSchema(PageSchema):
    """A page of people."""

    items = fields.List(fields.Nested(FoundPersonSchema), required=True)


class TagSchema(Schema):
    """A hashtag and in how many posts it is."""

    tag = fields.String(required=True)
    posts = fields.Integer(required=True)


class FoundTagsSchema(Schema):
    """The hashtags of most posts; there is no next page."""

    items = fields.List(fields.Nested(TagSchema), required=True)
    next = fields.String(required=True, allow_none=True)
