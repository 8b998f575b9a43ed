"""What goes over the wire for credentials."""

from marshmallow import Schema, fields, validate

from webapp.accounts.schemas import SignInSchema, TokensSchema
from webapp.accounts.wallets.schemas import WalletSchema

_PASSWORD = validate.Length(min=1, max=1_024)


class ConfirmationSchema(Schema):
    """The password; may be left out where a fresh sign-in does as well."""

    password = fields.String(load_only=True, validate=_PASSWORD)


class NewPasswordSchema(ConfirmationSchema):
    """A new password, with the old one if there is one."""

    new_password = fields.String(required=True, load_only=True, validate=_PASSWORD)
    # Where somebody else may have known the old one.
    close_others = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class RecoverySchema(SignInSchema):
    """Handle, recovery code and the new password."""

    handle = fields.String(required=True, validate=validate.Length(min=1, max=64))
    code = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=64))
    new_password = fields.String(required=True, load_only=True, validate=_PASSWORD)


class RecoveredSchema(TokensSchema):
    """Tokens, and the account's wallets: each can sign in, so whoever does not know one unlinks it."""

    wallets = fields.List(fields.Nested(WalletSchema), required=True)


class RecoveryCodesSchema(Schema):
    """Ten codes, each good once; they are shown this one time."""

    codes = fields.List(fields.String(), required=True)
