"""Fixtures that several rooms share: both databases, an embedded chain, people."""

import gc
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from eth_keyfile import keyfile
from flask import Flask

from chain.devnode.node import DevNode
from tests.support import instance
from tests.support.anchoring import anchor_all
from tests.support.services import missing, postgres_server
from tests.support.wallet import Person
from webapp.accounts import passwords
from webapp.extensions import db
from webapp.log.service import current_log
from workers.anchoring import seal

REAL_WORK = keyfile.get_default_work_factor_for_kdf
COLLECTED_AFTER = (200_000, 10, 50)
pytest_plugins = ["tests.support.plain_stack", "tests.support.order", "tests.support.second_try"]
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class NetworkReachedError(AssertionError):
    """A test tried to leave this machine."""


def pytest_collection_finish() -> None:
    """Let the collector pass over what was imported and collected, which lives to the end, and rest.

    Every test leaves an application behind, which the younger generations collect.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test from the network."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        local = isinstance(address, str | bytes) or str(address[0]) in LOOPBACK
        if not local:
            raise NetworkReachedError(f"a test tried to reach {address}")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def cheap_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with argon2id at its least cost; `real_passwords` keeps the real one."""
    if "real_passwords" not in request.fixturenames:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr(passwords, "_hasher", cheap)
        passwords._nobody.cache_clear()


@pytest.fixture
def real_passwords() -> None:
    """Hash passwords as the application does."""


@pytest.fixture(scope="session", autouse=True)
def cheap_keystores() -> Iterator[None]:
    """Encrypt new keystores at scrypt's least cost; `real_keystores` has the real one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keyfile, "get_default_work_factor_for_kdf", lambda _kdf: 2)
        yield


@pytest.fixture
def real_keystores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encrypt new keystores as the application does."""
    monkeypatch.setattr(keyfile, "get_default_work_factor_for_kdf", REAL_WORK)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return instance.migrated_sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = postgres_server()
    if server is None:
        missing("PostgreSQL", "TROTH_TEST_DATABASE_URL")
    folder = tmp_path_factory.mktemp("postgres")
    with instance.postgres_database(server, folder, durable=False) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a migrated and empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield instance.copied_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    url = request.getfixturevalue("postgres_url")
    instance.empty_postgres(url)
    yield url


@pytest.fixture(scope="session")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[DevNode, instance.Prepared]]:
    node = DevNode(None)
    yield node, instance.prepare_node(node, tmp_path_factory.mktemp("node"), sqlite_template)
    node.close()


@pytest.fixture(scope="session")
def shared_node(prepared: tuple[DevNode, instance.Prepared]) -> DevNode:
    return prepared[0]


@pytest.fixture
def node(shared_node: DevNode) -> Iterator[DevNode]:
    """Give an embedded chain in memory, as new for every test."""
    snapshot = shared_node.request("evm_snapshot", [])
    yield shared_node
    shared_node.request("evm_revert", [snapshot])


@pytest.fixture
def app(
    database_url: str, node: DevNode, prepared: tuple[DevNode, instance.Prepared], tmp_path: Path
) -> Iterator[Flask]:
    """Give an application with an open log."""
    app = instance.make_app(tmp_path, database_url)
    instance.open_prepared(app, node, prepared[1])
    yield app
    instance.close_app(app)


@pytest.fixture
def anchor(app: Flask) -> Callable[[], None]:
    """Give a function that seals, sends and indexes until nothing waits."""

    def run() -> None:
        with app.app_context():
            anchor_all()

    return run


@pytest.fixture
def seal_batch(app: Flask) -> Callable[[], None]:
    """Give a function that seals what waits into a batch of its own, for a later `anchor` to send."""

    def run() -> None:
        with app.app_context():
            seal(current_log(db.session()).id)

    return run


@pytest.fixture
def visitor(app: Flask) -> Person:
    """Give somebody who is not signed in."""
    return Person(app.test_client())


@pytest.fixture
def alice(app: Flask) -> Person:
    """Give somebody signed in with a wallet."""
    return Person(app.test_client()).sign_in()


@pytest.fixture
def bob(app: Flask) -> Person:
    """Give somebody else signed in with a wallet."""
    return Person(app.test_client()).sign_in()


@pytest.fixture
def carol(app: Flask) -> Person:
    """Give somebody registered with handle and password, without a wallet."""
    return Person(app.test_client()).register("carol")
