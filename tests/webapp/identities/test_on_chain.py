"""What the registry says, and what of it is shown: issuers, batches, declines, expiry, answers as of a moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from eth_account import Account
from flask import Flask
from sqlalchemy import select

from chain.claims import DOMAIN, HANDLE
from chain.client import ChainClient
from chain.contracts import ClaimKey, IdentityRegistry, NewClaim, decode_claim_change
from chain.deploy import IDENTITY_REGISTRY, Sender
from chain.devnode.node import DevNode
from chain.devnode.provider import DevNodeProvider
from chain.local import LocalChain
from chain.signer import LocalSigner
from tests.support.claims import Issuer, digest_of
from tests.support.minting import fund, send
from tests.support.wallet import Person
from tests.webapp.identities.conftest import Tend, ask, configure, due, one
from webapp.columns import iso, utc_now
from webapp.extensions import db
from webapp.identities import reading, states
from webapp.identities.models import ClaimEvent, IdentityClaim
from workers.anchoring import sweep
from workers.delivery import deliver


def claims_at(person: Person, at: datetime | None = None) -> list[dict[str, Any]]:
    query = "" if at is None else "?at=" + (iso(at) or "").replace("+", "%2B")
    answer = person.call("GET", f"/users/{person.account}/claims{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def test_another_issuer_is_shown_only_where_it_is_trusted_and_by_its_name(
    app: Flask, client: ChainClient, alice: Person, tend: Tend
) -> None:
    hall = Issuer.of(client)
    hall.issue(digest_of(1), alice.address)
    tend()
    assert (claims_at(alice), alice.call("GET", "/me").json["profile"]["badges"]) == ([], [])
    configure(app, trusted_issuers=f"{hall.address}=The Town Hall")
    [claim] = claims_at(alice)
    assert claim["issuer"] == {"address": hall.address, "name": "The Town Hall"}
    assert (claim["kind"], claim["state"], claim["value"], claim["basis"]) == (
        "domain",
        "valid",
        None,
        None,
    )
    assert alice.publish().json["badges"] == [claim]
    hall.revoke(digest_of(1), alice.address, reason=200)
    tend()
    [ended] = claims_at(alice)
    assert (ended["state"], ended["reason"]) == ("revoked", "For reason 200 of the issuer's own")
    with app.app_context():
        deliver()
    kinds = [one["kind"] for one in alice.call("GET", "/notifications").json["items"]]
    # Of what was said before it was trusted nothing is told.
    assert ("revoked" in kinds, "verified" in kinds) == (True, False)


@pytest.fixture
def before(node: DevNode) -> tuple[Issuer, Any]:
    """Give an issuer that was there before this server, and a wallet that it vouched for."""
    wallet = Account.create()
    hall = Issuer.of(ChainClient("in-process", provider=DevNodeProvider(node)))
    hall.issue(digest_of(7), str(wallet.address).lower())
    return hall, wallet


def test_what_is_older_than_this_server_is_shown_too(
    before: tuple[Issuer, Any], make_app: Callable[[], Flask]
) -> None:
    hall, wallet = before
    app = make_app()  # its log opens now, after what was said
    configure(app, trusted_issuers=f"{hall.address}=The Town Hall")
    person = Person(app.test_client(), wallet=wallet).sign_in()
    with app.app_context():
        sweep()
        deliver()
    assert [one["state"] for one in claims_at(person)] == ["valid"]
    # What happened long ago is no news.
    assert person.call("GET", "/notifications").json["items"] == []


def test_a_wallets_decline_on_chain_is_honoured(
    app: Flask, client: ChainClient, alice: Person, tend: Tend
) -> None:
    assert alice.call("PATCH", "/me", {"handle": "alice_w"}).status_code == 200
    claim = ask(alice, "handle")
    tend()
    LocalChain(client).sender().send(alice.address, value=10**18)
    own = Sender(client, LocalSigner(alice.wallet.key))
    digest = bytes.fromhex(claim["digest"][2:])
    own.send(IDENTITY_REGISTRY.address, IdentityRegistry.decline(claim["issuer"], HANDLE, digest))
    tend()
    assert one(alice, claim)["state"] == "declined"
    assert [one["state"] for one in claims_at(alice)] == ["declined"]
    assert alice.call("GET", f"/users/{alice.account}").json["badges"] == []
    answer = alice.call("POST", "/claims", {"kind": "handle"})
    assert (answer.status_code, answer.json["code"]) == (409, "claim_declined")
    tend()
    with app.app_context():
        row = db.session.scalars(select(IdentityClaim)).one()
        assert (row.end, row.revoke_reason, row.revocation_id) == ("declined", None, None)


def test_a_wallet_declines_what_anybody_said_of_it_by_a_transaction_from_here(
    app: Flask, client: ChainClient, alice: Person, bob: Person, carol: Person, tend: Tend
) -> None:
    hall = Issuer.of(client)
    configure(app, trusted_issuers=f"{hall.address}=The Town Hall")
    hall.issue(digest_of(1), alice.address)
    derived = carol.call("GET", "/me").json["profile"]["authors"][0]["address"]
    hall.issue(digest_of(2), derived)
    tend()
    path = f"/claims/decline?issuer={hall.address}&digest=0x{digest_of(1).hex()}"
    assert bob.call("GET", path).json["code"] == "claim_not_found"
    no_wallet = f"/claims/decline?issuer={hall.address}&digest=0x{digest_of(2).hex()}"
    answer = carol.call("GET", no_wallet)
    assert (answer.json["code"], "without a wallet" in answer.json["detail"]) == (
        "claim_state",
        True,
    )
    prepared = alice.call("GET", path)
    assert prepared.status_code == 200, prepared.text
    assert prepared.json["from"] == alice.address
    fund(client, alice.address)
    send(app, alice, prepared.json)
    tend()
    assert [one["state"] for one in claims_at(alice)] == ["declined"]
    assert alice.call("GET", f"/users/{alice.account}").json["badges"] == []
    again = alice.call("GET", path)
    assert (again.status_code, again.json["code"]) == (409, "claim_state")


def test_a_digest_that_was_said_twice_is_declined_where_it_stands(
    app: Flask, client: ChainClient, alice: Person, tend: Tend
) -> None:
    hall = Issuer.of(client)
    configure(app, trusted_issuers=f"{hall.address}=The Town Hall")
    hall.issue(digest_of(1), alice.address)
    again = IdentityRegistry.issue(NewClaim(alice.address, HANDLE, digest_of(1), 0))
    hall.sender.send(IDENTITY_REGISTRY.address, again)
    back = IdentityRegistry.revoke(alice.address, HANDLE, digest_of(1), 2)
    hall.sender.send(IDENTITY_REGISTRY.address, back)
    tend()
    path = f"/claims/decline?issuer={hall.address}&digest=0x{digest_of(1).hex()}"
    prepared = alice.call("GET", path)
    assert prepared.status_code == 200, prepared.text
    fund(client, alice.address)
    send(app, alice, prepared.json)
    tend()
    found = {one["kind"]: one["state"] for one in claims_at(alice)}
    assert found == {"domain": "declined", "handle": "revoked"}
    assert alice.call("GET", path).json["code"] == "claim_state"


def test_answers_as_of_any_moment_are_the_contracts_own(
    app: Flask, client: ChainClient, node: DevNode, alice: Person, tend: Tend
) -> None:
    hall = Issuer.of(client)
    configure(app, trusted_issuers=f"{hall.address}=The Town Hall")
    first, now = client.head(), int(utc_now().timestamp())
    hall.issue(digest_of(1), alice.address, expires_at=now + 40)
    node.request("evm_increaseTime", [20])
    hall.issue(digest_of(2), alice.address)
    node.request("evm_increaseTime", [60])
    hall.revoke(digest_of(2), alice.address)
    hall.issue(digest_of(1), alice.address, expires_at=now + 1_000)
    node.request("evm_increaseTime", [1_000])
    node.request("evm_mine", [{"blocks": 1}])
    tend()
    registry = IdentityRegistry(client, IDENTITY_REGISTRY.address)
    seen: dict[int, list[str]] = {1: [], 2: []}
    for number in range(first.number, client.head().number + 1):
        block = client.block(number)
        assert block is not None
        shown = {
            int(one["digest"], 16): one["state"]
            for one in claims_at(alice, datetime.fromtimestamp(block.time, UTC))
        }
        for digest, states_seen in seen.items():
            key = ClaimKey(hall.address, alice.address, DOMAIN, digest_of(digest))
            actual = registry.status_of(key, number).name.lower()
            assert shown.get(digest, "none") == actual, (number, digest)
            states_seen.append(actual)
    assert {"none", "valid", "expired"} <= set(seen[1])
    assert {"none", "valid", "revoked"} == set(seen[2])


def test_what_has_expired_is_grey_everywhere_and_may_be_asked_again(
    app: Flask, carol: Person, tend: Tend, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = ask(carol, "person", "Carol", evidence="x")
    due(app, claim, checked_at=utc_now(), method="review")
    tend()
    assert claims_at(carol)[0]["state"] == "valid"
    late = utc_now() + timedelta(days=731)
    assert claims_at(carol, late)[0]["state"] == "expired"
    for module in (reading, states, "webapp.identities.requesting"):
        name = module if isinstance(module, str) else module.__name__
        monkeypatch.setattr(f"{name}.utc_now", lambda: late)
    badge = carol.call("POST", "/posts", {"text": "hi"}).json["badges"][0]
    assert (badge["state"], badge["reason"]) == ("expired", "Its time has passed")
    assert badge["ended_at"] == badge["expires_at"]
    assert one(carol, claim)["state"] == "expired"
    again = ask(carol, "person", "Carol", evidence="y")
    assert again["id"] != claim["id"]


def test_what_is_stored_is_what_the_chain_has(
    client: ChainClient, app: Flask, carol: Person, tend: Tend
) -> None:
    ask(carol, "handle")
    tend()
    with app.app_context():
        [row] = db.session.scalars(select(ClaimEvent)).all()
        [log] = client.logs(IDENTITY_REGISTRY.address, (), row.block_hash)
        change = decode_claim_change(log)
        assert (change.key.issuer, change.key.subject) == (row.issuer, row.subject)
        assert (change.key.schema, change.key.digest) == (row.schema, row.digest)
        assert (change.expires_at, int(change.status)) == (row.expires_at, row.status)
        assert b"carol" not in log.data
