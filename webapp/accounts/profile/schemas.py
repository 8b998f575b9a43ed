"""What goes over the wire for profiles."""

from marshmallow import Schema, fields, validate

from webapp.accounts.profile.reading import ACTIVE, DELETED, SUSPENDED
from webapp.accounts.relations.schemas import ViewerSchema
from webapp.accounts.schemas import AuthorSchema, BadgeSchema
from webapp.columns import iso


class PersonCountsSchema(Schema):
    """How many follow a person, whom they follow, and how many posts they have."""

    followers = fields.Integer(required=True)
    following = fields.Integer(required=True)
    posts = fields.Integer(required=True)


class UserSchema(Schema):
    """A person; name, bio, avatar and counts are null where the state hides them."""

    id = fields.UUID(required=True)
    handle = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    bio = fields.String(required=True, allow_none=True)
    links = fields.List(fields.String(), required=True)
    avatar = fields.UUID(required=True, allow_none=True, attribute="avatar_id")
    state = fields.String(required=True, validate=validate.OneOf([ACTIVE, SUSPENDED, DELETED]))
    created_at = fields.Function(lambda person: iso(person.created_at), required=True)
    authors = fields.List(fields.Nested(AuthorSchema), required=True)
    badges = fields.List(fields.Nested(BadgeSchema), required=True)
    counts = fields.Nested(PersonCountsSchema, required=True, allow_none=True)
    viewer = fields.Nested(ViewerSchema, required=True, allow_none=True)


class OwnProfileSchema(Schema):
    """One's own profile, with what nobody else sees."""

    profile = fields.Nested(UserSchema, required=True)
    role = fields.String(required=True)
    has_password = fields.Boolean(required=True)


class ProfileChangeSchema(Schema):
    """What to change; null takes name, bio and avatar away."""

    name = fields.String(allow_none=True, validate=validate.Length(max=1_000))
    bio = fields.String(allow_none=True, validate=validate.Length(max=10_000))
    links = fields.List(
        fields.String(validate=validate.Length(max=4_096)), validate=validate.Length(max=100)
    )
    handle = fields.String(validate=validate.Length(min=1, max=64))
    avatar = fields.UUID(
        allow_none=True,
        metadata={"description": "Id of an image that you uploaded; everybody sees it"},
    )
