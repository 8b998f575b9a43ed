"""A log with every kind of entry, and an API that can be made to lie about it."""

import json
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from chain.devnode.node import DevNode
from chain.devnode.server import serve
from tests.support import instance
from tests.support.wallet import Person
from webapp.extensions import db
from workers.anchoring import sweep

Lie = Callable[[str, Any], Any]
Answer = Callable[[str], Response | None]


@dataclass
class Liar:
    """The real application's answers, but for one alteration.

    ``lie`` gets the path and the JSON of an answer about the log, changes it or returns another;
    ``instead`` may answer a path itself.
    """

    app: Flask
    url: str = ""
    lie: Lie | None = None
    instead: Answer | None = None

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        answer = self.instead(path) if self.instead else None
        if answer is None:
            answer = Response(*run_wsgi_app(self.app.wsgi_app, environ))
            if self.lie is not None and answer.status_code == 200 and "/log/" in path:
                body = json.loads(answer.get_data())
                changed = self.lie(path.rpartition("/log/")[2], body)
                answer.set_data(json.dumps(body if changed is None else changed))
        return answer(environ, start)


@contextmanager
def served(app: Flask) -> Iterator[Liar]:
    """Serve an application through a liar, on a free port."""
    liar = Liar(app)
    server = make_server("127.0.0.1", 0, liar, threaded=True)
    liar.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Watched:
    """A log to watch: its application, its people, its liar, its node and its pins."""

    app: Flask
    node: DevNode
    liar: Liar
    rpc: str

    def sweep(self) -> None:
        with self.app.app_context():
            sweep()
            sweep()

    def person(self) -> Person:
        return Person(self.app.test_client())

    @property
    def pins(self) -> tuple[object, ...]:
        log = self.person().log()
        return (
            *("--chain-id", log["domain"]["chainId"], "--genesis", log["genesis"]),
            *("--contract", log["domain"]["verifyingContract"], "--anchorer", log["anchorer"]),
            *("--depth", 0),
        )

    @property
    def options(self) -> tuple[object, ...]:
        return ("monitor", "--api", self.liar.url, "--rpc", self.rpc, *self.pins)


@contextmanager
def watched(app: Flask, node: DevNode) -> Iterator[Watched]:
    with serve(node) as server, served(app) as liar:
        yield Watched(app, node, liar, server.url)


def fill(log: Watched) -> None:
    """Write two batches: positions 0 to 3, and 4 to 7."""
    alice, carol = log.person().sign_in(), log.person().register("c" + secrets.token_hex(4))
    alice.allow_device()
    alice.publish(alice.post_record("never shown"), key=alice.device)
    post = alice.publish().json
    carol.call("POST", "/posts", {"text": "unsigned"})
    log.sweep()
    alice.publish(alice.edit_record(post))
    alice.delete(alice.call("GET", f"/posts/{post['id']}").json)
    alice.revoke_device()
    alice.publish()
    log.sweep()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Watched]:
    """Give a filled log for tests that only read it."""
    folder = tmp_path_factory.mktemp("watched")
    node = DevNode(None)
    app = instance.make_app(folder, instance.copied_sqlite(sqlite_template, folder))
    instance.use_node(app, node)
    with watched(app, node) as log:
        fill(log)
        yield log
    with app.app_context():
        db.engine.dispose()
    node.close()


@pytest.fixture
def full(shared: Watched) -> Iterator[Watched]:
    """Give the shared log with an API that does not lie yet."""
    yield shared
    shared.liar.lie = shared.liar.instead = None


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Once on SQLite is enough: the command never opens a database, and the API has its own tests."""
    return instance.copied_sqlite(sqlite_template, tmp_path)


@pytest.fixture
def own(app: Flask, node: DevNode) -> Iterator[Watched]:
    """Give an empty log of the test's own, to be written and falsified."""
    with watched(app, node) as log:
        yield log
