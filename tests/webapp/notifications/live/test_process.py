"""The process of live streams as it is run: gevent under gunicorn, with real sockets."""

import http.client
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from tests.support.instance import SECRETS
from tests.support.stack import ROOT, wait_until
from tests.support.wallet import Person
from tests.webapp.notifications.conftest import World, elsewhere
from webapp.supervisor.children import stream_child
from webapp.supervisor.preflight import PortClaim

pytestmark = pytest.mark.stack
People = tuple[Person, Person, Person]


@pytest.fixture
def port(app: Flask, database_url: str, tmp_path: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    child = stream_child(tmp_path, PortClaim("127.0.0.1", number, ""), {})
    own = {f"TROTH_{name.upper()}": value for name, value in SECRETS.items()}
    own |= {"TROTH_DATABASE_URL": database_url, "TROTH_DATA_DIR": str(tmp_path)}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    log = tmp_path / "streams.log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            child.argv, cwd=ROOT, env=clean | own | dict(child.env), stdout=file, stderr=file
        )
    try:
        assert child.ready is not None
        wait_until(child.ready, log.read_text())
        yield number
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def test_a_process_holds_many_streams_at_once_and_still_answers(
    port: int, world: World, people: People
) -> None:
    anna, ben, _ = people
    with ExitStack() as stack:
        answers = {}
        for person in people:
            for _ in range(5):
                client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                stack.callback(client.close)
                client.request("GET", "/api/v1/events", headers=person.headers)
                answer = client.getresponse()
                assert answer.status == 200, answer.read()
                answers.setdefault(person.account, []).append(answer)
        other = elsewhere(anna)
        for _ in range(2):
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            stack.callback(client.close)
            client.request("GET", "/api/v1/events", headers=other.headers)
            assert client.getresponse().status == 429
        world.deliver(world.followed(ben, anna))
        for answer in answers[anna.account]:
            seen = b""
            while b"event: notification" not in seen:
                line = answer.readline()
                assert line, seen
                seen += line
        assert anna.call("POST", "/auth/logout").status_code == 204
        for answer in answers[anna.account]:
            assert b'"reason":"session_ended"' in answer.read()


def test_a_page_that_is_loaded_again_and_again_always_gets_its_stream(
    port: int, world: World, people: People
) -> None:
    anna, ben, _ = people
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(20):
        client.close()  # nothing is written meanwhile that would let the server notice
        client.request("GET", "/api/v1/events", headers=anna.headers)
        answer = client.getresponse()
        assert answer.status == 200, answer.read()
        while b"event: unread" not in answer.readline():
            pass
    world.deliver(world.followed(ben, anna))
    while b"event: notification" not in (line := answer.readline()):
        assert line
    client.close()
