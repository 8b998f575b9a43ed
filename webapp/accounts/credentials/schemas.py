"""What goes over the wire for credentials."""

from marshmallow import Schema, fields, validate

_PASSWORD = validate.Length(min=1, max=1_024)


class ConfirmationSchema(Schema):
    """The password; left out where the account has none and the sign-in is fresh."""

    password = fields.String(load_only=True, validate=_PASSWORD)


class NewPasswordSchema(ConfirmationSchema):
    """A new password, with the old one if there is one."""

    new_password = fields.String(required=True, load_only=True, validate=_PASSWORD)


class RecoverySchema(Schema):
    """Handle, recovery code and the new password."""

    handle = fields.String(required=True, validate=validate.Length(min=1, max=64))
    code = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=64))
    new_password = fields.String(required=True, load_only=True, validate=_PASSWORD)


class RecoveryCodesSchema(Schema):
    """Ten codes, each good once; they are shown this one time."""

    codes = fields.List(fields.String(), required=True)
