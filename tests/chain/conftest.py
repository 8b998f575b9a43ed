"""Chains to test against: the embedded one in this process, and anvil where it is installed."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from chain import config
from chain.client import ChainClient
from chain.compiler import compile_contracts
from chain.config import ROOT, ChainConfig
from chain.contracts import AnchorLog
from chain.local import LocalChain

ANVIL = ROOT / "node_modules" / ".bin" / "anvil"
ETHER = 10**18
SMALL = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;
contract Small { function answer() external pure returns (uint256) { return 42; } }
"""


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], ChainConfig]:
    """Make another checkout of this project, with the same compiler and libraries."""

    def make(name: str) -> ChainConfig:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        shutil.copytree(ROOT / "contracts", folder / "contracts")
        shutil.copytree(ROOT / "bin", folder / "bin")
        shutil.copy(ROOT / "brownie-config.yaml", folder)
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        return config.load(folder)

    return make


@pytest.fixture
def small_project(project: Callable[[str], ChainConfig]) -> Callable[..., ChainConfig]:
    """Make a checkout with contracts/Small.sol as its only contract."""

    def make(source: str = SMALL) -> ChainConfig:
        made = project("small")
        shutil.rmtree(made.contracts)
        made.contracts.mkdir()
        (made.contracts / "Small.sol").write_text(source, encoding="utf-8")
        return made

    return make


@pytest.fixture(scope="session")
def compiled() -> None:
    compile_contracts()


@pytest.fixture(scope="session")
def embedded_session(compiled: None) -> LocalChain:
    chain = LocalChain.embedded()
    chain.deploy_anchor_log()
    return chain


@contextmanager
def anvil_process(
    folder: Path, port: int, *options: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run anvil for a while; port 0 lets the system choose a free one."""
    if not ANVIL.exists():
        absent = "anvil is not installed; get it with `make dev`"
        if sys.platform == "linux":  # npm has it there: its tests are never left out
            pytest.fail(absent)
        pytest.skip(absent)
    command = [str(ANVIL), "--port", str(port), *options]
    # A file, since anvil stops answering when a pipe that nobody reads is full of its messages.
    output = folder / "output"
    # A session of its own: the command is a script round the program that matters.
    with (
        output.open("w") as file,
        subprocess.Popen(command, stdout=file, start_new_session=True) as process,
    ):
        try:
            yield f"http://{_listening(output, process)}", process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def anvil_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # Without its own deployer, so that ours is exercised.
    folder = tmp_path_factory.mktemp("anvil")
    with anvil_process(folder, 0, "--disable-default-create2-deployer") as (url, _):
        yield url


def _listening(output: Path, process: subprocess.Popen[bytes]) -> str:
    while process.poll() is None:
        found = re.search(r"^Listening on (\S+)\n", output.read_text(), re.MULTILINE)
        if found:
            return found.group(1)
        time.sleep(0.05)
    pytest.fail(f"anvil ended: {output.read_text()}")


@pytest.fixture(scope="session")
def anvil_session(anvil_url: str, compiled: None) -> LocalChain:
    chain = LocalChain(ChainClient(anvil_url, timeout=30))
    for account in chain.accounts:
        chain.client.request("anvil_setBalance", [account.address, hex(1000 * ETHER)])
    chain.deploy_anchor_log()
    return chain


@pytest.fixture
def embedded(embedded_session: LocalChain) -> Iterator[LocalChain]:
    with embedded_session.undone() as chain:
        yield chain


@pytest.fixture
def anvil(anvil_session: LocalChain) -> Iterator[LocalChain]:
    with anvil_session.undone() as chain:
        yield chain


@pytest.fixture(params=["embedded", pytest.param("anvil", marks=pytest.mark.anvil)])
def local(request: pytest.FixtureRequest) -> LocalChain:
    chain: LocalChain = request.getfixturevalue(request.param)
    return chain


@pytest.fixture
def log(local: LocalChain) -> AnchorLog:
    return AnchorLog(local.client, local.deploy_anchor_log().contract)
