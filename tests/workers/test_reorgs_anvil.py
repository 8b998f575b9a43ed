"""Real reorgs: anvil drops or moves the anchor at depths up to finality, and once below it."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.config import ROOT
from chain.contracts import AnchorLog
from chain.errors import NodeUnavailable
from chain.signer import LocalSigner
from tests.support.claims import Issuer, digest_of, indexed
from tests.support.databases import only_sqlite
from tests.support.instance import SECRETS, make_app
from tests.support.minting import begun, mint_outside, move, permit, progress
from tests.support.stack import wait_until
from tests.support.wallet import Person
from webapp.assets.models import Asset
from webapp.assets.projection import rebuild_assets
from webapp.commands.anchors import rebuild_anchors
from webapp.commands.setup import deploy
from webapp.extensions import db
from webapp.log.models import Anchor, Log
from webapp.outbox.chains import HALTED
from webapp.outbox.models import Attempt, Block, Chain
from workers.anchoring import check_instance, index, seal, send, sweep

pytestmark = [pytest.mark.anvil, only_sqlite]
ANVIL = ROOT / "node_modules" / ".bin" / "anvil"
LOG, DEPTH = 1, 3
ETHER = 10**18


@pytest.fixture(scope="module")
def anvil_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    output = tmp_path_factory.mktemp("anvil") / "output"
    with (
        output.open("w") as file,
        subprocess.Popen([str(ANVIL), "--port", "0"], stdout=file) as process,
    ):

        def listening() -> str:
            assert process.poll() is None, output.read_text()
            found = re.search(r"^Listening on (\S+)\n", output.read_text(), re.MULTILINE)
            return found.group(1) if found else ""

        try:
            wait_until(lambda: bool(listening()), "anvil listens")
            yield f"http://{listening()}"
        finally:
            process.terminate()


@pytest.fixture
def chain(anvil_url: str) -> Iterator[ChainClient]:
    client = ChainClient(anvil_url, timeout=30)
    snapshot = client.request("evm_snapshot", [])
    yield client
    client.request("evm_revert", [snapshot])


@pytest.fixture
def context(chain: ChainClient, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give the context of an application whose log is on anvil, final at depth 3."""
    url = chain.url
    app = make_app(tmp_path, database_url, chain_url=url, confirmations=DEPTH)
    app.extensions["troth_chain"] = chain
    with app.app_context():
        for key in (SECRETS["anchorer_key"], SECRETS["deployer_key"]):
            chain.request("anvil_setBalance", [address_of(key), hex(1000 * ETHER)])
        deploy(app.config["TROTH"], chain)
        mine(chain, DEPTH + 5)
        sweep()
        yield app
        db.session.remove()
        db.engine.dispose()


def address_of(key: str) -> str:
    return LocalSigner(bytes.fromhex(key[2:])).address


def mine(chain: ChainClient, blocks: int) -> None:
    chain.request("anvil_mine", [hex(blocks)])


def reorg(chain: ChainClient, depth: int, *again: tuple[bytes, int]) -> None:
    """Replace the last blocks; each raw transaction given is mined in the new block of that index."""
    pairs = [["0x" + raw.hex(), index_] for raw, index_ in again]
    chain.request("anvil_reorg", [depth, pairs])


