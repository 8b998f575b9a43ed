"""The way out leads to the Internet only, and to the address that was judged."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from webapp.outgoing import OutgoingError, Policy, RefusedUrlError, is_public, parse_target, request

HERE = Policy(http_to_loopback=True, seconds=2.0, most_bytes=1_000)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        "0.0.0.0",  # noqa: S104 - nothing listens
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "2001:db8::1", "x"),
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
            kept = []
            with contextlib.suppress(OSError):
                while True:
                    client, _ = server.accept()
                    client.recv(65_536)
                    client.sendall(answer)
                    kept.append(client)
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
