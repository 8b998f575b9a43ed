"""What was indexed, as tests ask for it."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from tests.support.wallet import Person
from webapp.commands.setup import deploy
from webapp.extensions import db
from webapp.log.models import Anchor
from webapp.outbox.models import Block, Chain


def chain() -> Chain:
    """Return the row of the only chain."""
    db.session.rollback()
    found = db.session.get_one(Chain, 1)
    db.session.refresh(found)
    return found


def anchors() -> list[Anchor]:
    """Return all anchors in their order."""
    db.session.rollback()
    return list(db.session.scalars(select(Anchor).order_by(Anchor.sequence)))


def cursor() -> int:
    """Return the newest block that is stored."""
    db.session.rollback()
    return max(db.session.scalars(select(Block.number)))


def anchoring(person: Person, post: dict[str, Any]) -> dict[str, Any]:
    """Return what the API says of a post's anchoring."""
    found: dict[str, Any] = person.call("GET", f"/posts/{post['id']}").json["anchoring"]
    return found


def confirm(app: Flask, depth: int) -> None:
    """Raise the depth and set up again, as a restart does."""
    app.config["TROTH"] = replace(app.config["TROTH"], confirmations=depth)
    deploy(app.config["TROTH"], app.extensions["troth_chain"])


def check_parents() -> None:
    """Check that the stored blocks are one chain without a gap."""
    db.session.rollback()
    blocks = list(db.session.scalars(select(Block).order_by(Block.number)))
    for below, block in pairwise(blocks):
        assert (block.number, block.parent) == (below.number + 1, below.hash)


def answer_null(
    client: ChainClient, monkeypatch: pytest.MonkeyPatch, hidden: Callable[[int], bool]
) -> None:
    """Let the client's node have no block of the numbers that are `hidden`, whatever its head."""
    real = client._read

    def read(method: str, params: Any, parse: Callable[[object], Any]) -> Any:
        numbered = method == "eth_getBlockByNumber" and params[0].startswith("0x")
        if numbered and hidden(int(params[0], 16)):
            return real(method, params, lambda _: parse(None))
        return real(method, params, parse)

    monkeypatch.setattr(client, "_read", read)
