"""A pytest plugin for people who test contracts on eth-tester: no node to install, milliseconds a test.

    def test_anchoring(troth_chain, troth_anchor_log):
        receipt = troth_chain.sender().send(
            troth_anchor_log.address, troth_anchor_log.anchor(0, root, count)
        )

docs/testing-contracts.md shows more, a contract of one's own by web3.py too.

Every pytest run in an environment with Troth imports this module, so it imports the chain only once a
fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from web3 import Web3

    from chain.contracts import AnchorLog, AssetRegistry, IdentityRegistry
    from chain.devnode import DevNode
    from chain.local import LocalChain
    from chain.signer import LocalSigner


@pytest.fixture(scope="session")
def troth_session_node() -> DevNode:
    """Return the node in this process that the session's chain lives in."""
    from chain.devnode import DevNode  # noqa: PLC0415 - see the module's docstring

    return DevNode(None)


@pytest.fixture(scope="session")
def troth_session_chain(troth_session_node: DevNode) -> LocalChain:
    """One chain in this process for the whole session, with our contracts deployed."""
    from chain.local import LocalChain  # noqa: PLC0415 - see the module's docstring

    chain = LocalChain.embedded(troth_session_node)
    chain.deploy_contracts()
    return chain


@pytest.fixture
def troth_chain(troth_session_chain: LocalChain) -> Iterator[LocalChain]:
    """Give the session's chain; whatever a test does to it is undone after the test."""
    with troth_session_chain.undone() as chain:
        yield chain


@pytest.fixture
def troth_web3(
    troth_chain: LocalChain,  # noqa: ARG001 - what is sent here is undone with it
    troth_session_node: DevNode,
) -> Web3:
    """web3.py on the test's chain; `eth.accounts` can send without signing."""
    from web3 import Web3  # noqa: PLC0415 - see the module's docstring

    from chain.devnode import DevNodeProvider  # noqa: PLC0415 - see the module's docstring

    return Web3(DevNodeProvider(troth_session_node))


@pytest.fixture
def troth_anchor_log(troth_chain: LocalChain) -> AnchorLog:
    """AnchorLog on the test's chain."""
    from chain.contracts import AnchorLog  # noqa: PLC0415 - see the module's docstring
    from chain.deploy import anchor_log_address  # noqa: PLC0415 - see the module's docstring

    return AnchorLog(troth_chain.client, anchor_log_address())


@pytest.fixture
def troth_identity_registry(troth_chain: LocalChain) -> IdentityRegistry:
    """IdentityRegistry on the test's chain."""
    from chain.contracts import IdentityRegistry  # noqa: PLC0415 - see the module's docstring
    from chain.deploy import IDENTITY_REGISTRY  # noqa: PLC0415 - see the module's docstring

    return IdentityRegistry(troth_chain.client, IDENTITY_REGISTRY.address)


@pytest.fixture
def troth_asset_registry(troth_chain: LocalChain) -> AssetRegistry:
    """AssetRegistry on the test's chain."""
    from chain.contracts import AssetRegistry  # noqa: PLC0415 - see the module's docstring
    from chain.deploy import ASSET_REGISTRY  # noqa: PLC0415 - see the module's docstring

    return AssetRegistry(troth_chain.client, ASSET_REGISTRY.address)


@pytest.fixture
def troth_accounts(troth_chain: LocalChain) -> tuple[LocalSigner, ...]:
    """Ten funded signers."""
    return troth_chain.accounts
