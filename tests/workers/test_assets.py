"""The registry's source: transfers become tokens, a reorg takes them back, and a death in between changes nothing."""

import random
from dataclasses import replace
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from flask import Flask
from sqlalchemy import delete, insert, select, update

from chain.client import ChainClient
from chain.compiler import compile_contracts
from chain.contracts import AssetRegistry, Fragment
from chain.devnode.node import DevNode
from chain.errors import NotDelivered
from chain.local import LocalChain
from chain.proofs.keccak import keccak256
from chain.tokens import split_token_id
from tests.simulation.kills import Fuse, Killed
from tests.support.answers import refused
from tests.support.minting import (
    begun,
    fund,
    mint_outside,
    move,
    order,
    permit,
    progress,
    wallet_of,
)
from tests.support.wallet import Person
from webapp.assets import permissions
from webapp.assets.ids import asset_id, registry_address
from webapp.assets.models import Asset, AssetTransfer
from webapp.assets.projection import fold, rebuild_assets, undo_events
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db, table_of
from webapp.outbox.models import Attempt, Chain, Claim, Transaction
from workers.anchoring import send, sweep
from workers.indexing import Indexing

LOG, DEPTH = 1, 3
STRIDE = 7
CHAIN = 1
SET_MODE = Fragment("setMode(uint8)")


def reindex(client: ChainClient) -> None:
    Indexing(client, LOG, DEPTH).run()


def holders() -> dict[int, str]:
    """Return who holds what, by the table."""
    db.session.rollback()
    rows = db.session.execute(select(Asset.token, Asset.owner)).all()
    return {int.from_bytes(token): owner for token, owner in rows}


def check_chain(client: ChainClient) -> None:
    """Check the table against the contract itself."""
    registry = AssetRegistry(client, registry_address())
    assert {number: registry.owner_of(number) for number in holders()} == holders()


def test_a_reorg_takes_back_mints_and_transfers_and_reads_what_is_there_instead(
    context: Flask, client: ChainClient, node: DevNode, alice: Person, bob: Person
) -> None:
    carol = Person(context.test_client())
    kept, lost = keccak256(b"kept"), keccak256(b"lost")
    mint_outside(context, alice, kept, alice.address)
    reindex(client)
    [number] = holders()
    snapshot = node.request("evm_snapshot", [])
    move(context, alice, number, bob.address)
    mint_outside(context, alice, lost, alice.address)
    reindex(client)
    assert holders()[number] == bob.address
    assert len(holders()) == 2
    assert bob.call("GET", f"/users/{bob.account}/assets").json["items"][0]["state"] == "mined"
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [7])
    move(context, alice, number, carol.address)
    node.request("evm_mine", [{"blocks": 2}])
    reindex(client)
    assert holders() == {number: carol.address}
    check_chain(client)
    assert bob.call("GET", f"/users/{bob.account}/assets").json["items"] == []
    found = alice.call("GET", f"/assets/{number}/history").json["items"]
    assert [one["to"]["address"] for one in found] == [carol.address, alice.address]
    assert rebuild_assets() == 0


def test_a_mint_of_ours_whose_block_is_dropped_is_sent_again(
    context: Flask, client: ChainClient, node: DevNode, alice: Person
) -> None:
    mint = begun(alice)
    assert permit(alice, mint).status_code == 202
    snapshot = node.request("evm_snapshot", [])
    send(LOG)
    reindex(client)
    assert progress(alice, mint)["state"] == "mined"
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [7])
    node.request("evm_mine", [{"blocks": 2}])
    reindex(client)
    where = progress(alice, mint)
    assert (where["state"], where["mined_at"]) == ("delayed", None)
    refused(alice.call("GET", f"/assets/{mint['token_id']}"), 404, "asset_not_found")
    send(LOG)
    reindex(client)
    assert progress(alice, mint)["state"] == "mined"
    node.request("evm_mine", [{"blocks": DEPTH}])
    reindex(client)
    assert progress(alice, mint)["state"] == "final"


