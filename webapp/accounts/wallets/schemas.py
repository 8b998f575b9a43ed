"""What goes over the wire for wallets."""

from marshmallow import Schema, fields

from webapp.columns import iso


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
