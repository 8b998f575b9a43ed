"""The web UI as it is served: one page for all its addresses, files that are kept for ever, a strict policy."""

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.answers import refused
from tests.support.databases import only_sqlite
from webapp import ui_pages

SCRIPT = b"export const words = 'many words';\n" * 100


@pytest.fixture
def client(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Give a client of an application whose UI is built (of two files)."""
    assets = tmp_path / "ui" / "assets"
    assets.mkdir(parents=True)
    (assets.parent / "index.html").write_text("<!doctype html><title>Troth</title>")
    (assets / "index-abc123.js").write_bytes(SCRIPT)
    (assets / "index-abc123.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets.parent / "theme.js").write_text("// theme")
    (tmp_path / "secret.js").write_text("// beside the folder")
    monkeypatch.setattr(ui_pages, "BUILT", assets.parent)
    return app.test_client()


@only_sqlite
def test_every_address_of_the_ui_is_its_page(client: FlaskClient) -> None:
    for path in ("/", "/posts/0193?x=1", "/@alice", "/settings/devices", "/settings/", "/verify"):
        with client.get(path) as answer:
            assert (answer.status_code, answer.mimetype) == (200, "text/html"), path
            assert answer.headers["Cache-Control"] == "no-cache"
            policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


@only_sqlite
def test_other_addresses_are_still_refused_as_by_the_api(client: FlaskClient) -> None:
    refused(client.get("/nothing"), 404, "not_found")
    refused(client.get("/api/v1/nothing"), 404, "not_found")
    refused(client.post("/api/v1/nothing"), 404, "not_found")
    assert client.post("/posts/0193").status_code == 405


@only_sqlite
def test_a_browser_that_is_led_nowhere_gets_the_page_that_says_so(client: FlaskClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for path in ("/setings", "/setings/devices", "/apis", "/Posts/0193"):
        with client.get(path, headers=browser) as answer:
            assert (answer.status_code, answer.mimetype) == (404, "text/html"), path
            assert answer.text == "<!doctype html><title>Troth</title>"
            assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
            assert "Accept" in answer.headers["Vary"]
            assert "ETag" not in answer.headers  # a 304 would be no 404
        with client.head(path, headers=browser) as head:
            assert (head.status_code, head.mimetype) == (404, "text/html")
        refused(client.post(path, headers=browser), 404, "not_found")
    for accept in ("*/*", "application/json", "text/html;q=0, */*"):
        answer = client.get("/setings", headers={"Accept": accept})
        refused(answer, 404, "not_found")
        assert "Accept" in answer.headers["Vary"]


@only_sqlite
def test_below_the_servers_own_addresses_a_browser_gets_what_everybody_gets(
    client: FlaskClient,
) -> None:
    firsts = ("api", "api/v1", "ipfs", ".well-known", "metrics", "health")
    for path in (f"/{first}/nothing/at/all" for first in firsts):
        refused(client.get(path, headers={"Accept": "text/html"}), 404, "not_found")
    refused(client.get("/ui/none.js", headers={"Accept": "text/html"}), 404, "not_found")


@only_sqlite
def test_a_browser_is_told_in_json_where_no_ui_is_built(
    client: FlaskClient, tmp_path: Path
) -> None:
    (tmp_path / "ui" / "index.html").unlink()
    refused(client.get("/setings", headers={"Accept": "text/html"}), 404, "not_found")


@only_sqlite
def test_a_built_file_is_kept_for_ever_and_packed_for_who_takes_that(client: FlaskClient) -> None:
    file = "/ui/assets/index-abc123.js"
    with client.get(file) as plain:
        assert plain.data == SCRIPT
        assert "immutable" in plain.headers["Cache-Control"]
    with client.get(file, headers={"Accept-Encoding": "gzip, br"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.mimetype == "text/javascript"
        assert gzip.decompress(packed.data) == SCRIPT
        assert "Accept-Encoding" in packed.headers["Vary"]
    with client.get(file, headers={"If-None-Match": plain.headers["ETag"]}) as again:
        assert again.status_code == 304
    with client.get("/ui/theme.js") as theme:
        assert theme.headers["Cache-Control"] == "no-cache"


@only_sqlite
def test_nothing_but_built_files_is_given(client: FlaskClient) -> None:
    for name in ("../secret.js", "..%2fsecret.js", "index.html", "assets", "assets/none.js"):
        assert client.get(f"/ui/{name}").status_code == 404, name


@only_sqlite
def test_a_ui_that_is_not_built_says_what_builds_it(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "ui" / "index.html").unlink()
    refused(client.get("/"), 404, "ui_missing")


@only_sqlite
def test_the_ui_is_told_of_the_chain_only_where_it_is_the_embedded_one(client: FlaskClient) -> None:
    told = client.get("/ui/config.json").get_json()
    assert told["chain"]["embedded"] is True
    assert told["chain"]["rpc"].startswith("http://127.0.0.1:")


@only_sqlite
def test_the_worker_may_keep_the_verify_page_and_fetch_from_here_alone(
    client: FlaskClient, tmp_path: Path
) -> None:
    (tmp_path / "ui" / "sw.js").write_text("// worker")
    with client.get("/ui/sw.js") as answer:
        assert answer.headers["Service-Worker-Allowed"] == "/verify"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
        assert answer.headers["Cache-Control"] == "no-cache"
    with client.get("/ui/theme.js") as other:
        assert "Service-Worker-Allowed" not in other.headers