def test_tokens_are_the_fold_of_their_transfers_in_whatever_order_these_are_read(
    context: Flask,
) -> None:
    """Random histories, blocks in any order, some undone: always what a plain loop makes of what is left."""
    chance = random.Random(7)  # noqa: S311 - repeatable, not secret
    people = ["0x" + bytes([one]).hex() * 20 for one in range(1, 6)]
    tokens = [chance.randbytes(32) for _ in range(12)]
    rows, owner = [], dict[bytes, str]()
    for block in range(1, 60):
        for index_ in range(chance.randrange(4)):
            token = chance.choice(tokens)
            before = owner.get(token)
            owner[token] = chance.choice(people)
            rows.append(_transfer(block, index_, token, before, owner[token]))
    shuffled = chance.sample(rows, len(rows))
    for start in range(0, len(shuffled), 7):
        some = shuffled[start : start + 7]
        with writing() as session:
            session.execute(insert(table_of(AssetTransfer)), some)
            fold(session, CHAIN, sorted({row["token"] for row in some}))
        if start % 5 == 0:
            assert _stored() == _folded(shuffled[: start + 7])
    assert _stored() == _folded(rows)
    for above in (41, 20, 19):
        with writing() as session:
            undo_events(session, CHAIN, above)
        assert _stored() == _folded([row for row in rows if row["block_number"] <= above])
    assert rebuild_assets() == 0
    right = _stored()
    victims = sorted(right)[:3]
    with writing() as session:
        asset = table_of(Asset)
        session.execute(update(asset).where(asset.c.token == victims[0]).values(owner=people[0]))
        session.execute(update(asset).where(asset.c.token == victims[0]).values(moved_block=9_999))
        session.execute(delete(asset).where(asset.c.token == victims[1]))
        ghost = right[victims[2]] | {"token": b"\xfe" * 32, "chain_ref": CHAIN}
        session.execute(insert(asset), [ghost])
    assert rebuild_assets() == 3
    assert _stored() == right
    assert rebuild_assets() == 0


def _transfer(block: int, index_: int, token: bytes, before: str | None, to: str) -> dict[str, Any]:
    return {
        "chain_ref": CHAIN,
        "block_number": block,
        "log_index": index_,
        "token": token,
        "sender": before,
        "receiver": to,
        "digest": keccak256(token) if before is None else None,
        "transaction_hash": keccak256(b"transaction"),
        "block_hash": keccak256(b"block"),
        "block_time": 1_000 + block,
        "indexed_at": utc_now(),
        "final_at": None,
    }


def _stored() -> dict[bytes, dict[str, Any]]:
    db.session.rollback()
    rows = db.session.execute(select(table_of(Asset))).mappings()
    return {row["token"]: {key: row[key] for key in row if key != "chain_ref"} for row in rows}


def _folded(rows: list[dict[str, Any]]) -> dict[bytes, dict[str, Any]]:
    """Return what the transfers make, one after another, as plainly as it can be said."""
    chain_id = db.session.scalars(select(Chain.chain_id)).one()
    found: dict[bytes, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda one: (one["block_number"], one["log_index"])):
        token = row["token"]
        if row["sender"] is None:
            parts = split_token_id(int.from_bytes(token))
            found[token] = {
                "token": token,
                "id": asset_id(chain_id, token).uuid,
                "creator": parts.creator,
                "royalty": parts.royalty,
                "digest": row["digest"],
                "minted_block": row["block_number"],
                "minted_time": row["block_time"],
            }
        if token in found:
            found[token] |= {
                "owner": row["receiver"],
                "moved_block": row["block_number"],
                "moved_index": row["log_index"],
                "moved_time": row["block_time"],
            }
    return found