def anchoring(person: Person, post: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = person.call("GET", f"/posts/{post['id']}").json["anchoring"]
    return found


def publish(person: Person) -> dict[str, Any]:
    post: dict[str, Any] = person.publish().json
    seal(LOG)
    send(LOG)
    index(LOG)
    assert anchoring(person, post)["state"] == "mined"
    return post


def raw() -> bytes:
    db.session.rollback()
    found = db.session.scalars(select(Attempt.raw).order_by(Attempt.id.desc()).limit(1)).one()
    db.session.rollback()
    return found


def check_canonical(chain: ChainClient) -> None:
    db.session.rollback()
    for block in db.session.scalars(select(Block)):
        actual = chain.block(block.number)
        assert actual is not None
        assert actual.hash == block.hash
    log = db.session.get_one(Log, LOG)
    held = db.session.scalars(select(Anchor)).all()
    assert AnchorLog(chain, log.contract).next(log.anchorer)[0] == len(held)
    for anchor in held:
        assert chain.transaction_block(anchor.transaction_hash) == (
            anchor.block_number,
            anchor.block_hash,
        )
    db.session.rollback()


def finish(chain: ChainClient, person: Person, post: dict[str, Any]) -> None:
    for _ in range(3):
        sweep()
    mine(chain, DEPTH)
    sweep()
    assert anchoring(person, post)["state"] == "final"
    check_canonical(chain)


def test_an_anchor_that_a_reorg_drops_is_sent_again(context: Flask, chain: ChainClient) -> None:
    alice = Person(context.test_client()).sign_in()
    for depth in range(1, DEPTH + 1):
        post = publish(alice)
        mine(chain, depth - 1)
        index(LOG)
        reorg(chain, depth)
        index(LOG)
        shown = anchoring(alice, post)
        assert (shown["state"], shown["mined_at"]) == ("delayed", None)
        check_canonical(chain)
        finish(chain, alice, post)


def test_an_anchor_that_a_reorg_moves_is_followed(context: Flask, chain: ChainClient) -> None:
    alice = Person(context.test_client()).sign_in()
    for depth in range(2, DEPTH + 1):
        post = publish(alice)
        mine(chain, depth - 1)
        index(LOG)
        before = db.session.scalars(select(Anchor.block_hash)).all()
        reorg(chain, depth, (raw(), depth - 1))
        index(LOG)
        assert anchoring(alice, post)["state"] == "mined"
        assert db.session.scalars(select(Anchor.block_hash)).all() != before
        check_canonical(chain)
        finish(chain, alice, post)
    assert len(db.session.scalars(select(Attempt)).all()) == DEPTH - 1
    db.session.rollback()


def test_a_reorg_between_two_questions_is_no_batch_of_somebody_else(
    context: Flask, chain: ChainClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = Person(context.test_client()).sign_in()
    post = publish(alice)
    real, asked = AnchorLog.anchor_of, []

    def reorganised(self: AnchorLog, *arguments: Any) -> Any:
        asked.append(arguments)
        if len(asked) == 1:
            reorg(chain, 1)
        return real(self, *arguments)

    monkeypatch.setattr(AnchorLog, "anchor_of", reorganised)
    with pytest.raises(NodeUnavailable, match="was replaced while it was asked"):
        check_instance(chain, LOG)
    assert db.session.get_one(Chain, 1).state not in HALTED
    db.session.rollback()
    finish(chain, alice, post)


def test_a_reorg_below_finality_halts_until_the_operator_rebuilds(
    context: Flask, chain: ChainClient
) -> None:
    alice = Person(context.test_client()).sign_in()
    post = publish(alice)
    issuer = Issuer.of(chain)
    chain.request("anvil_setBalance", [issuer.address, hex(ETHER)])
    issuer.issue(digest_of(1))
    chain.request("anvil_setBalance", [alice.address, hex(ETHER)])
    mint_outside(context, alice, bytes(31) + b"1", alice.address)
    finish(chain, alice, post)
    assert [one[0] for one in indexed()] == [1]
    assert len(db.session.scalars(select(Asset.token)).all()) == 1
    reorg(chain, DEPTH + 4)
    sweep()
    db.session.rollback()
    assert db.session.get_one(Chain, 1).state == "halted_deep"
    later = alice.publish().json
    sweep()
    assert anchoring(alice, later)["state"] == "halted"
    plan = rebuild_anchors(context.config["TROTH"], chain, really=True)
    assert (plan.deep, plan.lost_anchors) == (True, 1)
    assert indexed() == []
    assert db.session.scalars(select(Asset.token)).all() == []
    finish(chain, alice, post)
    finish(chain, alice, later)


def test_mints_and_transfers_that_a_reorg_drops_are_taken_back_and_mints_made_again(
    context: Flask, chain: ChainClient
) -> None:
    context.config["TROTH"] = replace(context.config["TROTH"], sender_keys="5e" * 32)
    deploy(context.config["TROTH"], chain)
    chain.request("anvil_setBalance", [address_of("0x" + "5e" * 32), hex(1000 * ETHER)])
    alice, bob = (Person(context.test_client()).sign_in() for _ in range(2))
    for depth in range(1, DEPTH + 1):
        mint = begun(alice, royalty=depth)
        assert permit(alice, mint).status_code == 202
        send(LOG)
        index(LOG)
        assert progress(alice, mint)["state"] == "mined"
        mine(chain, depth - 1)
        index(LOG)
        reorg(chain, depth)
        index(LOG)
        assert progress(alice, mint)["state"] == "delayed"
        assert alice.call("GET", f"/assets/{mint['token_id']}").status_code == 404
        for _ in range(3):
            sweep()
        mine(chain, DEPTH)
        sweep()
        assert progress(alice, mint)["state"] == "final"
        chain.request("anvil_setBalance", [alice.address, hex(ETHER)])
        move(context, alice, mint["token_id"], bob.address)
        index(LOG)
        assert owner(bob, mint) == bob.address
        reorg(chain, 1)
        index(LOG)
        assert owner(bob, mint) == alice.address
    assert rebuild_assets() == 0


def owner(person: Person, mint: dict[str, Any]) -> str:
    found: str = person.call("GET", f"/assets/{mint['token_id']}").json["owner"]["address"]
    return found
