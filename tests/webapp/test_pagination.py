"""Cursors: opaque places in a list that only this server's own texts name."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from webapp.pagination import LATEST_MICROSECONDS, Cursor

MOMENT = datetime(2026, 5, 4, 3, 2, 1, 123_456, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment",
    [MOMENT, datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)],
)
def test_a_cursor_comes_back_as_it_was(moment: datetime) -> None:
    for identifier in (uuid4(), UUID(int=0), UUID(int=2**128 - 1)):
        cursor = Cursor(moment, identifier)
        assert Cursor.parse(str(cursor)) == cursor


def test_cursors_need_no_escaping_in_a_query() -> None:
    text = str(Cursor(MOMENT + timedelta(microseconds=3), UUID(int=2**128 - 1)))
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def packed(micros: int, length: int = 16) -> str:
    return base64.urlsafe_b64encode(micros.to_bytes(8, "big") + bytes(length)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "AAAA",
        "=",
        "\xe9",
        "*" * 32,
        "+" * 32,
        packed(0, 15),
        packed(0, 17),
        packed(LATEST_MICROSECONDS + 1),
        packed(2**64 - 1),
        packed(0)[:-1],
        packed(0) + " ",
        packed(0) + "\n",
    ],
)
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each of its kinds is one
        Cursor.parse(text)
