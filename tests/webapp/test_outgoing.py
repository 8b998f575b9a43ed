"""The way out leads to the Internet only, and to the address that was judged."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from webapp.outgoing import (
    MOST_LOOKUPS,
    OutgoingError,
    Policy,
    RefusedUrlError,
    _Pinned,
    is_public,
    parse_target,
    request,
)

HERE = Policy(http_to_loopback=True, seconds=2.0, most_bytes=1_000)
PATIENT = Policy(http_to_loopback=True, seconds=30.0)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        "0.0.0.0",  # noqa: S104 - nothing listens
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *(
            "fec0::1",
            "3fff::1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::127.0.0.1",
            "2001:db8::1",
            "x",
        ),
    ],
)
def test_what_is_not_of_the_internet_is_not_asked(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_what_is_of_the_internet_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "https:///x", "https://", "", "//x", "x"),
        *("https://a@example.org/", "https://a:b@example.org/", "https://example.org:22/"),
        *("https://example.org:0/", "https://example.org:99999/", "https://example.org/#x"),
        *("https://exa mple.org/", "https://example.org\\@127.0.0.1/", "https://ex\nample.org/"),
        *("https://[::1/", "https://é.example/", "https://example.org/" + "x" * 2_000),
    ],
)
def test_urls_that_are_never_asked(url: str) -> None:
    with pytest.raises(RefusedUrlError):
        parse_target(url, Policy())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "localhost"]
)
def test_this_machine_is_not_asked_however_it_is_written(host: str) -> None:
    with pytest.raises(OutgoingError):
        request("GET", f"https://{host}/", Policy())


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], []])
def test_a_name_is_judged_by_all_its_addresses(addresses: list[str]) -> None:
    with pytest.raises(OutgoingError):
        request("GET", "https://a.example/", Policy(), resolver=lambda *_: addresses)


def test_plain_http_leaves_this_machine_under_no_setting() -> None:
    with pytest.raises(RefusedUrlError):
        request("GET", "http://a.example/", HERE, resolver=lambda *_: ["93.184.216.34"])


@pytest.fixture
def serve() -> Iterator[Callable[[bytes, bool], int]]:
    """Give a maker of servers that answer every connection with the same bytes, then close or not."""
    servers: list[socket.socket] = []

    def start(answer: bytes, close: bool = True) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def run() -> None:
            with contextlib.ExitStack() as kept, contextlib.suppress(OSError):
                while True:
                    client = kept.enter_context(server.accept()[0])
                    client.recv(65_536)
                    client.sendall(answer)
                    if close:
                        client.close()

        threading.Thread(target=run, daemon=True).start()
        return int(server.getsockname()[1])

    yield start
    for server in servers:
        server.close()


def test_the_address_that_was_judged_is_the_one_that_is_asked(
    serve: Callable[..., int],
) -> None:
    port = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    asked: list[str] = []

    def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    answer = request("GET", f"http://rebound.example:{port}/x", HERE, resolver=rebinding)
    assert (answer.status, answer.body, asked) == (200, b"ok", ["rebound.example"])


def test_redirects_are_answers(serve: Callable[..., int]) -> None:
    port = serve(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n")
    assert request("GET", f"http://127.0.0.1:{port}/", HERE).status == 302


@pytest.mark.parametrize(
    ("answer", "close"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2_000, True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", False),
        (b"HTTP/1.1 200 OK\r\n\r\nx", False),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000, True),
        (b"", False),
        (b"nonsense\r\n\r\n", True),
    ],
    ids=["too large", "never ends", "no length", "long header", "silent", "no http"],
)
def test_answers_are_bounded_in_size_and_time(
    serve: Callable[..., int], answer: bytes, close: bool
) -> None:
    with pytest.raises(OutgoingError):
        request("GET", f"http://127.0.0.1:{serve(answer, close)}/", HERE)


def test_a_name_that_is_not_looked_up_in_time_is_given_up() -> None:
    """Somebody's name server may let us wait for as long as it likes."""
    hung = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        hung.wait(30)
        return ["127.0.0.1"]

    quick = Policy(http_to_loopback=True, seconds=0.2)
    try:
        for _ in range(MOST_LOOKUPS):
            with pytest.raises(OutgoingError, match=r"look up slow\.example"):
                request("GET", "http://slow.example/", quick, resolver=hanging)
        with pytest.raises(OutgoingError, match="waited for already"):
            request("GET", "http://slow.example/", quick, resolver=lambda *_: ["127.0.0.1"])
    finally:
        hung.set()


