"""Several sources: the registries are followed with the log; test_past.py has what is older than that."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from chain.client import ChainClient
from chain.deploy import IDENTITY_REGISTRY
from chain.devnode.node import DevNode
from tests.support.claims import Issuer, digest_of, indexed, registry
from tests.support.indexed import chain, cursor
from tests.support.instance import Prepared
from tests.support.wallet import Person
from webapp.commands.setup import know_contracts
from webapp.extensions import db
from webapp.identities.models import ClaimEvent
from webapp.outbox.models import Registry
from webapp.outbox.registries import FOLLOWED
from workers.anchoring import index, sweep
from workers.indexing import Indexing, past
from workers.indexing.log import SOURCES

LOG = 1
VALID, REVOKED = 1, 3


def test_every_kind_that_is_followed_has_a_source() -> None:
    assert set(SOURCES) == set(FOLLOWED)


def test_an_event_is_final_at_depth_and_undone_by_a_reorg(
    context: Flask, client: ChainClient, node: DevNode
) -> None:
    issuer = Issuer.of(client)
    snapshot = node.request("evm_snapshot", [])
    # A stranger may name an expiry that no database holds; nothing stops at it.
    issuer.issue(digest_of(1), expires_at=2**64 - 1)
    Indexing(client, LOG, 3).run()
    assert indexed() == [(1, VALID, False)]
    assert db.session.scalars(select(ClaimEvent.expires_at)).one() == 2**63 - 1
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [7])
    node.request("evm_mine", [{"blocks": 2}])
    Indexing(client, LOG, 3).run()
    assert indexed() == []
    issuer.issue(digest_of(2))
    Indexing(client, LOG, 3).run()
    assert indexed() == [(2, VALID, False)]
    node.request("evm_mine", [{"blocks": 3}])
    Indexing(client, LOG, 3).run()
    assert indexed() == [(2, VALID, True)]


def test_a_block_that_is_replaced_below_where_following_began_is_read_once(
    context: Flask, client: ChainClient, node: DevNode
) -> None:
    snapshot = node.request("evm_snapshot", [])
    node.request("evm_mine", [{"blocks": 2}])
    Indexing(client, LOG, 5).run()
    db.session.execute(update(Registry).values(until=cursor()))
    db.session.commit()
    node.request("evm_revert", [snapshot])
    node.request("evm_increaseTime", [7])
    block = Issuer.of(client).issue(digest_of(1))
    assert block < registry().until
    node.request("evm_mine", [{"blocks": 9}])
    follower = Indexing(client, LOG, 5)
    follower.run()
    assert registry().until < block
    past.read_past(client, follower.registries)
    assert indexed() == [(1, VALID, True)]
    assert registry().read_to == registry().until


def test_a_follower_that_does_not_know_a_registry_yet_stores_no_block_without_it(
    context: Flask, client: ChainClient, prepared: tuple[DevNode, Prepared]
) -> None:
    db.session.execute(Registry.__table__.delete())  # type: ignore[attr-defined]
    db.session.commit()
    late = Indexing(client, LOG, 0)
    know_contracts(prepared[1].deployment)
    block = Issuer.of(client).issue(digest_of(1))
    late.run()
    assert cursor() < block
    index(LOG)
    assert (cursor() >= block, indexed()) == (True, [(1, VALID, True)])


def test_nothing_is_sent_to_a_chain_whose_registry_is_another_contract(
    context: Flask, client: ChainClient, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, other = client.code, IDENTITY_REGISTRY.address
    alice.publish()
    with monkeypatch.context() as patched:
        patched.setattr(client, "code", lambda at, *_: b"\1" if at == other else real(at))
        sweep()
        assert chain().state == "halted_instance"
        assert other in (chain().reason or "")
    sweep()
    assert chain().state == "following"
    # Also of a node that is met later, right before each send.
    assert client._pool._code[other] == IDENTITY_REGISTRY.code_hash
