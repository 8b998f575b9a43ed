"""What goes over the wire for reactions and for lists of posts."""

from marshmallow import Schema, fields

from webapp.accounts.schemas import ProfileCardSchema
from webapp.columns import iso
from webapp.pagination import PageSchema
from webapp.posts.schemas import COUNTS, VIEWER, NewPostSchema, PostSchema


class NothingSchema(Schema):
    """A body without any field."""


class ReactionSchema(Schema):
    """How a post stands now, without anything of what it says: that may be erased one day."""

    post = fields.UUID(required=True, attribute="id")
    counts = fields.Dict(required=True, metadata=COUNTS)
    viewer = fields.Dict(required=True, metadata=VIEWER)


class CommentSchema(NewPostSchema):
    """Like a new post; the path says what is answered."""

    class Meta:
        """A comment is no edit, and its path is its ``reply_to``."""

        exclude = ("reply_to", "replaces")


class ReactingPersonSchema(Schema):
    """Somebody who likes a post or passed it on, and since when."""

    account = fields.UUID(required=True, attribute="account_id")
    profile = fields.Nested(ProfileCardSchema, required=True)
    created_at = fields.Function(lambda one: iso(one.created_at), required=True)
    viewer = fields.Dict(required=True, allow_none=True)


class ReactingPageSchema(PageSchema):
    """A page of people, newest first; ``next`` is the cursor of the next page."""

    items = fields.List(fields.Nested(ReactingPersonSchema), required=True)


class ThreadSchema(PageSchema):
    """A post, the ancestors that may be seen (the first one first), and a page of what answers it."""

    ancestors = fields.List(fields.Nested(PostSchema), required=True)
    post = fields.Nested(PostSchema, required=True)
    items = fields.List(fields.Nested(PostSchema), required=True)
