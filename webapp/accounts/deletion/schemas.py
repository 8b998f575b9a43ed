"""What goes over the wire to delete an account."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from webapp.accounts.schemas import HEX_BOUND


class AccountDeletionSchema(Schema):
    """Either the password, or a message of ``POST /me/deletion/nonce`` that a wallet signed."""

    message = fields.String(validate=validate.Length(min=1, max=4_096))
    signature = fields.String(
        validate=[validate.Length(max=HEX_BOUND), validate.Regexp(r"0x([0-9a-fA-F]{2})*\Z")]
    )
    password = fields.String(load_only=True, validate=validate.Length(min=1, max=1_024))

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_: object) -> None:
        """Refuse a body that is both or neither."""
        if set(data) not in ({"password"}, {"message", "signature"}):
            raise ValidationError("Send either 'password', or 'message' and 'signature'.")
