"""What goes over the wire for moderation."""

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from webapp.accounts.schemas import ProfileCardSchema
from webapp.columns import iso
from webapp.identities.schemas import EvidenceSchema
from webapp.moderation.queue import CLOSED, OPEN, QueueCursorField
from webapp.moderation.reports import REASONS
from webapp.moderation.service import ACTS, SUSPEND
from webapp.moderation.subjects import SUBJECTS
from webapp.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageSchema

MAX_WORDS = 1_000
_LIMIT = validate.Range(min=1, max=MAX_LIMIT)


def _words(value: str) -> None:
    if "\0" in value:
        raise ValidationError("Leave out the character U+0000.")


def _length(least: int) -> list[Callable[[str], Any]]:
    return [validate.Length(min=least, max=MAX_WORDS), _words]


def _time(name: str) -> fields.Function:
    return fields.Function(lambda one: iso(_get(one, name)), required=True)


def _get(one: Any, name: str) -> Any:
    return one[name] if isinstance(one, dict) else getattr(one, name)


class NewReportSchema(Schema):
    """A report: what about, why, and some words."""

    type = fields.String(required=True, validate=validate.OneOf(SUBJECTS))
    subject = fields.UUID(
        required=True,
        metadata={"description": "Id of the post, account or message; a token's 'subject'"},
    )
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))
    text = fields.String(load_default="", validate=_length(0))


class ReportSchema(Schema):
    """One's own report."""

    id = fields.UUID(required=True)
    type = fields.String(required=True, attribute="subject_type")
    subject = fields.UUID(required=True, attribute="subject_id")
    reason = fields.String(required=True)
    text = fields.String(required=True)
    created_at = _time("created_at")


class QueueQuerySchema(Schema):
    """Which part of a queue; what is open comes first."""

    cursor = QueueCursorField()
    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=_LIMIT)
    state = fields.String(validate=validate.OneOf([OPEN, CLOSED]))


class ReportQueueQuerySchema(QueueQuerySchema):
    """Which part of the reports."""

    type = fields.String(validate=validate.OneOf(SUBJECTS))
    reason = fields.String(validate=validate.OneOf(REASONS))
    account = fields.UUID(metadata={"description": "Only about this account and its posts"})


class ReportTextSchema(Schema):
    """A report as moderators see it: without who made it."""

    id = fields.UUID(required=True)
    reason = fields.String(required=True)
    text = fields.String(required=True)
    created_at = _time("created_at")
    closed_at = _time("closed_at")


class ReportedPostSchema(Schema):
    """A reported post as moderators see it."""

    text = fields.String(required=True, allow_none=True)
    media = fields.List(fields.Dict(), required=True)
    audience = fields.String(required=True)
    created_at = _time("created_at")
    deleted_at = _time("deleted_at")
    hidden_at = _time("hidden_at")


class ReportedMessageSchema(Schema):
    """That a reported message is there; what it says is read one at a time, on purpose."""

    created_at = _time("created_at")
    deleted_at = _time("deleted_at")


class ReportedAssetSchema(Schema):
    """A reported token as moderators see it."""

    token_id = fields.Function(lambda one: str(int.from_bytes(one.token)), required=True)
    creator = fields.String(required=True)
    owner = fields.String(required=True)
    metadata = fields.Raw(
        required=True, allow_none=True, metadata={"type": "object", "additionalProperties": True}
    )
    hidden_at = _time("hidden_at")


class OpenedMessageSchema(Schema):
    """A reported message, and nothing round it; ``text`` is null once it is deleted."""

    id = fields.UUID(required=True)
    account = fields.UUID(required=True, attribute="account_id")
    text = fields.String(required=True, allow_none=True)
    created_at = _time("created_at")
    deleted_at = _time("deleted_at")


class ReportedItemSchema(Schema):
    """All reports about one subject."""

    type = fields.String(required=True)
    subject = fields.UUID(required=True)
    account = fields.UUID(required=True, attribute="account_id")
    profile = fields.Nested(ProfileCardSchema, required=True)
    suspended_at = _time("suspended_at")
    post = fields.Nested(ReportedPostSchema, required=True, allow_none=True)
    message = fields.Nested(ReportedMessageSchema, required=True, allow_none=True)
    asset = fields.Nested(ReportedAssetSchema, required=True, allow_none=True)
    open = fields.Integer(required=True)
    total = fields.Integer(required=True)
    reasons = fields.Dict(required=True)
    first_at = _time("first_at")
    last_at = _time("last_at")
    reports = fields.List(fields.Nested(ReportTextSchema), required=True)


