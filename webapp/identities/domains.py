"""Looking whether a domain names an address: a file under /.well-known/, or a TXT record; either suffices.

What counts is a line, or a record, that is exactly `troth=0x…`, for each address that the domain stands for. The
file is fetched by ``webapp/outgoing.py``, which judges the address behind the name at every step; redirects are
followed within what its owner registered, and no further.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import dns.exception
import dns.resolver
from flask import current_app

from webapp.chain_access import settings
from webapp.config import listed
from webapp.identities.kinds import Method
from webapp.identities.values import registrable
from webapp.outgoing import Answer, OutgoingError, Policy, request

FILE_PATH = "/.well-known/troth.txt"
RECORD_LABEL = "_troth"
ANOTHER = f"{FILE_PATH} names another address."
NO_RECORD, ANOTHER_RECORD = "It is not there.", "It names another address."
_ANY_LINE = re.compile(r"troth=0x[0-9a-f]{40}", re.IGNORECASE)
MOST_BYTES, MOST_LINES, MOST_RECORDS = 16_384, 200, 50
MOST_REDIRECTS = 3
SECONDS, DNS_SECONDS = 15.0, 5.0
REDIRECTS = (301, 302, 303, 307, 308)
# What the application asks in the place of ``webapp.outgoing.request``, where tests have servers of their own.
_ASK = "troth_ask_domain"
Ask = Callable[..., Answer]


@dataclass(frozen=True)
class Look:
    """What a look found: by which method the domain names the address, or why it does not.

    ``names_another``: its file is there, and is about somebody else's addresses alone; and no record says otherwise,
    as far as the name server was to be had.
    """

    method: Method | None
    problem: str = ""
    names_another: bool = False


def expected_line(subject: str) -> str:
    """Return what a domain has to publish for an address."""
    return f"troth={subject}"


def look_at(domain: str, subject: str) -> Look:
    """Look at the file, then at the record; never raises for what a domain answers."""
    by_file = _by_file(domain, subject)
    if not by_file:
        return Look(Method.FILE)
    by_record = _by_record(domain, subject)
    if not by_record:
        return Look(Method.DNS)
    # Without the name, which is nobody's business where its subject does not show it.
    problem = f"File: {unnamed(by_file, domain)} TXT record: {by_record}"[:300]
    sure = by_file == ANOTHER and by_record in (NO_RECORD, ANOTHER_RECORD)
    return Look(None, problem, names_another=sure)


def unnamed(text: str, domain: str) -> str:
    """Return a text without the names that belong to a domain's owner, with whatever stands before them."""
    return re.sub(
        rf"[\w.-]*{re.escape(registrable(domain) or domain)}",
        "the domain",
        text,
        flags=re.IGNORECASE,
    )


def _by_file(domain: str, subject: str) -> str:
    """Return why the file does not name the address; nothing if it does."""
    ask: Ask = current_app.extensions.get(_ASK, request)
    url, deadline = f"https://{domain}{FILE_PATH}", time.monotonic() + SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        left = deadline - time.monotonic()
        if left <= 0:
            return f"It took more than {SECONDS:.0f} seconds."
        try:
            answer = ask("GET", url, Policy(seconds=left, most_bytes=MOST_BYTES), headers=_HEADERS)
        except OutgoingError as error:
            return str(error)
        if answer.status in REDIRECTS:
            url, problem = _redirected(url, domain, answer)
            if problem:
                return problem
            continue
        if answer.status != 200:
            return f"{FILE_PATH} answered {answer.status}."
        return _read(answer.body, subject)
    return f"It led on more than {MOST_REDIRECTS} times."


_HEADERS = {"User-Agent": "Troth-Claims/1", "Accept": "text/plain"}


def _redirected(url: str, domain: str, answer: Answer) -> tuple[str, str]:
    """Return where an answer leads, and why that is not asked (nothing if it is)."""
    where = {name.lower(): value for name, value in answer.headers.items()}.get("location", "")
    try:
        target = urljoin(url, where)
        parts = urlsplit(target)
        host = (parts.hostname or "").lower()
    except ValueError:
        return url, "It led to something that is no URL."
    if parts.scheme != "https" or registrable(host) != registrable(domain):
        return url, "It led away from the domain."
    return target, ""


def _read(body: bytes, subject: str) -> str:
    """Return why a file does not name the address, among its first lines, in any case; nothing if it does."""
    lines = body.decode("utf-8", "replace").splitlines()[:MOST_LINES]
    if any(_is_ours(line, subject) for line in lines):
        return ""
    another = any(_ANY_LINE.fullmatch(line.strip()) for line in lines)
    return ANOTHER if another else f"{FILE_PATH} has no such line."


def _is_ours(line: str, subject: str) -> bool:
    return line.strip().lower() == expected_line(subject)


def _by_record(domain: str, subject: str) -> str:
    """Return why no TXT record names the address; nothing if one does."""
    name = f"{RECORD_LABEL}.{domain}"
    try:
        found = _resolver().resolve(name, "TXT", lifetime=DNS_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return NO_RECORD
    except dns.exception.DNSException as error:
        return f"It could not be asked for ({type(error).__name__})."
    for record in list(found)[:MOST_RECORDS]:
        text = b"".join(record.strings).decode("utf-8", "replace")
        if _is_ours(text, subject):
            return ""
    return ANOTHER_RECORD


def _resolver() -> dns.resolver.Resolver:
    servers = listed(settings().dns_servers)
    if not servers:
        return dns.resolver.Resolver()
    found = dns.resolver.Resolver(configure=False)
    pairs = [one.rpartition(":") if one.count(":") == 1 else (one, "", "53") for one in servers]
    found.nameservers = [address for address, _, _ in pairs]
    found.nameserver_ports = {address: int(port) for address, _, port in pairs}
    return found
