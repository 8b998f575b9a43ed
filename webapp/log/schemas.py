"""What goes over the wire for the log: GET /log is camelCase, as records are."""

from marshmallow import Schema, fields


class DomainSchema(Schema):
    """The part of the EIP-712 domain that differs between logs."""

    chainId = fields.Integer(required=True)  # noqa: N815 - the wire's own spelling
    verifyingContract = fields.String(required=True)  # noqa: N815


class BlockReferenceSchema(Schema):
    """A block by number and hash."""

    number = fields.Integer(required=True)
    hash = fields.String(required=True)


class LogSchema(Schema):
    """All that a client needs to build a record, and the pins to check one."""

    domain = fields.Nested(DomainSchema, required=True)
    genesis = fields.String(required=True)
    anchorer = fields.String(required=True)
    depth = fields.Integer(required=True)
    notBefore = fields.Nested(BlockReferenceSchema, required=True)  # noqa: N815
