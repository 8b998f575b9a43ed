"""What goes over the wire for feeds."""

from marshmallow import fields

from webapp.accounts.relations.schemas import SeenCardSchema
from webapp.pagination import PageQuerySchema, PageSchema
from webapp.posts.schemas import PostSchema


class FeedQuerySchema(PageQuerySchema):
    """Which part of a feed, and whether with answers to other posts."""

    answers = fields.Boolean(
        load_default=True,
        truthy={"true"},
        falsy={"false"},
        metadata={"description": "Whether answers of people one follows are shown"},
    )


class FeedItemSchema(PostSchema):
    """A post in a feed; ``reposted_by`` says who passed it on where its author is not why it is there."""

    reposted_by = fields.Nested(SeenCardSchema, required=True, allow_none=True)
    reposted_at = fields.String(required=True, allow_none=True)


class FeedPageSchema(PageSchema):
    """A page of a feed, newest first; ``next`` is the cursor of the next page."""

    items = fields.List(fields.Nested(FeedItemSchema), required=True)
