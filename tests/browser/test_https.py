"""The web UI behind https, with a certificate made for the test: what only a real browser shows of cookies."""

import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from werkzeug.serving import make_server

from chain.devnode.node import DevNode
from tests.browser.test_browser import CHROMIUM, ROOT, SECONDS, SHOTS, check_browser
from tests.support import instance
from tests.support.databases import only_sqlite
from tests.support.stack import free_ports
from tests.support.wallet import Person

HOST = "app.troth.test"

pytestmark = [pytest.mark.stack, pytest.mark.long(60)]


def tls(folder: Path) -> ssl.SSLContext:
    """Return a server's side of TLS with a certificate that nobody vouches for."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.DNSName("blog.troth.test")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    both = folder / "server.pem"
    secret = key.private_bytes(pem, kind, serialization.NoEncryption())
    both.write_bytes(secret + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context


@contextmanager
def served(app: Flask, port: int, context: ssl.SSLContext) -> Iterator[None]:
    server = make_server("127.0.0.1", port, app, threaded=True, ssl_context=context)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        serving.join(30)


@contextmanager
def closing(app: Flask) -> Iterator[None]:
    try:
        yield
    finally:
        instance.close_app(app)


@only_sqlite
def test_behind_https_the_sessions_cookies_are_nobody_elses_to_set(
    database_url: str, node: DevNode, prepared: tuple[DevNode, instance.Prepared], tmp_path: Path
) -> None:
    check_browser()
    (port,) = free_ports(1)
    url = f"https://{HOST}:{port}"
    app = instance.make_app(tmp_path, database_url, public_url=url)
    instance.open_prepared(app, node, prepared[1])
    Person(app.test_client()).register("ada")
    env = os.environ | {
        "TROTH_UI_URL": url,
        "TROTH_UI_HANDLE": "ada",
        "TROTH_UI_SHOTS": str(SHOTS),
        "TROTH_CHROMIUM": CHROMIUM or "",
    }
    words = ["node", "--test", "--test-reporter=spec", "tests/browser/https.mjs"]
    with closing(app), served(app, port, tls(tmp_path)):
        done = subprocess.run(
            words, env=env, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    assert done.returncode == 0, f"{done.stdout[-6_000:]}\n{done.stderr[-2_000:]}"
