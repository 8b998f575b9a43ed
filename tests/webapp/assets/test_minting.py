"""Minting: by the creator's permission without gas, by one's own wallet, and what is refused."""

import time
from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid4

import pytest
from eth_account import Account
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.contracts import AssetRegistry
from chain.devnode.node import DevNode
from chain.proofs.keccak import keccak256
from chain.tokens import token_uri
from tests.support.answers import at_once, closed_port, refused
from tests.support.files import animation, picture, upload
from tests.support.minting import (
    begun,
    mint_outside,
    move,
    order,
    permit,
    progress,
    send,
    signature,
)
from tests.support.wallet import Person
from webapp.assets.content.service import store_metadata
from webapp.assets.ids import registry_address
from webapp.assets.models import AssetMetadata, Mint
from webapp.extensions import db
from webapp.log.signers import CURVE_ORDER
from webapp.outbox.models import Transaction

Anchor = Callable[[], None]


def test_a_token_is_minted_without_gas_from_upload_to_gallery(
    app: Flask, alice: Person, visitor: Person, anchor: Anchor
) -> None:
    attributes = [{"trait_type": "year", "value": 1843, "display_type": "number"}]
    mint = begun(alice, description="A note", attributes=attributes)
    cid = mint["metadata"]["image"].removeprefix("ipfs://")
    assert mint["metadata"] == {
        "name": "Engine",
        "description": "A note",
        "attributes": attributes,
        "image": f"ipfs://{cid}",
    }
    assert mint["progress"] == {
        "state": "saved",
        "saved_at": mint["created_at"],
        **dict.fromkeys(("signed_at", "sent_at", "mined_at", "final_at", "reason")),
    }
    assert mint["permission"]["message"] == {
        "creator": alice.address,
        "to": alice.address,
        "digest": mint["digest"],
        "royalty": 250,
        "deadline": str(mint["deadline"]),
    }
    # Nothing is paid for before the creator says so.
    anchor()
    refused(visitor.call("GET", f"/assets/{mint['token_id']}"), 404, "asset_not_found")
    permitted = permit(alice, mint)
    assert (permitted.status_code, permitted.json["progress"]["state"]) == (202, "signed")
    assert permitted.json["permission"] is None
    again = permit(alice, mint)
    assert (again.status_code, again.json["id"]) == (202, mint["id"])
    anchor()
    where = progress(alice, mint)
    assert (where["state"], where["reason"]) == ("final", None)
    moments = [where[f"{name}_at"] for name in ("saved", "signed", "sent", "mined", "final")]
    assert None not in moments
    client: ChainClient = app.extensions["troth_chain"]
    registry = AssetRegistry(client, registry_address())
    number = int(mint["token_id"])
    assert registry.owner_of(number) == alice.address
    assert registry.token_uri(number) == mint["token_uri"]
    [shown] = visitor.call("GET", f"/users/{alice.account}/assets").json["items"]
    assert shown == visitor.call("GET", f"/assets/{number}").json
    party = {"address": alice.address, "profile": shown["creator"]["profile"]}
    assert party["profile"]["id"] == alice.account
    assert shown | {"subject": None, "moved_at": None, "minted_at": None} == {
        "id": f"eip155:{client.chain_id()}/erc721:{registry_address()}/{number}",
        "token_id": str(number),
        "chain_id": client.chain_id(),
        "contract": registry_address(),
        "subject": None,
        "creator": party,
        "owner": party,
        "royalty": 250,
        "digest": mint["digest"],
        "token_uri": mint["token_uri"],
        "metadata_cid": mint["metadata_cid"],
        "metadata": mint["metadata"],
        "metadata_state": "known",
        "minted_at": None,
        "minted_block": shown["minted_block"],
        "moved_at": None,
        "moved_block": shown["minted_block"],
        "hidden_at": None,
        "state": "final",
        "reason": None,
    }
    # Both by the contract's spelling of the CID, and by ours.
    assert visitor.http.get(f"/ipfs/{mint['metadata_cid']}").json == mint["metadata"]
    assert visitor.http.get(f"/ipfs/{cid}").mimetype == "image/png"
    repeated = alice.call(
        "POST", "/mints", order(alice, description="A note", attributes=attributes)
    )
    refused(repeated, 409, "already_minted")
    refused(alice.call("DELETE", f"/mints/{mint['id']}"), 409, "mint_on_its_way")


