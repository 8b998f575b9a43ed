"""Domains of a test's own: an HTTPS server, a name server and a mail server, all real, on this machine."""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from webapp.outgoing import Answer, Policy, request

Page = tuple[int, dict[str, str], bytes]
HERE = "127.0.0.1"


@dataclass
class Domains:
    """What the domains answer: pages by (host, path), records by name; and what was asked."""

    pages: dict[tuple[str, str], Page] = field(default_factory=dict)
    records: dict[str, list[str]] = field(default_factory=dict)
    addresses: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    names_fail: bool = False
    port: int = 0
    dns_port: int = 0

    def publish(self, domain: str, text: str, path: str = "/.well-known/troth.txt") -> None:
        self.pages[domain, path] = (200, {}, text.encode())

    def redirect(self, domain: str, to: str, path: str = "/.well-known/troth.txt") -> None:
        self.pages[domain, path] = (302, {"Location": to}, b"")

    def clear(self) -> None:
        for one in (self.pages, self.records, self.addresses, self.asked):
            one.clear()
        self.names_fail = False

    def resolve(self, host: str, _: int) -> list[str]:
        """Answer for the system's resolver: every name leads here unless a test says otherwise."""
        return self.addresses.get(host, [HERE])

    def ask(self, method: str, url: str, policy: Policy, **more: Any) -> Answer:
        """Make the real request, at the port that the server has got."""
        self.asked.append(url)
        parts = urlsplit(url)
        port = self.port if parts.port is None else parts.port
        there = urlunsplit(parts._replace(netloc=f"{parts.hostname}:{port}"))
        allowed = Policy(
            http_to_loopback=self.addresses.get(parts.hostname or "") is None,
            seconds=policy.seconds,
            most_bytes=policy.most_bytes,
        )
        if not allowed.http_to_loopback:  # judged as in production, which asks this port only
            there = urlunsplit(parts._replace(netloc=parts.hostname or ""))
        return request(method, there, allowed, resolver=self.resolve, **more)


@contextlib.contextmanager
def domains_served(folder: Path, names: list[str]) -> Iterator[Domains]:
    """Serve domains over TLS and by DNS; the certificate's authority is in ``folder / "ca.pem"``."""
    found = Domains()
    server = ThreadingHTTPServer((HERE, 0), _handler(found))
    server.daemon_threads = True
    server.socket = _context(folder, names).wrap_socket(server.socket, server_side=True)
    found.port = server.server_address[1]
    name_server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    name_server.bind((HERE, 0))
    found.dns_port = name_server.getsockname()[1]
    threads = [
        threading.Thread(target=server.serve_forever, daemon=True),
        threading.Thread(target=_answer_names, args=(name_server, found), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        name_server.close()


def _handler(found: Domains) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = (self.headers.get("Host") or "").partition(":")[0]
            status, headers, body = found.pages.get((host, self.path), (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def _answer_names(server: socket.socket, found: Domains) -> None:
    with contextlib.suppress(OSError):
        while True:
            data, peer = server.recvfrom(4_096)
            query = dns.message.from_wire(data)
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.RA
            name = query.question[0].name.to_text().rstrip(".")
            texts = found.records.get(name)
            if found.names_fail:
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif texts is None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            else:
                rows = [f'"{text}"' for text in texts]
                answer.answer.append(dns.rrset.from_text(name + ".", 5, "IN", "TXT", *rows))
            server.sendto(answer.to_wire(), peer)


def _context(folder: Path, names: list[str]) -> ssl.SSLContext:
    key, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _signed("authority", "authority", key, key, x509.BasicConstraints(True, None))
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    made = _signed("server", "authority", own, key, alternatives)
    (folder / "ca.pem").write_bytes(authority.public_bytes(Encoding.PEM))
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(pem + made.public_bytes(Encoding.PEM))
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(folder / "server.pem")
    return found


def _signed(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.now(UTC)
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (subject, issuer)]
    unsigned = x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1])
    unsigned = unsigned.public_key(key.public_key()).serial_number(x509.random_serial_number())
    unsigned = unsigned.not_valid_before(now - timedelta(hours=1))
    unsigned = unsigned.not_valid_after(now + timedelta(hours=1))
    return unsigned.add_extension(extension, critical=True).sign(signer, hashes.SHA256())


class Mailbox:
    """A mail server that keeps what it gets; ``refuse`` lets it take nothing, and says ``answer``."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.refuse, self.answer = False, "451 not now"
        self.polite = True

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        return "221 Bye" if self.polite else "421 too busy to part"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.answer
        self.messages.append(message_from_bytes(envelope.content))
        return "250 OK"

    def code(self) -> str:
        """Return the code of the newest message."""
        found = re.search(r"\b(\d{8})\b", self.messages[-1].get_payload())
        assert found is not None
        return found.group(1)


@contextlib.contextmanager
def mail_served() -> Iterator[tuple[Mailbox, str]]:
    """Serve mail; give the mailbox and the server's URL."""
    box = Mailbox()
    with socket.create_server((HERE, 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname=HERE, port=port)
    controller.start()
    try:
        yield box, f"smtp://{HERE}:{port}"
    finally:
        controller.stop()
