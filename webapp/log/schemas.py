"""What goes over the wire for the log: GET /log is camelCase, as records are."""

from typing import Any

from marshmallow import Schema, fields, validate

from chain.proofs.shapes import MAX_INTEGER

DEFAULT_PAGE = 100
MAX_PAGE = 1_000


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


class AddressField(fields.String):
    """An address in any case, read into lower case."""

    def __init__(self, **options: Any) -> None:
        error = "Give an address: 0x and 40 hex digits."
        super().__init__(validate=validate.Regexp(r"0x[0-9a-f]{40}\Z", error=error), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(value, attr, data, **kwargs)).lower()


class LogQuerySchema(Schema):
    """Which log: the newest one, or the newest of an anchorer."""

    anchorer = AddressField(metadata={"description": "Default: the log that accepts records"})


class LogPageQuerySchema(LogQuerySchema):
    """Which part of the log: from position or sequence ``first`` on."""

    first = fields.Integer(load_default=0, validate=validate.Range(min=0, max=MAX_INTEGER))
    limit = fields.Integer(load_default=DEFAULT_PAGE, validate=validate.Range(min=1, max=MAX_PAGE))


class EntryFieldsSchema(Schema):
    """The eight fields of an entry, as in a bundle."""

    position = fields.Integer(required=True)
    author = fields.String(required=True)
    sequence = fields.Integer(required=True)
    previous = fields.String(required=True)
    record = fields.String(required=True)
    kind = fields.Integer(required=True)
    content = fields.String(required=True)
    signature = fields.String(required=True)


class EntrySchema(Schema):
    """An entry, its signature's bytes, the account if unsigned, and the message of kinds 2 to 4."""

    entry = fields.Nested(EntryFieldsSchema, required=True)
    signature = fields.String(required=True, allow_none=True)
    account = fields.UUID(required=True, allow_none=True)
    message = fields.Dict(required=True, allow_none=True)


class EntryPageSchema(Schema):
    """A page of entries; ``next`` is the ``first`` of the following page."""

    items = fields.List(fields.Nested(EntrySchema), required=True)
    next = fields.Integer(required=True, allow_none=True)


class AnchorBlockSchema(BlockReferenceSchema):
    """The block of an anchor; time in seconds since 1970."""

    time = fields.Integer(required=True)


class AnchorSchema(Schema):
    """Where a batch was anchored."""

    transaction = fields.String(required=True)
    block = fields.Nested(AnchorBlockSchema, required=True)


class BatchItemSchema(Schema):
    """A batch; its anchor is given once it is final."""

    sequence = fields.Integer(required=True)
    root = fields.String(required=True)
    first = fields.Integer(required=True)
    count = fields.Integer(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(["sealed", "sent", "mined", "final", "delayed", "halted"]),
    )
    sealed_at = fields.String(required=True)
    anchor = fields.Nested(AnchorSchema, required=True, allow_none=True)


class PositionsSchema(Schema):
    """The first and the last position in a batch."""

    first = fields.Integer(required=True)
    last = fields.Integer(required=True)


class BatchSchema(BatchItemSchema):
    """A batch and where its entries are in ``/log/entries``."""

    positions = fields.Nested(PositionsSchema, required=True)


class BatchPageSchema(Schema):
    """A page of batches; ``next`` is the ``first`` of the following page."""

    items = fields.List(fields.Nested(BatchItemSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)