def test_what_connects_too_late_is_cut_all_the_same(serve: Callable[..., int]) -> None:
    """The watchdog may bark before there is a connection; a peer that drips would then never end."""
    port = serve(b"HTTP/1.1 200 OK\r\n", close=False)
    target = parse_target(f"http://late.example:{port}/", HERE)
    late = _Pinned(target, "127.0.0.1", time.monotonic() + 30)
    late.cut()
    with pytest.raises(TimeoutError):
        late.request("GET", "/")
    late.close()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ssl.SSLContext]:
    """Give a maker of certificates by an authority that this process believes."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("Tests' authority")
    root = _certificate(name, name, key, key, x509.BasicConstraints(ca=True, path_length=0))
    (tmp_path / "ca.pem").write_bytes(root.public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    def context(host: str) -> ssl.SSLContext:
        own = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        made = _certificate(_name(host), name, own, key, names)
        pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / "server.pem").write_bytes(pem + made.public_bytes(Encoding.PEM))
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found.load_cert_chain(tmp_path / "server.pem")
        return found

    return context


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.now(UTC)
    unsigned = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    unsigned = unsigned.public_key(key.public_key()).serial_number(x509.random_serial_number())
    unsigned = unsigned.not_valid_before(now - timedelta(hours=1))
    unsigned = unsigned.not_valid_after(now + timedelta(hours=1))
    return unsigned.add_extension(extension, critical=True).sign(signer, hashes.SHA256())


class Secure:
    """A TLS server of one answer; keeps the names that it was asked for and what it heard."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.names: list[str | None] = []
        self.heard = b""
        context.sni_callback = lambda _, name, __: self.names.append(name)
        self._context, self._server = context, socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with (
            contextlib.suppress(OSError),
            self._server.accept()[0] as plain,
            self._context.wrap_socket(plain, server_side=True) as client,
        ):
            # To the end of the body: whoever closes before it has read all resets the connection.
            while not self.heard.endswith(b"{}") and (some := client.recv(65_536)):
                self.heard += some
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def close(self) -> None:
        self._server.close()
        self._thread.join(timeout=10)


def test_with_tls_the_judged_address_must_show_the_certificate_of_the_name(
    authority: Callable[[str], ssl.SSLContext],
) -> None:
    with contextlib.closing(Secure(authority("hooks.example"))) as server:
        url = f"https://hooks.example:{server.port}/in"
        answer = request("POST", url, PATIENT, body=b"{}", resolver=lambda *_: ["127.0.0.1"])
    assert (answer.status, answer.body, server.names) == (200, b"ok", ["hooks.example"])
    assert f"Host: hooks.example:{server.port}".encode() in server.heard


def test_with_tls_a_certificate_of_another_name_is_refused_before_anything_is_said(
    authority: Callable[[str], ssl.SSLContext],
) -> None:
    with contextlib.closing(Secure(authority("other.example"))) as server:
        url = f"https://hooks.example:{server.port}/in"
        with pytest.raises(OutgoingError, match=r"not valid for 'hooks\.example'"):
            request("POST", url, PATIENT, body=b"secret", resolver=lambda *_: ["127.0.0.1"])
    assert server.heard == b""


def test_with_tls_an_authority_that_nobody_knows_is_refused(
    authority: Callable[[str], ssl.SSLContext], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    context = authority("hooks.example")
    (tmp_path / "none.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with contextlib.closing(Secure(context)) as server:
        url = f"https://hooks.example:{server.port}/in"
        with pytest.raises(OutgoingError, match="certificate verify failed"):
            request("POST", url, PATIENT, body=b"secret", resolver=lambda *_: ["127.0.0.1"])
    assert server.heard == b""
