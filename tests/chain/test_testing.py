import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.config import ROOT, ChainConfig

# What a contract developer writes, each test relying on the one before having been undone.
USERS_TESTS = """
ROOT = b"\\1" * 32


def test_first(troth_chain, troth_anchor_log):
    me = troth_chain.accounts[0].address
    assert troth_anchor_log.next(me) == (0, 0)
    troth_chain.sender().send(troth_anchor_log.address, troth_anchor_log.anchor(0, ROOT, 5))
    assert troth_anchor_log.next(me) == (1, 5)


test_second = test_first


def test_registries(troth_chain, troth_identity_registry, troth_asset_registry):
    me = troth_chain.accounts[0].address
    mint = troth_asset_registry.mint(me, ROOT, 250)
    troth_chain.sender().send(troth_asset_registry.address, mint)
    assert troth_asset_registry.balance_of(me) == 1
    decline = troth_identity_registry.decline(me, ROOT, ROOT)
    assert troth_chain.client.code(troth_identity_registry.address) and decline


def test_accounts(troth_chain, troth_accounts):
    assert len({account.address for account in troth_accounts}) == 10
    assert all(troth_chain.client.balance(account.address) > 10**18 for account in troth_accounts)
"""


def python(*arguments: str, cwd: Path, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=cwd,
        env={
            "PYTHONPATH": str(root),
            "PATH": os.environ["PATH"],
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
    )


def example(language: str, words: str) -> str:
    """Return the one block of the page that holds `words`."""
    page = (ROOT / "docs" / "testing-contracts.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (found,) = [one for one in blocks if words in one]
    return str(found)


@pytest.mark.usefixtures("compiled")
def test_each_test_gets_the_chain_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "test_users.py").write_text(USERS_TESTS, encoding="utf-8")
    done = python("-m", "pytest", "-q", "-p", "chain.testing", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


@pytest.mark.usefixtures("compiled")
def test_the_page_about_it_is_right_about_troths_contracts(tmp_path: Path) -> None:
    (tmp_path / "test_anchoring.py").write_text(example("python", "troth_anchor_log"), "utf-8")
    done = python("-m", "pytest", "-q", "-p", "chain.testing", cwd=tmp_path)
    assert "3 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.usefixtures("compiled")
def test_the_page_about_it_is_right_about_a_contract_of_ones_own(
    small_project: Callable[..., ChainConfig],
) -> None:
    checkout = small_project(example("solidity", "Counter")).root
    shutil.copytree(ROOT / "chain", checkout / "chain")
    made = python("-m", "chain.compiler", cwd=checkout, root=checkout)
    assert made.returncode == 0, made.stdout + made.stderr
    # Troth's own contracts as they were compiled here, which takes long.
    for one in (ROOT / "build" / "artifacts").glob("*.json"):
        shutil.copy(one, checkout / "build" / "artifacts")
    (checkout / "test_counter.py").write_text(example("python", "Counter"), "utf-8")
    done = python("-m", "pytest", "-q", "-p", "chain.testing", cwd=checkout, root=checkout)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_plugin_loads_without_loading_a_chain(tmp_path: Path) -> None:
    program = (
        "import sys, chain.testing;"
        "sys.exit(any(name in sys.modules for name in ('eth_tester', 'web3', 'eth', 'chain.local')))"
    )
    assert python("-c", program, cwd=tmp_path).returncode == 0
