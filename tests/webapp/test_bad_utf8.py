"""Bytes that are no UTF-8 are refused or taken as other text, wherever they stand; never a 500."""

from typing import Any

import pytest
from flask import Flask

from tests.support.answers import nothing_written
from tests.support.files import picture
from tests.support.oauth import HERE, register_app
from tests.support.wallet import V1, Person

BAD = ("%ff", "%c3%28", "%ed%a0%80", "%f8%88%80%80%80", "%00%ff")
RAW = (b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80")
PATHS = (
    "/users/by-handle/{}",
    "/tags/{}/posts",
    "/docs/{}",
    "/posts/{}",
    "/nowhere/{}",
    "/search/posts?q={}",
    "/search/people?q={}",
    "/search/tags?q={}",
    "/search/posts?q=x&cursor={}",
    "/log/entries?first={}",
    "/users/{{account}}/posts?cursor={}",
    "/users/{{account}}/posts?since={}",
    "/users/{{account}}/posts?limit={}",
    "/users/{{account}}/posts?{}=x",
    "/me/sessions?cursor={}",
    "/notifications?cursor={}",
    "/conversations?cursor={}",
    "/oauth/authorize?state={}",
)
FORM = "application/x-www-form-urlencoded"


def told_what_is_wrong(answer: Any, where: object) -> None:
    """Check that an answer is a success or a refusal with its own code, and JSON in any case."""
    assert 200 <= answer.status_code < 500, (where, answer.text)
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json", where
        assert answer.json["code"], where


@pytest.mark.parametrize("path", PATHS)
def test_a_path_and_a_query(app: Flask, carol: Person, path: str) -> None:
    with nothing_written(app):
        for bad in BAD:
            url = path.format(bad).replace("{account}", carol.account)
            told_what_is_wrong(carol.call("GET", url), url)


def test_a_path_that_is_written_to(app: Flask, carol: Person) -> None:
    with nothing_written(app):
        for bad in BAD:
            body = {"message": {}, "signature": "0x00"}
            for method, path in (
                ("DELETE", f"/wallets/{bad}"),
                ("DELETE", f"/devices/{bad}"),
                ("POST", f"/posts/{bad}/like"),
            ):
                answer = carol.call(method, path, body)
                assert 400 <= answer.status_code < 500, (path, answer.text)
                told_what_is_wrong(answer, path)


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
def test_the_form_of_an_app(app: Flask, carol: Person, path: str) -> None:
    client = register_app(carol, confidential=True)
    names = ("grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_secret")
    good = {
        "grant_type": "authorization_code",
        "code": "x",
        "redirect_uri": HERE,
        "client_id": client.client_id,
        "client_secret": client.secret or "",
    }
    with nothing_written(app):
        for name in (*names, "token", "refresh_token", "scope"):
            for bad in (*(one.encode() for one in BAD), *RAW):
                fields = [f"{key}={value}".encode() for key, value in good.items() if key != name]
                form = b"&".join([*fields, name.encode() + b"=" + bad])
                answer = client.http.post(V1 + path, data=form, content_type=FORM)
                # RFC 7009, 2.2: a token that there is not is revoked already.
                assert answer.status_code in (200, 400, 401), (name, bad, answer.text)
                assert answer.is_json, (name, bad)
                assert path != "/oauth/token" or answer.json["error"], (name, bad)


def multipart(name: bytes, value: bytes, filename: bytes) -> bytes:
    """Return a form of one text and one picture, whose names are taken as they are."""
    lines = (
        b"--x",
        b'Content-Disposition: form-data; name="' + name + b'"',
        b"",
        value,
        b"--x",
        b'Content-Disposition: form-data; name="file"; filename="' + filename + b'"',
        b"Content-Type: image/png",
        b"",
        picture(),
        b"--x--",
        b"",
    )
    return b"\r\n".join(lines)


@pytest.mark.parametrize("place", ["name", "value", "filename"])
def test_a_form_with_a_file(app: Flask, carol: Person, place: str) -> None:
    for bad in RAW:
        parts = {"name": b"alt", "value": b"a picture", "filename": b"x.png"} | {place: bad}
        answer = carol.http.post(
            f"{V1}/media",
            data=multipart(**parts),
            content_type="multipart/form-data; boundary=x",
            headers=carol.headers,
        )
        told_what_is_wrong(answer, (place, bad))


HEADERS = (
    "Accept",
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Cookie",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Origin",
    "Range",
    "User-Agent",
    "X-Forwarded-For",
    "X-Request-Id",
)


@pytest.mark.parametrize("name", HEADERS)
def test_a_header(carol: Person, name: str) -> None:
    environ = "CONTENT_TYPE" if name == "Content-Type" else f"HTTP_{name.upper().replace('-', '_')}"
    for bad in RAW:
        # WSGI (PEP 3333) hands the bytes of a header over as Latin-1.
        sent = bad.decode("latin-1")
        values = [sent, f"Bearer {sent}"] if name == "Authorization" else [sent, f"a={sent}"]
        own = {key: value for key, value in carol.headers.items() if key != name}
        for value in values:
            for method, path, body in (("GET", "/me", None), ("POST", "/posts", b'{"text":"x"}')):
                environs = {"CONTENT_TYPE": "application/json"} | {environ: value}
                answer = carol.http.open(
                    V1 + path, method=method, data=body, headers=own, environ_overrides=environs
                )
                told_what_is_wrong(answer, (name, value, path))


def test_where_an_app_says_who_it_is(carol: Person) -> None:
    client = register_app(carol, confidential=True)
    for bad in RAW:
        for scheme in ("Basic ", "Bearer ", ""):
            answer = client.http.post(
                f"{V1}/oauth/token",
                data={"grant_type": "refresh_token", "refresh_token": "x"},
                environ_overrides={"HTTP_AUTHORIZATION": scheme + bad.decode("latin-1")},
            )
            assert answer.status_code in (400, 401), (scheme, bad, answer.text)
            assert answer.json["error"], (scheme, bad)
