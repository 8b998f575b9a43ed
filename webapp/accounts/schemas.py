"""What goes over the wire for people: snake_case, ids as strings."""

from typing import Any

from marshmallow import Schema, fields, validate

from webapp.accounts.devices import DeviceState
from webapp.columns import iso
from webapp.log.models import Delegation
from webapp.log.states import anchoring
from webapp.pagination import PageSchema

HEX_BOUND = 2 + 2 * 8_192 + 2


class NonceSchema(Schema):
    """A single-use nonce."""

    nonce = fields.String(required=True)


class SignInSchema(Schema):
    """How the tokens of a sign-in are handed over: in the body, or as cookies of a browser."""

    session = fields.String(
        load_default="bearer",
        validate=validate.OneOf(["bearer", "cookie"]),
        metadata={"description": "`cookie`: tokens come by Set-Cookie, not in the body"},
    )


class WalletSignInSchema(SignInSchema):
    """An EIP-4361 message and its signature."""

    message = fields.String(required=True, validate=validate.Length(min=1, max=4_096))
    signature = fields.String(
        required=True,
        validate=[validate.Length(max=HEX_BOUND), validate.Regexp(r"0x([0-9a-fA-F]{2})*\Z")],
    )


class PasswordSchema(SignInSchema):
    """Handle and password."""

    handle = fields.String(required=True, validate=validate.Length(min=1, max=64))
    password = fields.String(
        required=True, load_only=True, validate=validate.Length(min=1, max=1_024)
    )


class TokensSchema(Schema):
    """Tokens of a session; ``account`` is the account's id. With cookies it comes alone."""

    access_token = fields.String()
    refresh_token = fields.String()
    account = fields.UUID(required=True)


class AuthorSchema(Schema):
    """An address that the account speaks with; ``signs`` is false where nobody holds its key."""

    address = fields.String(required=True)
    signs = fields.Boolean(required=True)


class ProfileCardSchema(Schema):
    """A person in short; ``avatar`` is the id of a picture, or null."""

    id = fields.UUID(required=True)
    handle = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    avatar = fields.UUID(required=True, allow_none=True)


class SignedRecordSchema(Schema):
    """A record and the signature over its EIP-712 digest."""

    message = fields.Dict(required=True, metadata={"description": "The record, in camelCase"})
    signature = fields.String(required=True, validate=validate.Length(max=HEX_BOUND))


class DeviceSchema(Schema):
    """A device key that may sign for a wallet."""

    address = fields.String(required=True, attribute="delegate")
    author = fields.String(required=True)
    expires_at = fields.Integer(required=True, metadata={"description": "Seconds since 1970"})
    created_at = fields.Function(lambda device: iso(device.created_at), required=True)
    revoked_at = fields.Function(lambda device: iso(device.revoked_at), required=True)
    anchoring = fields.Method("state_of_entry", required=True)

    def state_of_entry(self, device: Delegation) -> dict[str, Any]:
        """Return the anchoring state of the Delegation."""
        return anchoring(device.entry)


class ListedDeviceSchema(DeviceSchema):
    """A device key as a signed Delegation allows it; who is allowed again is listed again."""

    state = fields.Enum(DeviceState, by_value=True, required=True)
    last_used_at = fields.Function(
        lambda device: iso(device.last_used_at),
        required=True,
        metadata={
            "description": "When the newest record was accepted that it signed; null if none"
        },
    )


class DevicePageSchema(PageSchema):
    """A page of device keys, newest first."""

    items = fields.List(fields.Nested(ListedDeviceSchema), required=True)


class BadgeIssuerSchema(Schema):
    """Who vouches; the name is this server's for it."""

    address = fields.String(required=True)
    name = fields.String(required=True)


class BadgeSchema(Schema):
    """What an issuer says of an address, on the chain; ``value`` is null unless its subject shows it.

    ``basis`` says how this server verified it, null for other issuers. What has ended says when, and why.
    """

    kind = fields.String(
        required=True, metadata={"description": "domain, email, handle, person, or other"}
    )
    schema = fields.String(required=True)
    issuer = fields.Nested(BadgeIssuerSchema, required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(["valid", "expired", "revoked", "declined"])
    )
    value = fields.String(required=True, allow_none=True)
    basis = fields.String(required=True, allow_none=True)
    issued_at = fields.String(required=True)
    expires_at = fields.String(required=True, allow_none=True)
    ended_at = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    digest = fields.String(required=True)
