"""anvil under the tests' hands: nothing is mined unless a test says so."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from chain.client import ChainClient
from chain.deploy import ensure_deployed
from chain.signer import LocalSigner
from tests.support import anvil
from tests.support.instance import make_app
from tests.workers.sending.scene import ETHER, GWEI, Scene
from webapp.extensions import db


@pytest.fixture(scope="session")
def anvil_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChainClient]:
    with anvil.running(tmp_path_factory.mktemp("anvil"), "--no-mining") as url:
        client = ChainClient(url, timeout=30)
        client.request("evm_setAutomine", [True])
        deployer = LocalSigner(b"\xd1" * 32)
        client.request("anvil_setBalance", [deployer.address, hex(1_000 * ETHER)])
        ensure_deployed(client, deployer)
        yield client


@pytest.fixture
def quiet_node(anvil_node: ChainClient) -> Iterator[ChainClient]:
    """Give anvil with an empty pool and a low base fee; it mines only when told to."""
    snapshot = anvil_node.request("evm_snapshot", [])
    anvil_node.request("evm_setAutomine", [False])
    anvil_node.request("anvil_dropAllTransactions", [])
    anvil_node.request("anvil_setNextBlockBaseFeePerGas", [hex(GWEI)])
    anvil_node.request("anvil_mine", ["0x1"])
    yield anvil_node
    anvil_node.request("anvil_dropAllTransactions", [])
    anvil_node.request("evm_revert", [snapshot])


@pytest.fixture
def bare_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give an application on a migrated and empty database, without a chain."""
    app = make_app(tmp_path, database_url)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def make_scene(bare_app: Flask, quiet_node: ChainClient) -> Callable[[], Scene]:
    def make() -> Scene:
        signer = LocalSigner(secrets.token_bytes(32))
        contract = ensure_deployed(quiet_node, signer).contract
        return Scene(bare_app, quiet_node, contract, signer).open()

    return make


@pytest.fixture
def scene(make_scene: Callable[[], Scene]) -> Scene:
    return make_scene()
