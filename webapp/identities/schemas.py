"""What goes over the wire for claims."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from webapp.accounts.schemas import BadgeSchema
from webapp.columns import iso
from webapp.identities.kinds import ClaimKind
from webapp.identities.requesting import EVIDENCE_MIMES, MOST_EVIDENCE_BYTES
from webapp.identities.states import State
from webapp.identities.steps import STEP_STATES
from webapp.pagination import PageQuerySchema, PageSchema

MOST_FILES, MOST_EVIDENCE_TEXT = 4, 4_000
ADDRESS = validate.Regexp(r"0x[0-9a-fA-F]{40}\Z", error="Give an address: 0x and 40 hex digits.")

DIGEST = validate.Regexp(
    r"0x[0-9a-f]{64}\Z", error="Give a digest: 0x and 64 lower-case hex digits."
)


def _time(name: str) -> fields.Function:
    return fields.Function(
        lambda one, name=name: iso(one[name]),
        required=True,
        metadata={"type": ["string", "null"]},
    )


class EvidenceFileSchema(Schema):
    """A file for the reviewer, in base64."""

    mime = fields.String(required=True, validate=validate.OneOf(EVIDENCE_MIMES))
    data = fields.String(
        required=True, validate=validate.Length(min=1, max=MOST_EVIDENCE_BYTES * 4 // 3 + 4)
    )


class NewClaimSchema(Schema):
    """What is to be verified; ``value`` is left out for a handle, ``evidence`` is for a person alone."""

    kind = fields.String(required=True, validate=validate.OneOf([str(one) for one in ClaimKind]))
    value = fields.String(validate=validate.Length(min=1, max=400))
    subject = fields.String(
        validate=ADDRESS,
        metadata={"description": "One of your addresses; without it a wallet, the newest one"},
    )
    shown = fields.Boolean(
        load_default=True,
        metadata={"description": "Whether everybody sees the value, and its proof"},
    )
    evidence = fields.String(validate=validate.Length(min=1, max=MOST_EVIDENCE_TEXT))
    files = fields.List(
        fields.Nested(EvidenceFileSchema),
        validate=validate.Length(max=MOST_FILES),
        load_default=list,
    )


class EvidenceSchema(Schema):
    """A piece of evidence; nobody but its owner and moderators sees it."""

    id = fields.UUID(required=True)
    mime = fields.String(required=True)
    size = fields.Integer(required=True)


class StepSchema(Schema):
    """Where a renewal or revocation stands on its way to the chain; times are null until reached."""

    state = fields.String(required=True, validate=validate.OneOf(STEP_STATES))
    reason = fields.String(required=True, allow_none=True)
    decided_at = _time("decided_at")
    owed_at = _time("owed_at")
    sent_at = _time("sent_at")
    mined_at = _time("mined_at")
    final_at = _time("final_at")


class ClaimSchema(Schema):
    """A claim as its own subject sees it; times are null until reached, ``value`` once erased."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)
    shown = fields.Boolean(required=True)
    subject = fields.String(required=True)
    issuer = fields.String(required=True)
    digest = fields.String(required=True)
    basis = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf([str(one) for one in State]))
    reason = fields.String(required=True, allow_none=True)
    requested_at = _time("requested_at")
    checked_at = _time("checked_at")
    owed_at = _time("owed_at")
    sent_at = _time("sent_at")
    mined_at = _time("mined_at")
    final_at = _time("final_at")
    ended_at = _time("ended_at")
    expires_at = _time("expires_at")
    next_check_at = _time("next_check_at")
    renews = fields.Boolean(required=True)
    renewal = fields.Nested(
        StepSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The newest one; null where there was none"},
    )
    revocation = fields.Nested(
        StepSchema,
        required=True,
        allow_none=True,
        metadata={"description": "What the chain is told of the claim's end; null before"},
    )
    publish = fields.Dict(
        required=True,
        allow_none=True,
        metadata={"description": "What a domain has to publish, and where; either suffices"},
    )
    evidence = fields.List(fields.Nested(EvidenceSchema), required=True)


class ClaimPageSchema(PageSchema):
    """A page of one's own claims, newest first."""

    items = fields.List(fields.Nested(ClaimSchema), required=True)


class ClaimPageQuerySchema(PageQuerySchema):
    """Which part of one's own claims."""


class DeclinedSchema(Schema):
    """Which claim about oneself is to be declined, as badges show it."""

    issuer = fields.String(required=True, validate=ADDRESS)
    digest = fields.String(required=True, validate=DIGEST)


class CodeSchema(Schema):
    """The code that was sent."""

    code = fields.String(
        required=True, validate=validate.Regexp(r"\d{8}\Z", error="Give 8 digits.")
    )


class ShownSchema(Schema):
    """Whether everybody sees the value."""

    shown = fields.Boolean(required=True)


class AtQuerySchema(Schema):
    """As of when."""

    at = fields.AwareDateTime(format="iso", metadata={"description": "RFC 3339; without it: now"})

    @validates_schema
    def fits(self, data: dict[str, object], **_: object) -> None:
        """Refuse moments of which nothing is known."""
        moment = data.get("at")
        if moment is not None and not 1970 <= moment.year <= 9000:  # type: ignore[attr-defined]
            raise ValidationError("Give a moment between 1970 and 9000.", "at")


class PersonsClaimsSchema(Schema):
    """What trusted issuers say, or said at a moment, of a person's addresses."""

    at = fields.String(required=True)
    items = fields.List(fields.Nested(BadgeSchema), required=True)


class IssuerSchema(Schema):
    """An issuer whose claims are shown here; ``own``: this server's."""

    address = fields.String(required=True)
    name = fields.String(required=True)
    own = fields.Boolean(required=True)


class IssuersSchema(Schema):
    """All of them, and the registry that holds what they say."""

    registry = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(IssuerSchema), required=True)