def test_a_death_anywhere_between_permission_and_gallery_mints_once_all_the_same(
    context: Flask, client: ChainClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    fuse = Fuse()
    real = client.send_raw

    def send_raw(data: bytes) -> bytes:
        fuse.point("before a send")
        sent = real(data)
        fuse.point("after a send")
        return sent

    monkeypatch.setattr(client, "send_raw", send_raw)
    fuse.watch(db.engine)
    image = order(alice)["image"]
    died = []
    context.config["TROTH"] = _generous(context)
    # Not at every point, but at some of each kind; a life that ends by itself is the last.
    for at in range(1, 400, STRIDE):
        mint = begun(alice, image=image, royalty=at)
        assert permit(alice, mint).status_code == 202
        fuse.set(at, lasting=True)
        killed = False
        try:
            sweep()
        except Killed:
            killed = True
            died.append(fuse.where)
            db.session.remove()
        fuse.set(None)
        for _ in range(3):
            _later()
            sweep()
        assert progress(alice, mint)["state"] == "final", f"killed at {at}: {died[-1:]}"
        if not killed:
            break
    assert len(died) > 5
    assert len(holders()) == len(died) + 1
    check_chain(client)
    # Each was sent by one nonce, whatever was tried.
    made = db.session.scalars(select(Transaction.nonce).where(Transaction.key.startswith("mint:")))
    assert len(set(made.all())) == len(died) + 1


def _generous(context: Flask) -> Any:
    return replace(context.config["TROTH"], mints_per_account=10_000, mints_per_day=10_000)


def _later() -> None:
    """Let the claims of the dead be over."""
    with writing() as session:
        session.execute(delete(Claim))


@pytest.fixture
def chain(node: DevNode, client: ChainClient) -> LocalChain:
    compile_contracts()
    return LocalChain(client)


def test_a_contract_wallet_mints_by_its_own_rules_and_at_a_bounded_price(
    context: Flask,
    client: ChainClient,
    chain: LocalChain,
    visitor: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wallet = chain.deploy("TestWallet", ("address",), visitor.address)
    fund(client, visitor.address)
    body = visitor.signed_siwe(visitor.siwe(address=to_checksum_address(wallet)))
    visitor.take(visitor.call("POST", "/auth/siwe", body))
    mint = begun(visitor)
    assert mint["creator"] == wallet.lower()
    refused(permit(visitor, mint, key=visitor.device), 422, "permission_refused")
    assert permit(visitor, mint).status_code == 202
    sweep()
    sweep()
    assert progress(visitor, mint)["state"] == "final"

    def set_mode(mode: int) -> None:
        wallet_of(context, visitor).send(wallet, SET_MODE.encode(mode))

    dear = begun(visitor, royalty=1)
    with monkeypatch.context() as patched:
        patched.setattr(permissions, "MOST_GAS", 70_000)
        refused(permit(visitor, dear), 422, "permission_gas")
    set_mode(4)  # it uses up whatever it is given, and says nothing
    refused(permit(visitor, dear), 422, "permission_refused")
    set_mode(0)
    assert permit(visitor, dear).status_code == 202
    # It changes its mind while the mint waits: nothing is spent on what it would refuse.
    set_mode(1)
    sweep()
    where = progress(visitor, dear)
    assert (where["state"], "does not accept" in (where["reason"] or "")) == ("halted", True)
    owed = db.session.scalars(select(Transaction).order_by(Transaction.id.desc()).limit(1)).one()
    assert (owed.nonce, owed.gas <= 400_000) == (None, True)
    assert db.session.scalars(select(Attempt).filter_by(transaction_id=owed.id)).all() == []


def test_a_mint_that_others_brought_to_the_chain_before_ours_was_sent_is_final_too(
    context: Flask, client: ChainClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    mint = begun(alice)
    assert permit(alice, mint).status_code == 202

    def away(data: bytes) -> bytes:
        del data
        raise NotDelivered("http://node", "it went away")

    with monkeypatch.context() as patched:
        patched.setattr(client, "send_raw", away)
        sweep()
    signed = db.session.scalars(select(Transaction)).one()
    assert (signed.state, signed.nonce is None) == ("signed", False)
    mint_outside(context, alice, bytes.fromhex(mint["digest"][2:]), alice.address, royalty=250)
    # The token is final before anybody looks at the transaction again.
    Indexing(client, LOG, 0).run()
    assert progress(alice, mint)["state"] == "final"
    for _ in range(3):
        sweep()
    db.session.rollback()
    rows = db.session.execute(select(Transaction.key, Transaction.state).order_by(Transaction.id))
    # Its nonce is used up by nothing at all, so that later ones do not wait.
    assert [(key.split(":")[0], state) for key, state in rows] == [
        ("mint", "final"),
        ("nonce", "final"),
    ]
