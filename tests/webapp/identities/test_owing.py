"""What this server owes the registry: each step once, over reorgs, chains that are gone and claims that ended."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from chain.claims import HANDLE
from chain.client import ChainClient
from chain.contracts import IdentityRegistry
from chain.deploy import IDENTITY_REGISTRY, Sender
from chain.devnode.node import DevNode
from chain.local import LocalChain
from chain.signer import LocalSigner
from tests.support.minting import fund
from tests.support.wallet import Person
from tests.webapp.identities.conftest import Tend, ask, configure, due, one
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.identities import owing
from webapp.identities.models import ClaimEvent, IdentityClaim
from webapp.outbox.models import Chain, Transaction
from workers.anchoring import sweep
from workers.delivery import deliver
from workers.identities import tend_claims


def test_a_renewal_that_is_not_final_yet_takes_nothing_from_what_is(
    app: Flask,
    client: ChainClient,
    node: DevNode,
    carol: Person,
    tend: Tend,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = ask(carol, "handle")
    soon = int((utc_now() + timedelta(days=2)).timestamp())
    with monkeypatch.context() as patched:
        patched.setattr(owing, "expiry_of", lambda *_: soon)
        tend()
    issued = one(carol, claim)
    configure(app, confirmations=3)
    with app.app_context():
        tend_claims()
        sweep()
    renewing = one(carol, claim)
    assert (renewing["state"], renewing["renewal"]["state"]) == ("final", "mined")
    assert (renewing["renewal"]["final_at"], renewing["final_at"]) == (None, issued["final_at"])
    node.request("evm_mine", [{"blocks": 3}])
    with app.app_context():
        sweep()
    assert one(carol, claim)["renewal"]["state"] == "final"


def test_what_the_chain_took_leaves_the_next_renewal_all_its_tries(
    app: Flask, carol: Person, tend: Tend, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = ask(carol, "handle")
    soon = int((utc_now() + timedelta(days=2)).timestamp())
    with monkeypatch.context() as patched:
        patched.setattr(owing, "expiry_of", lambda *_: soon)
        tend()
    # As after two batches that others' declines undid.
    due(app, claim, tries=owing.MOST_SENDS - 1)
    tend()
    assert one(carol, claim)["renewal"]["state"] == "final"
    with app.app_context():
        assert db.session.get_one(IdentityClaim, UUID(claim["id"])).tries == 0


def test_an_end_that_a_reorg_takes_back_is_told_to_the_chain_after_all(
    app: Flask, client: ChainClient, node: DevNode, alice: Person, tend: Tend
) -> None:
    assert alice.call("PATCH", "/me", {"handle": "alice_w"}).status_code == 200
    claim = ask(alice, "handle")
    tend()
    fund(client, alice.address)
    tend()
    configure(app, confirmations=3)
    snapshot = node.request("evm_snapshot", [])
    call = IdentityRegistry.decline(claim["issuer"], HANDLE, bytes.fromhex(claim["digest"][2:]))
    Sender(client, LocalSigner(alice.wallet.key)).send(IDENTITY_REGISTRY.address, call)
    with app.app_context():
        sweep()
    assert one(alice, claim)["state"] == "declined"
    assert alice.call("DELETE", f"/claims/{claim['id']}").status_code == 200
    with app.app_context():
        tend_claims()
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [7])
    node.request("evm_mine", [{"blocks": 2}])
    with app.app_context():
        sweep()
    assert one(alice, claim)["state"] == "revoking"
    tend()
    node.request("evm_mine", [{"blocks": 3}])
    tend()
    ended = one(alice, claim)
    assert (ended["state"], ended["revocation"]["state"]) == ("revoked", "final")


def test_each_step_of_a_revocation_has_a_time_of_its_own(
    app: Flask, node: DevNode, carol: Person, tend: Tend
) -> None:
    claim = ask(carol, "handle")
    tend()
    issued = one(carol, claim)
    assert issued["revocation"] is None
    configure(app, confirmations=3)
    seen = [carol.call("DELETE", f"/claims/{claim['id']}").json]
    with app.app_context():
        tend_claims()
        db.session.remove()
    seen.append(one(carol, claim))
    with app.app_context():
        sweep()
    seen.append(one(carol, claim))
    node.request("evm_mine", [{"blocks": 3}])
    with app.app_context():
        sweep()
    seen.append(one(carol, claim))
    steps = [one["revocation"] for one in seen]
    assert [one["state"] for one in seen] == ["revoking", "revoking", "revoked", "revoked"]
    assert [one["state"] for one in steps] == ["waiting", "owed", "mined", "final"]
    reached = [
        sum(value is not None for key, value in one.items() if key.endswith("_at")) for one in steps
    ]
    assert reached == [1, 2, 4, 5]
    last = steps[-1]
    order = [last[f"{name}_at"] for name in ("decided", "owed", "sent", "mined", "final")]
    assert order == sorted(order)
    assert seen[-1]["final_at"] == issued["final_at"]  # that of the issuing, as before


def test_many_claims_are_one_transaction_and_more_are_several(
    app: Flask, tend: Tend, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [Person(app.test_client()).register(f"person_{number}") for number in range(5)]
    made = [(person, ask(person, "handle")) for person in people]
    monkeypatch.setattr(owing, "MOST_IN_BATCH", 3)
    tend()
    assert {one(person, claim)["state"] for person, claim in made} == {"final"}
    with app.app_context():
        rows = db.session.scalars(select(Transaction).filter(Transaction.key.startswith("claims:")))
        sizes = sorted(_issued(row.data) for row in rows)
    assert sizes == [2, 3]


def _issued(data: bytes) -> int:
    return int.from_bytes(data[36:68])


def test_one_claim_that_ended_does_not_hold_up_the_renewal_of_the_others(
    app: Flask,
    client: ChainClient,
    alice: Person,
    carol: Person,
    tend: Tend,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert alice.call("PATCH", "/me", {"handle": "alice_w"}).status_code == 200
    hers, other = ask(alice, "handle"), ask(carol, "handle")
    soon = int((utc_now() + timedelta(days=2)).timestamp())
    with monkeypatch.context() as patched:
        patched.setattr(owing, "expiry_of", lambda *_: soon)
        tend()
    issued = one(carol, other)
    before = issued["expires_at"]
    assert issued["renewal"] is None
    with app.app_context():
        assert tend_claims() == 1  # one batch of renewals is owed
        db.session.remove()
    owed = one(carol, other)
    assert (owed["state"], owed["renewal"]["state"]) == ("final", "owed")
    assert owed["renewal"]["owed_at"] > issued["final_at"]
    LocalChain(client).sender().send(alice.address, value=10**18)
    digest = bytes.fromhex(hers["digest"][2:])
    call = IdentityRegistry.decline(hers["issuer"], HANDLE, digest)
    Sender(client, LocalSigner(alice.wallet.key)).send(IDENTITY_REGISTRY.address, call)
    for _ in range(3):
        tend()
    assert one(alice, hers)["state"] == "declined"
    renewed = one(carol, other)
    assert (renewed["state"], renewed["renewal"]["state"]) == ("final", "final")
    assert renewed["renewal"]["final_at"] >= renewed["renewal"]["mined_at"] > issued["final_at"]
    assert (renewed["mined_at"], renewed["final_at"]) == (issued["mined_at"], issued["final_at"])
    assert renewed["expires_at"] > before
    [badge] = carol.call("GET", f"/users/{carol.account}").json["badges"]
    assert badge["expires_at"] == renewed["expires_at"]
    with app.app_context():
        query = select(ClaimEvent).filter_by(digest=bytes.fromhex(other["digest"][2:]))
        events = db.session.scalars(query.order_by(ClaimEvent.block_number)).all()
        assert [one.status for one in events] == [1, 1]
        deliver()
    kinds = [one["kind"] for one in carol.call("GET", "/notifications").json["items"]]
    assert kinds == ["verified"]  # a renewal is no news


def test_a_claim_of_a_chain_that_is_gone_is_owed_to_the_one_that_is_here(
    app: Flask, carol: Person, tend: Tend
) -> None:
    claim = ask(carol, "handle")
    tend()
    with app.app_context():
        place = owing.find_place(db.session())
        assert place is not None
        with writing() as session:
            other = Chain(chain_id=5, genesis=b"\5" * 32, first_block=0)
            session.add(other)
            session.flush()
            key = {"signer": place.issuer, "nonce": None, "chain_ref": other.id}
            session.execute(
                update(Transaction).where(Transaction.key.startswith("claims:")).values(key)
            )
        tend_claims()
        tend_claims()
        row = db.session.get_one(IdentityClaim, UUID(claim["id"]))
        owed = db.session.get_one(Transaction, row.transaction_id)
        assert owed.chain_ref == place.chain_ref


def test_what_ended_on_a_chain_that_is_gone_is_not_revoked_on_the_one_that_is_here(
    app: Flask, carol: Person, tend: Tend
) -> None:
    claim = ask(carol, "handle")
    tend()
    carol.call("DELETE", f"/claims/{claim['id']}")
    with app.app_context():
        with writing() as session:
            other = Chain(chain_id=5, genesis=b"\5" * 32, first_block=0)
            session.add(other)
            session.flush()
            session.execute(update(ClaimEvent).values(chain_ref=other.id))
        tend_claims()
        row = db.session.get_one(IdentityClaim, UUID(claim["id"]))
        assert (row.revocation_id, row.revoke_reason) == (None, None)
        db.session.remove()
    assert one(carol, claim)["state"] == "withdrawn"
