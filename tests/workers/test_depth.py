"""The depth that is set: what is mined to reach it, and what never is."""

from dataclasses import replace

import pytest
from flask import Flask

from chain.client import ChainClient
from tests.support.indexed import anchoring, anchors, confirm
from tests.support.wallet import Person
from webapp.chain_access import settings
from workers.anchoring import index, sweep

LOG = 1


def test_on_the_embedded_chain_the_last_batch_is_buried_and_then_nothing_more_is_mined(
    context: Flask, client: ChainClient, alice: Person
) -> None:
    confirm(context, 3)
    assert settings().depth == 3
    index(LOG)
    quiet = client.head().number
    sweep()
    assert client.head().number == quiet
    post = alice.publish().json
    for _ in range(5):
        sweep()
    assert anchoring(alice, post)["state"] == "final"
    height = client.head().number
    sweep()
    assert client.head().number == height


def test_an_external_chain_is_never_told_to_mine(
    context: Flask, client: ChainClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirm(context, 3)
    context.config["TROTH"] = replace(context.config["TROTH"], chain_url="http://node")
    monkeypatch.setattr(client, "request", lambda *_: pytest.fail("mined"))
    alice.publish()
    for _ in range(3):
        sweep()
    assert len(anchors()) == 1
