"""Claims on anvil: a reorg undoes what was issued, and it is issued again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from chain.claims import HANDLE
from chain.client import ChainClient
from chain.contracts import ClaimKey, ClaimStatus, IdentityRegistry
from chain.deploy import IDENTITY_REGISTRY
from chain.signer import LocalSigner
from tests.support.anvil import running
from tests.support.claims import indexed
from tests.support.instance import SECRETS, make_app
from tests.support.wallet import Person
from webapp.commands.setup import deploy
from webapp.extensions import db
from workers.anchoring import index, sweep
from workers.identities import tend_claims

pytestmark = pytest.mark.anvil
LOG, DEPTH, ETHER = 1, 3, 10**18


@pytest.fixture
def context(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give the context of an application whose log is on anvil, final at depth 3."""
    with running(tmp_path) as url:
        chain = ChainClient(url, timeout=30)
        app = make_app(tmp_path, database_url, chain_url=url, confirmations=DEPTH)
        app.extensions["troth_chain"] = chain
        with app.app_context():
            for name in ("anchorer_key", "deployer_key", "issuer_key"):
                address = LocalSigner(bytes.fromhex(SECRETS[name][2:])).address
                chain.request("anvil_setBalance", [address, hex(1000 * ETHER)])
            deploy(app.config["TROTH"], chain)
            chain.request("anvil_mine", [hex(DEPTH + 5)])
            sweep()
            yield app
            db.session.remove()
            db.engine.dispose()


def test_a_reorg_undoes_an_issued_claim_and_it_is_issued_again(context: Flask) -> None:
    chain: ChainClient = context.extensions["troth_chain"]
    person = Person(context.test_client()).register("carol")
    claim = person.call("POST", "/claims", {"kind": "handle"}).json

    def shown() -> dict[str, Any]:
        db.session.remove()
        found: dict[str, Any] = person.call("GET", f"/claims/{claim['id']}").json
        return found

    def badges() -> list[str]:
        db.session.remove()
        found = person.call("GET", f"/users/{person.account}").json["badges"]
        return [one["state"] for one in found]

    tend_claims()
    sweep()
    assert (shown()["state"], badges()) == ("mined", ["valid"])
    chain.request("anvil_reorg", [2, []])
    index(LOG)
    assert (shown()["state"], badges(), indexed()) == ("delayed", [], [])
    key = ClaimKey(claim["issuer"], claim["subject"], HANDLE, bytes.fromhex(claim["digest"][2:]))
    registry = IdentityRegistry(chain, IDENTITY_REGISTRY.address)
    assert registry.status_of(key) is ClaimStatus.NONE
    for _ in range(3):
        sweep()
    assert (shown()["state"], badges()) == ("mined", ["valid"])
    chain.request("anvil_mine", [hex(DEPTH)])
    sweep()
    assert shown()["state"] == "final"
    assert registry.status_of(key) is ClaimStatus.VALID
    assert len(indexed()) == 1
