"""What goes over the wire for assets."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from chain.permissions import Permission
from chain.tokens import MAX_ROYALTY, metadata_cid, token_uri
from webapp.accounts.schemas import HEX_BOUND, ProfileCardSchema
from webapp.assets.ids import registry_domain
from webapp.assets.metadata import (
    DISPLAY_TYPES,
    LONGEST_DESCRIPTION,
    LONGEST_LINK,
    LONGEST_NAME,
    LONGEST_TRAIT,
    MOST_ATTRIBUTES,
)
from webapp.assets.minting import STATES, MintView
from webapp.assets.models import MintBy
from webapp.assets.prepared import MOST_AT_ONCE
from webapp.assets.reading import HIDDEN, KNOWN, UNKNOWN, UNREADABLE
from webapp.columns import iso
from webapp.pagination import PageSchema

ADDRESS = validate.Regexp(r"0x[0-9a-fA-F]{40}\Z", error="Give an address: 0x and 40 hex digits.")
ROYALTY = {"description": "Basis points of a price, for the creator (ERC-2981)"}


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


class PartySchema(Schema):
    """An address, and the person whose wallet it is; null if that is nobody here."""

    address = fields.String(required=True)
    profile = fields.Nested(ProfileCardSchema, required=True, allow_none=True)


class AssetSchema(Schema):
    """A token; ``id`` is its CAIP-19 id, ``state`` that of its last transfer."""

    id = fields.Function(lambda one: str(one.id), required=True)
    token_id = fields.Function(
        lambda one: str(one.id.number), required=True, metadata={"description": "In decimal digits"}
    )
    chain_id = fields.Integer(required=True, attribute="id.chain_id")
    contract = fields.String(required=True, attribute="id.contract")
    subject = fields.UUID(
        required=True, attribute="id.uuid", metadata={"description": "For reports of it"}
    )
    creator = fields.Nested(PartySchema, required=True)
    owner = fields.Nested(PartySchema, required=True)
    royalty = fields.Integer(required=True, metadata=ROYALTY)
    digest = fields.Function(lambda one: _hex(one.digest), required=True)
    token_uri = fields.String(required=True)
    metadata_cid = fields.String(required=True)
    metadata = fields.Raw(
        required=True, allow_none=True, metadata={"type": "object", "additionalProperties": True}
    )
    metadata_state = fields.String(
        required=True, validate=validate.OneOf([KNOWN, UNKNOWN, UNREADABLE, HIDDEN])
    )
    minted_at = fields.Function(lambda one: iso(one.minted_at), required=True)
    minted_block = fields.Integer(required=True)
    moved_at = fields.Function(lambda one: iso(one.moved_at), required=True)
    moved_block = fields.Integer(required=True)
    hidden_at = fields.Function(lambda one: iso(one.hidden_at), required=True)
    state = fields.String(required=True, validate=validate.OneOf(["mined", "final", "halted"]))
    reason = fields.String(required=True, allow_none=True)


class AssetPageSchema(PageSchema):
    """A page of a gallery, the last to come first."""

    items = fields.List(fields.Nested(AssetSchema), required=True)


class TransferSchema(Schema):
    """One transfer of a token; ``from`` is null for the one that made it."""

    sender = fields.Nested(PartySchema, required=True, allow_none=True, data_key="from")
    receiver = fields.Nested(PartySchema, required=True, data_key="to")
    block = fields.Integer(required=True)
    log_index = fields.Integer(required=True)
    at = fields.Function(lambda one: iso(one.at), required=True)
    transaction = fields.Function(lambda one: _hex(one.transaction), required=True)
    state = fields.String(required=True, validate=validate.OneOf(["mined", "final", "halted"]))


class TransferPageSchema(PageSchema):
    """A page of a token's history, newest first."""

    items = fields.List(fields.Nested(TransferSchema), required=True)


class TransferQuerySchema(Schema):
    """To whom a token is to go: an address, or a person."""

    to = fields.String(validate=ADDRESS)
    account = fields.UUID(metadata={"description": "A person: to their first wallet"})

    @validates_schema
    def one_of_both(self, data: dict[str, object], **_: object) -> None:
        """Refuse both or neither."""
        if len(data) != 1:
            raise ValidationError("Give either 'to' or 'account'.", "to")


