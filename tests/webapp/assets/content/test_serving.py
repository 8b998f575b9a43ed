"""``GET /ipfs/{cid}``: ranges, conditions, safe types, and never a byte that the CID does not name."""

import hashlib
import io
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import literal_column, select, update
from werkzeug.test import TestResponse

from tests.support.answers import refused
from tests.support.files import mp4, picture, webm
from tests.support.wallet import Person
from tests.webapp.assets.content.conftest import Get, Store
from tests.webapp.assets.content.test_store import on_disk
from webapp.assets.content import access
from webapp.assets.content.cids import CHUNK, parse_cid
from webapp.assets.content.errors import ContentDamagedError
from webapp.assets.content.models import Content
from webapp.assets.content.reading import read_range
from webapp.database import writing
from webapp.extensions import db

# What is served has nothing to do with the database.
once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SIZE = 3 * CHUNK + 1_000
LONG = hashlib.shake_128(b"several chunks").digest(SIZE)
FOREVER = "public, max-age=31536000, immutable"


def test_it_is_given_to_everybody_for_ever_by_any_spelling(
    store: Store, get: Get, carol: Person
) -> None:
    content = store(carol, LONG)
    cid = parse_cid(content.cid)
    for spelling in (content.cid, content.cid.upper(), cid.base16):
        answer = get(spelling, Origin="https://anywhere.example")
        assert (answer.status_code, answer.data == LONG) == (200, True)
        assert answer.headers["ETag"] == f'"{content.cid}"'
        assert answer.headers["Cache-Control"] == FOREVER
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["Content-Length"] == str(SIZE)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Content-Range" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@once
@pytest.mark.parametrize(
    ("data", "kind", "shown"),
    [
        (picture(), "image/png", "inline"),
        (mp4(), "video/mp4", "inline"),
        (webm(), "video/webm", "inline"),
        (b'{"name": "x"}', "application/json", "inline"),
        (b"<html><script>alert(1)</script>", "text/plain; charset=utf-8", "inline"),
        (b"\x7fELF\0\0", "application/octet-stream", "attachment"),
        (b"%PDF-1.7\0", "application/octet-stream", "attachment"),
        (b"", "application/octet-stream", "attachment"),
    ],
)
def test_only_safe_types_are_shown_and_all_else_is_to_be_saved(
    store: Store, get: Get, carol: Person, data: bytes, kind: str, shown: str
) -> None:
    answer = get(store(carol, data).cid)
    assert (answer.status_code, answer.data) == (200, data)
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"].split(";")[0] == shown
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_row_calls_html_is_still_no_page(
    app: Flask, store: Store, get: Get, carol: Person
) -> None:
    content = store(carol, b"<html>")
    with app.app_context(), writing() as session:
        session.execute(update(Content).values(mime="text/html"))
    answer = get(content.cid)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


@once
def test_a_head_says_all_and_gives_nothing(store: Store, get: Get, carol: Person) -> None:
    content = store(carol, LONG)
    answer, whole = get(content.cid, "HEAD", Range="bytes=0-1"), get(content.cid)
    assert (answer.status_code, answer.data) == (200, b"")
    different = {"X-Request-Id", "RateLimit"}
    assert [one for one in answer.headers if one[0] not in different] == [
        one for one in whole.headers if one[0] not in different
    ]


@once
def test_conditions_spare_what_the_client_has(store: Store, get: Get, carol: Person) -> None:
    content = store(carol, LONG)
    etag = f'"{content.cid}"'
    for value in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = get(content.cid, If_None_Match=value, Range="bytes=0-1")
        assert (answer.status_code, answer.data) == (304, b"")
        assert (answer.headers["ETag"], answer.headers["Cache-Control"]) == (etag, FOREVER)
    assert get(content.cid, If_None_Match='"other"').status_code == 200
    ranges = {"Range": "bytes=5-9"}
    assert get(content.cid, **ranges, If_Range=etag).data == LONG[5:10]
    for value in (f"W/{etag}", '"other"', "Wed, 21 Oct 2015 07:28:00 GMT"):
        assert get(content.cid, **ranges, If_Range=value).status_code == 200


@once
def test_one_range_is_given_alone(store: Store, get: Get, carol: Person) -> None:
    content = store(carol, LONG)
    for header, start, stop in (
        ("bytes=0-0", 0, 1),
        (f"bytes={CHUNK - 1}-{CHUNK}", CHUNK - 1, CHUNK + 1),  # over the edge of two chunks
        (f"bytes={CHUNK}-{2 * CHUNK - 1}", CHUNK, 2 * CHUNK),
        ("bytes=1000-", 1_000, SIZE),
        ("bytes=-7", SIZE - 7, SIZE),
        (f"bytes=-{SIZE + 1}", 0, SIZE),
        (f"bytes=5-{10**17}", 5, SIZE),
        ("Bytes= 5-6 ", 5, 7),
        (f"bytes={SIZE}-,3-4", 3, 5),  # of two the one that there is
    ):
        answer = get(content.cid, Range=header)
        assert answer.status_code == 206, header
        assert answer.data == LONG[start:stop], header
        assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
        assert answer.headers["Content-Length"] == str(stop - start)


@once
def test_what_is_no_range_is_ignored_and_what_is_not_there_is_refused(
    store: Store, get: Get, carol: Person
) -> None:
    content, empty = store(carol, LONG), store(carol, b"")
    for header in (
        "bytes=",
        "bytes=5-4",
        "bytes=a-b",
        "bytes=--1",
        "lines=1-2",
        "bytes=1-2;",
        "5-6",
    ):
        answer = get(content.cid, Range=header)
        assert (answer.status_code, len(answer.data)) == (200, SIZE), header
    for header in (f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE}-{SIZE + 5},-0"):
        answer = get(content.cid, Range=header)
        refused(answer, 416, "range_not_satisfiable")
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"
        assert answer.headers["Cache-Control"] == "no-store"
    refused(get(empty.cid, Range="bytes=0-"), 416, "range_not_satisfiable")


