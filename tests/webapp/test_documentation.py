"""The documentation page: everything from this server, nothing from elsewhere."""

import json
import re

from flask import Flask
from flask.testing import FlaskClient

from tests.support.answers import refused
from tests.support.databases import only_sqlite
from tests.support.wallet import V1
from webapp.extensions import api


@only_sqlite
def test_the_page_loads_only_what_this_server_has(app: Flask) -> None:
    client: FlaskClient = app.test_client()
    page = client.get(f"{V1}/docs")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(named) == 5
    for link in named:
        assert "://" not in link
        with client.get(f"{V1}/{link}") as answer:
            assert answer.status_code == 200, link
    assert "openapi.json" in client.get(f"{V1}/docs/start.js").text


@only_sqlite
def test_a_file_that_is_not_of_the_page_is_not_given(app: Flask) -> None:
    client = app.test_client()
    for name in ("package.json", "..%2f..%2fpackage.json", "index.html"):
        assert client.get(f"{V1}/docs/{name}").status_code == 404
    refused(client.get(f"{V1}/docs/package.json"), 404, "documentation_missing")


@only_sqlite
def test_the_document_is_written_once_and_only_when_somebody_asks(app: Flask) -> None:
    assert api._spec is None
    client = app.test_client()
    first = client.get(f"{V1}/openapi.json").text
    written = api._spec
    assert f"{V1}/posts" in json.loads(first)["paths"]
    assert client.get(f"{V1}/openapi.json").text == first
    assert api._spec is written