class AttributeSchema(Schema):
    """One attribute; ``value`` is a text or a number."""

    trait_type = fields.String(validate=validate.Length(max=LONGEST_TRAIT))
    value = fields.Raw(required=True, metadata={"type": ["string", "number"]})
    display_type = fields.String(validate=validate.OneOf(DISPLAY_TYPES))


class NewMintSchema(Schema):
    """What to mint: texts, uploaded files, and on which terms."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NAME))
    description = fields.String(validate=validate.Length(max=LONGEST_DESCRIPTION))
    external_url = fields.String(validate=validate.Length(max=LONGEST_LINK))
    attributes = fields.List(
        fields.Nested(AttributeSchema), validate=validate.Length(max=MOST_ATTRIBUTES)
    )
    image = fields.UUID(metadata={"description": "Id of an uploaded image"})
    animation = fields.UUID(metadata={"description": "Id of an uploaded video or GIF"})
    royalty = fields.Integer(
        load_default=0, strict=True, validate=validate.Range(0, MAX_ROYALTY), metadata=ROYALTY
    )
    by = fields.String(
        load_default=MintBy.PERMISSION.value,
        validate=validate.OneOf([*MintBy]),
        metadata={
            "description": "Who sends it: this server, by the creator's permission, or a wallet"
        },
    )
    creator = fields.String(
        validate=ADDRESS, metadata={"description": "A wallet of yours; the first if left out"}
    )
    to = fields.String(
        validate=ADDRESS, metadata={"description": "Who gets it; the creator if left out"}
    )
    deadline = fields.Integer(
        strict=True,
        validate=validate.Range(0, 2**53 - 1),
        metadata={"description": "Last second, since 1970, of the permission; a day if left out"},
    )


class MintProgressSchema(Schema):
    """Where a mint stands on its way to the chain; times are null until reached."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))
    saved_at = fields.String(required=True)
    signed_at = fields.String(required=True, allow_none=True)
    sent_at = fields.String(required=True, allow_none=True)
    mined_at = fields.String(required=True, allow_none=True)
    final_at = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class MintSchema(Schema):
    """A mint; ``permission`` is what the creator signs (EIP-712), null where there is nothing to sign."""

    id = fields.UUID(required=True)
    asset = fields.Function(lambda one: str(one.asset), required=True)
    token_id = fields.Function(lambda one: str(one.asset.number), required=True)
    by = fields.String(required=True, validate=validate.OneOf([*MintBy]))
    creator = fields.String(required=True)
    to = fields.String(required=True, attribute="receiver")
    royalty = fields.Integer(required=True, metadata=ROYALTY)
    digest = fields.Function(lambda one: _hex(one.digest), required=True)
    token_uri = fields.Function(lambda one: token_uri(one.digest), required=True)
    metadata_cid = fields.Function(lambda one: metadata_cid(one.digest), required=True)
    metadata = fields.Raw(
        required=True, allow_none=True, metadata={"type": "object", "additionalProperties": True}
    )
    deadline = fields.Integer(required=True, allow_none=True)
    permission = fields.Method("to_sign", required=True, allow_none=True)
    progress = fields.Nested(MintProgressSchema, required=True)
    created_at = fields.Function(lambda one: iso(one.created_at), required=True)

    def to_sign(self, mint: MintView) -> dict[str, Any] | None:
        """Return the typed data that the creator's wallet is asked to sign."""
        if mint.by != MintBy.PERMISSION or not mint.is_open or mint.deadline is None:
            return None
        terms = (mint.creator, mint.receiver, mint.digest, mint.royalty, mint.deadline)
        return Permission(*terms).typed_data(registry_domain(mint.asset.chain_id))


class MintPageSchema(PageSchema):
    """A page of one's mints, newest first."""

    items = fields.List(fields.Nested(MintSchema), required=True)


class PermissionSchema(Schema):
    """The creator's signature over a mint's ``permission``."""

    signature = fields.String(required=True, validate=validate.Length(max=HEX_BOUND))


class MintBatchSchema(Schema):
    """Mints that one transaction of the creator's wallet is to make."""

    mints = fields.List(
        fields.UUID(), required=True, validate=validate.Length(min=1, max=MOST_AT_ONCE)
    )
