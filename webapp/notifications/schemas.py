"""What goes over the wire for notifications."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from webapp.accounts.relations.schemas import SeenCardSchema
from webapp.columns import iso
from webapp.notifications.models import NOBODYS, Kind, Whom
from webapp.notifications.reading import BIGGEST
from webapp.pagination import PageQuerySchema, PageSchema
from webapp.posts.schemas import PostSchema

KINDS = [str(kind) for kind in Kind]
NUMBER = validate.Regexp(r"(0|[1-9][0-9]{0,18})\Z", error="Give the id of a notification.")


class NumberField(fields.String):
    """A notification's id: a number in decimal digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        NUMBER(text)
        return min(int(text), BIGGEST)


class KindsField(fields.String):
    """Kinds, by commas."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        names = text.split(",")
        if unknown := [name for name in names if name not in KINDS]:
            problem = f"{unknown[0][:40]!r} is no kind; choose of {', '.join(KINDS)}."
            raise ValidationError(problem)
        return [Kind(name) for name in names]


class NotificationQuerySchema(PageQuerySchema):
    """Which part of the list, and of which kinds."""

    kinds = KindsField(metadata={"description": "Kinds by commas; all if left out"})


class NotificationSchema(Schema):
    """Notifications that are shown as one; ``id`` is the newest's, for marking as read."""

    id = fields.Function(lambda group: str(group.newest.number), required=True)
    kind = fields.String(required=True, attribute="newest.kind", validate=validate.OneOf(KINDS))
    created_at = fields.Function(lambda group: iso(group.newest.created_at), required=True)
    profiles = fields.List(
        fields.Nested(SeenCardSchema),
        required=True,
        metadata={"description": "The newest people, at most three"},
    )
    people = fields.Integer(required=True, metadata={"description": "How many people in all"})
    count = fields.Integer(
        required=True, metadata={"description": "How many answers, posts, messages it speaks of"}
    )
    read = fields.Boolean(required=True)
    post = fields.Nested(
        PostSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The post liked, reposted, answered or quoted, or that mentions"},
    )
    about = fields.Nested(
        PostSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The newest answer or quote"},
    )
    subject = fields.String(
        required=True,
        allow_none=True,
        attribute="newest.subject",
        metadata={"description": "Id of the batch, conversation, claim or asset"},
    )


class NotificationPageSchema(PageSchema):
    """A page of notifications, newest first."""

    items = fields.List(fields.Nested(NotificationSchema), required=True)


class UnreadSchema(Schema):
    """How many are unread, ``messages`` of them of messages; ``more``: there are more. ``read_up_to`` is the newest read."""

    unread = fields.Integer(required=True)
    messages = fields.Integer(required=True)
    more = fields.Boolean(required=True)
    read_up_to = fields.Function(lambda found: str(found.read_up_to), required=True)
    newest = fields.Function(lambda found: str(found.newest), required=True)


class ReadNotificationsSchema(Schema):
    """Up to which notification everything is read."""

    up_to = NumberField(required=True)


class PreferencesSchema(Schema):
    """Whose doings one is told of, by kind; kinds that are left out stay as they are."""

    kinds = fields.Dict(
        keys=fields.String(validate=validate.OneOf(KINDS)),
        values=fields.String(validate=validate.OneOf([str(whom) for whom in Whom])),
        required=True,
    )

    @validates_schema
    def somebodys(self, data: dict[str, dict[str, str]], **_: object) -> None:
        """Refuse "only people I follow" for what nobody does."""
        for kind, whom in data.get("kinds", {}).items():
            if kind in NOBODYS and whom == Whom.FOLLOWING:
                raise ValidationError({kind: ["Nobody does this; choose 'all' or 'off'."]}, "kinds")