def test_only_the_creators_own_permission_for_this_contract_and_chain_is_taken(
    app: Flask, alice: Person, bob: Person
) -> None:
    mint = begun(alice)
    path = f"/mints/{mint['id']}/permission"
    for stranger in (bob, Person(app.test_client()).sign_in()):
        refused(stranger.call("GET", f"/mints/{mint['id']}"), 404, "mint_not_found")
        refused(permit(stranger, mint), 404, "mint_not_found")
        refused(stranger.call("DELETE", f"/mints/{mint['id']}"), 404, "mint_not_found")
        body = {"mints": [mint["id"]]}
        refused(stranger.call("POST", "/mints/transaction", body), 404, "mint_not_found")
    refused(permit(alice, mint, key=bob.wallet), 422, "permission_refused")
    for change in ({"to": bob.address}, {"royalty": 251}, {"deadline": "1"}):
        refused(permit(alice, mint, **change), 422, "permission_refused")
    typed = mint["permission"]
    for other in ({"chainId": 1}, {"verifyingContract": "0x" + "11" * 20}, {"name": "Truth"}):
        elsewhere = typed | {"domain": typed["domain"] | other}
        body = {"signature": signature(elsewhere, alice.wallet)}
        refused(alice.call("POST", path, body), 422, "permission_refused")
    good = bytes.fromhex(signature(typed, alice.wallet)[2:])
    high = (CURVE_ORDER - int.from_bytes(good[32:64])).to_bytes(32)
    body = {"signature": "0x" + (good[:32] + high + bytes([55 - good[64]])).hex()}
    refused(alice.call("POST", path, body), 422, "signature_malleable")
    for given, status, code in (
        ("0x", 422, "permission_refused"),
        ("0x" + "00" * 8_193, 422, "signature_too_long"),
        ("nothing", 400, "malformed"),
    ):
        refused(alice.call("POST", path, {"signature": given}), status, code)
    with app.app_context():
        assert db.session.scalars(select(Mint.transaction_id)).all() == [None]
        assert db.session.scalars(select(Transaction.id)).all() == []


def test_a_permission_is_sent_once_and_by_one_mint_only(
    app: Flask, alice: Person, bob: Person, anchor: Anchor
) -> None:
    mint = begun(alice)
    # The same again takes the new terms, as long as nobody signed; the permission before is worth nothing here.
    changed = begun(alice, to=bob.address)
    assert (changed["id"], changed["to"]) == (mint["id"], bob.address)
    refused(permit(alice, mint), 422, "permission_refused")
    twins = [alice.again(app.test_client()) for _ in range(3)]
    answers = at_once(*(partial(permit, twin, changed) for twin in twins))
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    other = alice.call("POST", "/mints", order(alice))
    refused(other, 409, "already_minting")
    anchor()
    assert progress(alice, mint)["state"] == "final"
    with app.app_context():
        assert len(db.session.scalars(select(Transaction.id)).all()) == 1
    assert alice.call("GET", f"/assets/{mint['token_id']}").json["owner"]["address"] == bob.address