class ReportQueueSchema(Schema):
    """A page of the queue; ``next`` is the cursor of the next page."""

    items = fields.List(fields.Nested(ReportedItemSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class NewActionSchema(Schema):
    """What to do, with what, and why; ``until`` ends a suspension by itself."""

    act = fields.String(required=True, validate=validate.OneOf(list(ACTS)))
    type = fields.String(required=True, validate=validate.OneOf(SUBJECTS))
    subject = fields.UUID(required=True)
    reason = fields.String(required=True, validate=_length(1))
    until = fields.AwareDateTime(format="iso")

    @validates_schema
    def fits(self, data: dict[str, Any], **_: object) -> None:
        """Refuse an act on something that it is not for."""
        wanted = ACTS[data["act"]]
        if data["type"] not in wanted:
            kinds = "' or '".join(wanted)
            raise ValidationError(f"'{data['act']}' is for type '{kinds}'.", "type")
        if "until" in data and data["act"] != SUSPEND:
            raise ValidationError("Only a suspension has an end.", "until")


class ActionSchema(Schema):
    """What was done, by role and never by name; ``reason`` is null once erased."""

    id = fields.UUID(required=True)
    act = fields.String(required=True)
    type = fields.String(required=True, attribute="subject_type")
    subject = fields.UUID(required=True, attribute="subject_id")
    by = fields.String(required=True, attribute="role")
    reason = fields.String(required=True, allow_none=True)
    until = _time("until")
    created_at = _time("created_at")
    over_at = _time("over_at")


class AppealSchema(Schema):
    """An appeal; ``granted`` is null until it is decided."""

    id = fields.UUID(required=True)
    action = fields.UUID(required=True, attribute="action_id")
    text = fields.String(required=True)
    created_at = _time("created_at")
    decided_at = _time("decided_at")
    granted = fields.Boolean(required=True, allow_none=True)


class OwnActionSchema(ActionSchema):
    """What was done to me, with my newest appeal against it."""

    appeal = fields.Nested(AppealSchema, required=True, allow_none=True)


class OwnActionPageSchema(PageSchema):
    """A page of what was done to me, newest first."""

    items = fields.List(fields.Nested(OwnActionSchema), required=True)


class NewAppealSchema(Schema):
    """An appeal against an action."""

    action = fields.UUID(required=True)
    text = fields.String(required=True, validate=_length(1))


class AppealItemSchema(Schema):
    """An appeal as moderators see it; ``own``: you did what it is against."""

    appeal = fields.Nested(AppealSchema, required=True)
    action = fields.Nested(ActionSchema, required=True)
    account = fields.UUID(required=True, attribute="appeal.account_id")
    own = fields.Boolean(required=True)


class AppealQueueSchema(Schema):
    """A page of appeals; ``next`` is the cursor of the next page."""

    items = fields.List(fields.Nested(AppealItemSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class AppealDecisionSchema(Schema):
    """A decision on an appeal, and why."""

    decision = fields.String(required=True, validate=validate.OneOf(["grant", "refuse"]))
    reason = fields.String(required=True, validate=_length(1))


class AuditQuerySchema(Schema):
    """Which rows of the trail, by position."""

    first = fields.Integer(load_default=0, validate=validate.Range(min=0, max=2**53 - 1))
    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=_LIMIT)


class AuditRowSchema(Schema):
    """A row: hash = keccak256(previous, then the document's bytes); without document where it is about the reader."""

    position = fields.Integer(required=True)
    document = fields.String(required=True, allow_none=True)
    previous = fields.Function(lambda row: "0x" + row.previous.hex(), required=True)
    hash = fields.Function(lambda row: "0x" + row.hash.hex(), required=True)


class AuditPageSchema(Schema):
    """Rows of the trail, and the newest stamp of its head; ``next`` is the position to go on with."""

    items = fields.List(fields.Nested(AuditRowSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)
    stamp = fields.Dict(required=True, allow_none=True)


class ReviewedEvidenceSchema(EvidenceSchema):
    """A piece of evidence; texts stand in it where one claim is asked for."""

    text = fields.String(required=True, allow_none=True)


class ReviewedClaimSchema(Schema):
    """A claim about a person as moderators see it."""

    id = fields.UUID(required=True)
    account = fields.UUID(required=True, attribute="account_id")
    subject = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    requested_at = _time("requested_at")
    checked_at = _time("checked_at")
    ended_at = _time("ended_at")
    evidence = fields.List(fields.Nested(ReviewedEvidenceSchema), required=True)


class ClaimReviewPageSchema(PageSchema):
    """A page of claims that wait for a review, oldest first."""

    items = fields.List(fields.Nested(ReviewedClaimSchema), required=True)


class ClaimDecisionSchema(Schema):
    """A decision on a claim about a person, and why."""

    decision = fields.String(
        required=True, validate=validate.OneOf(["grant", "refuse", "take_back"])
    )
    reason = fields.String(required=True, validate=_length(1))
