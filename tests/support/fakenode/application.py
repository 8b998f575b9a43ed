"""An application whose chain is a fake node."""

from flask import Flask

from chain.client import ChainClient
from chain.signer import LocalSigner
from tests.support.fakenode.faults import Faults
from tests.support.fakenode.node import ETHER, FakeNode
from tests.support.fakenode.provider import FakeNodeProvider
from webapp.commands.setup import EMBEDDED_BANK, deploy

_BANK_FUNDS = 1_000_000 * ETHER


def use_fake_node(app: Flask, node: FakeNode, faults: Faults | None = None) -> FakeNodeProvider:
    """Let the application speak to the node, set the log up there without faults, return what is between.

    The node mines as transactions come while the log is set up, and afterwards as it did before.
    """
    provider = FakeNodeProvider(node)
    client = ChainClient("fake", provider=provider)
    app.extensions["troth_chain"] = client
    bank = LocalSigner(EMBEDDED_BANK).address
    node.balances[bank] = _BANK_FUNDS  # as the embedded chain begins, also when it is wiped
    node.set_balance(bank, _BANK_FUNDS)
    before, node.automine = node.automine, True
    with app.app_context():
        deploy(app.config["TROTH"], client)
    node.automine = before
    if faults is not None:
        provider.faults = faults
    return provider