def test_deadlines_are_bounded_and_one_too_near_is_not_sent(
    app: Flask, node: DevNode, alice: Person, anchor: Anchor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = int(time.time())
    for deadline in (0, now + 60, now + 8 * 86_400):
        answer = alice.call("POST", "/mints", order(alice, deadline=deadline))
        refused(answer, 422, "deadline_refused")
    mint = begun(alice, deadline=now + 3_600)
    real = time.time
    for later, state in ((3_100, "saved"), (3_700, "expired")):
        monkeypatch.setattr(time, "time", lambda later=later: real() + later)
        refused(permit(alice, mint), 422, "deadline_refused")
        assert progress(alice, mint)["state"] == state
    monkeypatch.setattr(time, "time", real)
    assert permit(alice, mint).status_code == 202
    # The chain's clock passes it meanwhile: no gas is spent on what would be refused.
    node.request("evm_increaseTime", [4_000])
    node.request("evm_mine", [])
    anchor()
    where = progress(alice, mint)
    assert where["state"] == "halted"
    assert "deadline" in (where["reason"] or "")
    with app.app_context():
        assert db.session.scalars(select(Transaction.nonce)).all() == [None]
    assert alice.call("DELETE", f"/mints/{mint['id']}").status_code == 204


def test_what_is_not_sent_yet_is_withdrawn_for_good(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    draft, signed = begun(alice), begun(alice, royalty=0)
    assert permit(alice, signed).status_code == 202
    for mint in (draft, signed):
        assert alice.call("DELETE", f"/mints/{mint['id']}").status_code == 204
        assert alice.call("DELETE", f"/mints/{mint['id']}").status_code == 204
        refused(permit(alice, mint), 409, "mint_withdrawn")
        assert progress(alice, mint)["state"] == "withdrawn"
    anchor()
    assert alice.call("GET", "/mints").json["items"] == []
    assert alice.call("GET", f"/users/{alice.account}/assets").json["items"] == []
    with app.app_context():
        assert db.session.scalars(select(Transaction.state)).all() == ["dead"]
        assert db.session.scalars(select(AssetMetadata.digest)).all() == []
        assert db.session.scalars(select(Mint.signature)).all() == [None, None]
    # The same token may be begun anew.
    assert begun(alice)["id"] != draft["id"]


def test_without_a_node_ordinary_wallets_mint_and_bad_input_is_refused(
    app: Flask, alice: Person, carol: Person
) -> None:
    refused(carol.call("POST", "/mints", order(carol)), 403, "creator_refused")
    stranger = str(Account.create().address)
    for changes, status, code in (
        ({"creator": stranger}, 403, "creator_refused"),
        ({"to": "0x" + "00" * 20}, 422, "receiver_refused"),
        ({"to": registry_address()}, 422, "receiver_refused"),
        ({"image": None, "animation": None}, 422, "metadata_refused"),
        ({"image": str(uuid4())}, 422, "media_unknown"),
        ({"external_url": "javascript:alert(1)"}, 422, "metadata_refused"),
        ({"royalty": 10_001}, 400, "malformed"),
        ({"royalty": "5"}, 400, "malformed"),
        ({"name": ""}, 400, "malformed"),
        ({"attributes": [{"trait_type": "no value"}]}, 400, "malformed"),
        ({"unknown": 1}, 400, "malformed"),
        ({"by": "magic"}, 400, "malformed"),
    ):
        refused(alice.call("POST", "/mints", order(alice, **changes)), status, code)
    still = upload(alice, picture()).json["id"]
    refused(alice.call("POST", "/mints", order(alice, animation=still)), 422, "media_unusable")
    moving = upload(alice, animation("GIF")).json["id"]
    made = begun(alice, animation=moving, image=None)
    assert made["metadata"].keys() == {"name", "animation_url"}
    theirs = upload(carol, picture()).json["id"]
    refused(alice.call("POST", "/mints", order(alice, image=theirs)), 422, "media_unknown")
    mint = begun(alice)
    app.extensions["troth_chain"] = ChainClient(f"http://127.0.0.1:{closed_port()}", timeout=1)
    refused(permit(alice, mint, key=Account.create()), 503, "unavailable")
    assert permit(alice, mint).json["progress"]["state"] == "signed"


def test_a_repeated_request_acts_once(alice: Person) -> None:
    key = {"Idempotency-Key": "mint-1"}
    body = order(alice)
    first = alice.call("POST", "/mints", body, key)
    again = alice.call("POST", "/mints", body, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert len(alice.call("GET", "/mints").json["items"]) == 1


def test_a_wallet_mints_by_itself_and_the_indexer_finds_it(
    app: Flask, alice: Person, bob: Person, anchor: Anchor
) -> None:
    made = [begun(alice, by="wallet", royalty=number, to=bob.address) for number in range(3)]
    assert [one["permission"] for one in made] == [None] * 3
    body = {"mints": [one["id"] for one in made]}
    prepared = alice.call("POST", "/mints/transaction", body)
    assert prepared.status_code == 200, prepared.text
    send(app, alice, prepared.json)
    anchor()
    held = bob.call("GET", f"/users/{bob.account}/assets").json["items"]
    # The last of the batch came last.
    assert [one["token_id"] for one in held] == [one["token_id"] for one in reversed(made)]
    assert {one["metadata_state"] for one in held} == {"known"}
    assert {progress(alice, one)["state"] for one in made} == {"final"}
    refused(alice.call("POST", "/mints/transaction", body), 409, "mint_on_its_way")
    single = begun(alice, by="wallet", royalty=77)
    alone = alice.call("POST", "/mints/transaction", {"mints": [single["id"]]})
    send(app, alice, alone.json)
    anchor()
    assert progress(alice, single)["state"] == "final"


def test_a_batch_has_one_creator_one_receiver_and_at_most_fifty(alice: Person, bob: Person) -> None:
    mine = begun(alice, by="wallet", royalty=1)
    theirs = begun(alice, by="wallet", royalty=2, to=bob.address)
    signed = begun(alice, royalty=3)
    for ids, status, code in (
        ([mine["id"], theirs["id"]], 422, "mint_batch_refused"),
        ([mine["id"], mine["id"]], 422, "mint_batch_refused"),
        ([signed["id"]], 409, "mint_by_other_means"),
        ([str(uuid4())], 404, "mint_not_found"),
        ([], 400, "malformed"),
        ([str(uuid4())] * 51, 400, "malformed"),
    ):
        refused(alice.call("POST", "/mints/transaction", {"mints": ids}), status, code)
    path = f"/mints/{mine['id']}/permission"
    refused(alice.call("POST", path, {"signature": "0x" + "11" * 65}), 409, "mint_by_other_means")


def test_somebody_else_may_mint_first_and_that_is_success(
    app: Flask, alice: Person, bob: Person, anchor: Anchor
) -> None:
    """The creator's own wallet makes the token while the permission waits, and gives it away."""
    mint = begun(alice)
    assert permit(alice, mint).status_code == 202
    digest = bytes.fromhex(mint["digest"][2:])
    mint_outside(app, alice, digest, alice.address, royalty=250)
    move(app, alice, mint["token_id"], bob.address)
    anchor()
    assert progress(alice, mint)["state"] == "final"
    found = alice.call("GET", f"/assets/{mint['token_id']}").json
    assert (found["owner"]["address"], found["metadata"]) == (bob.address, mint["metadata"])
    with app.app_context():
        owed = db.session.scalars(select(Transaction)).one()
        assert (owed.state, owed.nonce) == ("final", None)


def test_a_token_from_elsewhere_is_shown_with_what_is_not_known(
    app: Flask, alice: Person, bob: Person, anchor: Anchor
) -> None:
    digest = keccak256(b"metadata that nobody has")
    stranger = Person(app.test_client())
    mint_outside(app, stranger, digest, bob.address)
    anchor()
    [held] = alice.call("GET", f"/users/{bob.account}/assets").json["items"]
    assert (held["metadata"], held["metadata_state"]) == (None, "unknown")
    assert held["creator"] == {"address": stranger.address, "profile": None}
    assert held["token_uri"] == token_uri(digest)
    # Once somebody here keeps the very bytes, they are shown, as far as they are metadata.
    for document, state in ((b'{"name":"found"}', "known"), (b"not JSON", "unreadable")):
        with app.app_context():
            kept = store_metadata(UUID(alice.account), document)
        mint_outside(app, stranger, kept.sha256, bob.address)
        anchor()
        [newest, *_] = alice.call("GET", f"/users/{bob.account}/assets").json["items"]
        expected = {"name": "found"} if state == "known" else None
        assert (newest["metadata_state"], newest["metadata"]) == (state, expected)
