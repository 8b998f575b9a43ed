"""What goes over the wire for wallets."""

from marshmallow import Schema, fields, validate

from webapp.accounts.schemas import HEX_BOUND
from webapp.columns import iso


class NewWalletSchema(Schema):
    """An EIP-4361 message and its signature; the password where the sign-in is not fresh."""

    message = fields.String(required=True, validate=validate.Length(min=1, max=4_096))
    signature = fields.String(
        required=True,
        validate=[validate.Length(max=HEX_BOUND), validate.Regexp(r"0x([0-9a-fA-F]{2})*\Z")],
    )
    password = fields.String(load_only=True, validate=validate.Length(min=1, max=1_024))


class ChallengeSchema(Schema):
    """What an EIP-4361 message must hold: a nonce, good once within ten minutes, and its statement."""

    nonce = fields.String(required=True)
    statement = fields.String(required=True)


class WalletSchema(Schema):
    """A wallet of the account."""

    address = fields.String(required=True)
    created_at = fields.Function(lambda wallet: iso(wallet.created_at), required=True)


class WalletsSchema(Schema):
    """All wallets of the account, the oldest first."""

    items = fields.List(fields.Nested(WalletSchema), required=True)
