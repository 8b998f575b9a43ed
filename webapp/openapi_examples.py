"""Examples of the OpenAPI document: made from the schemas, with one value for each name that a field can have.

So each example has the shape that the code gives, and a field that nobody thought of an example for is found
by the tests. All tell of the same two people.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from webapp.openapi_values import (
    PEOPLE,
    SOMETHING,
    SPECIAL,
    VALUES,
    WHOLE,
)


def either(unsigned: str, signed: dict[str, Any]) -> dict[str, Any]:
    """Return the examples of a body that may be signed or not; the unsigned one is of a schema's name."""
    return {
        "unsigned": {"summary": "From an account without a wallet", "value": WHOLE[unsigned]},
        "signed": {"summary": "Signed by a wallet or its device", "value": signed},
    }


class NoExampleError(LookupError):
    """A field without an example; carries schema and field."""

    def __init__(self, schema: str, field: str) -> None:
        self.schema, self.field = schema, field
        super().__init__(f"{schema}.{field} has no example; add one to webapp/openapi_values.py.")


def body_example(schema: Schema) -> Any:
    """Return what a client may send for a schema; raises NoExampleError."""
    return WHOLE.get(name_of(schema)) or _example(schema, schema.load_fields)


def answer_example(schema: Schema) -> Any:
    """Return what an answer of a schema looks like; raises NoExampleError."""
    return _example(schema, schema.dump_fields)


def name_of(schema: Schema) -> str:
    """Return the name of a schema in the document."""
    return type(schema).__name__.removesuffix("Schema")


def _example(schema: Schema, shown: Mapping[str, fields.Field[Any]]) -> Any:
    found = {
        field.data_key or name: value_of(schema, field.data_key or name, field)
        for name, field in shown.items()
    }
    return [found] if schema.many else found


def value_of(schema: Schema | fields.Field[Any] | None, name: str, field: fields.Field[Any]) -> Any:
    """Return the example of one field; raises NoExampleError."""
    special, found = _special(schema, name)
    if special:
        return found
    if isinstance(field, fields.Nested):
        return _example(field.schema, field.schema.dump_fields)
    if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested | fields.UUID):
        return [value_of(schema, name, field.inner)]
    if isinstance(field, fields.UUID):
        return PEOPLE.get(name, SOMETHING)
    if name in VALUES and _fits(VALUES[name], field):
        return VALUES[name]
    return _plain(schema, name, field)


def _special(schema: object, name: str) -> tuple[bool, Any]:
    for ancestor in type(schema).__mro__:
        key = (ancestor.__name__.removesuffix("Schema"), name)
        if key in SPECIAL:
            return True, SPECIAL[key]
    return False, None


def _fits(value: object, field: fields.Field[Any]) -> bool:
    choice = _choice(field)
    number = not isinstance(field, fields.Integer) or isinstance(value, int)
    return number and (choice is None or value in choice)


def _plain(schema: object, name: str, field: fields.Field[Any]) -> Any:
    """Return the example of a field whose type or choice says enough."""
    if name == "next":
        return None
    if isinstance(field, fields.Boolean | fields.Integer):
        return True if isinstance(field, fields.Boolean) else 1
    if choice := _choice(field):
        return choice[0]
    raise NoExampleError(type(schema).__name__, name)


def _choice(field: fields.Field[Any]) -> list[Any] | None:
    rules = [one for one in field.validators if isinstance(one, validate.OneOf)]
    return list(rules[0].choices) if rules else None