def parts_of(answer: TestResponse) -> list[tuple[str, bytes]]:
    """Read multipart/byteranges as any client does, by a library for mail."""
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    message: Any = BytesParser(policy=HTTP).parse(io.BytesIO(head + answer.data))
    assert message.is_multipart()
    return [(part["Content-Range"], part.get_payload(decode=True)) for part in message.iter_parts()]


@once
def test_several_ranges_come_as_parts_unless_the_whole_is_less_work(
    store: Store, get: Get, carol: Person
) -> None:
    text = "".join(f"{number:07}\n" for number in range(SIZE // 8)).encode()
    content = store(carol, text)
    size = len(text)
    header = f"bytes=0-7, {CHUNK - 8}-{CHUNK + 7}, {size}-, -8"
    answer = get(content.cid, Range=header)
    assert answer.status_code == 206
    assert answer.headers["Content-Length"] == str(len(answer.data))
    wanted = [(0, 8), (CHUNK - 8, CHUNK + 8), (size - 8, size)]
    assert parts_of(answer) == [
        (f"bytes {start}-{stop - 1}/{size}", text[start:stop]) for start, stop in wanted
    ]
    for greedy in ("bytes=" + ",".join(["0-0"] * 17), "bytes=0-,0-", "bytes=0-1,x"):
        assert get(content.cid, Range=greedy).status_code == 200, greedy


@once
def test_who_is_unknown_misspelt_or_hidden_is_said_so(
    store: Store, get: Get, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = store(carol, b"to be hidden")
    unknown = parse_cid("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku")
    for cid in (unknown, "QmVeryWrong", "x" * 3_000, "%00"):
        answer = get(cid)
        refused(answer, 404, "content_not_found")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "no-store"
    monkeypatch.setattr(access, "_HIDDEN_BY", [])
    access.hides_content(lambda cid: cid == literal_column(f"'{content.cid}'"))
    other = store(carol, b"not to be hidden")
    refused(get(content.cid), 451, "content_withheld")
    refused(get(content.cid, If_None_Match="*"), 451, "content_withheld")
    assert get(other.cid).status_code == 200


@once
def test_a_page_may_ask_beforehand(app: Flask, store: Store, get: Get, carol: Person) -> None:
    content = store(carol, b"x")
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    answer = app.test_client().options(f"/ipfs/{content.cid}", headers=headers)
    assert answer.status_code == 200
    assert "Range" in answer.headers["Access-Control-Allow-Headers"]
    for method in ("POST", "PUT", "DELETE"):
        assert get(content.cid, method).status_code == 405


def damage(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def damaged_since(app: Flask) -> Any:
    with app.app_context():
        return db.session.scalar(select(Content.damaged_at))


def test_a_bad_disk_never_gives_wrong_bytes(
    app: Flask, store: Store, get: Get, carol: Person
) -> None:
    content = store(carol, LONG)
    (path,) = on_disk(app)
    damage(path, CHUNK + 5)  # in the second chunk
    # The others are as good as ever, and asked for alone they are not read with it.
    assert get(content.cid, Range=f"bytes=0-{CHUNK - 1}").data == LONG[:CHUNK]
    assert get(content.cid, Range="bytes=-5").data == LONG[-5:]
    assert damaged_since(app) is None
    answer = get(content.cid, Range=f"bytes={CHUNK}-{CHUNK}")  # not the bad byte, but its chunk
    refused(answer, 500, "content_damaged")
    assert answer.headers["Cache-Control"] == "no-store"
    assert damaged_since(app) is not None
    # Found in the middle, the answer breaks off before the chunk: it is shorter than it said.
    answer = get(content.cid)
    assert (answer.status_code, answer.content_length) == (200, SIZE)
    with pytest.raises(ContentDamagedError):
        _ = answer.data
    answer.close()
    with app.app_context():
        body = read_range(content, 0, SIZE)
        assert next(body) == LONG[:CHUNK]
        with pytest.raises(ContentDamagedError):
            next(body)
    store(carol, LONG)  # kept again, it is whole again
    assert damaged_since(app) is None
    assert get(content.cid).data == LONG


@once
@pytest.mark.parametrize("trouble", ["cut", "missing", "leaves", "size"])
def test_whatever_else_is_wrong_is_not_given_either(
    app: Flask, store: Store, get: Get, carol: Person, trouble: str
) -> None:
    content = store(carol, LONG)
    (path,) = on_disk(app)
    if trouble == "cut":
        path.write_bytes(LONG[:100])
    elif trouble == "missing":
        path.unlink()
        assert get(content.cid, "HEAD").status_code == 500
    else:  # the database says what the CID does not
        wrong = {"leaves": content.leaves[:-1] + b"x", "size": SIZE + CHUNK}
        with app.app_context(), writing() as session:
            session.execute(update(Content).values({trouble: wrong[trouble]}))
    refused(get(content.cid), 500, "content_damaged")
    assert damaged_since(app) is not None


@once
def test_what_is_longer_on_the_disk_is_given_no_further_than_it_is(
    app: Flask, store: Store, get: Get, carol: Person
) -> None:
    content = store(carol, b"short")
    (path,) = on_disk(app)
    path.write_bytes(b"short and more")
    assert get(content.cid).data == b"short"
