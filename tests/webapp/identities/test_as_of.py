"""Whose claims they were at a moment: an address counts for a person only while it was theirs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from chain.client import ChainClient
from chain.devnode.node import DevNode
from tests.support.claims import Issuer, digest_of
from tests.support.wallet import PASSWORD, Person
from tests.support.wallets import link
from tests.webapp.identities.conftest import configure
from webapp.columns import iso, utc_now
from webapp.extensions import db
from webapp.log import tenures
from webapp.log.models import AuthorTenure
from workers.anchoring import sweep


@pytest.fixture
def vouch(app: Flask, node: DevNode) -> Any:
    """Give a function by which a trusted issuer vouches for an address; it returns the block's time."""
    client: ChainClient = app.extensions["troth_chain"]
    hall = Issuer.of(client)
    configure(app, trusted_issuers=f"{hall.address}=The Town Hall")

    def run(number: int, address: str) -> datetime:
        hall.issue(digest_of(number), address)
        with app.app_context():
            sweep()
        return datetime.fromtimestamp(client.head().time, UTC)

    return run


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], datetime]:
    """Let wallets come and go an hour from now, when the chain's quick blocks are past; each call is a minute on."""
    minutes = count(60)
    clock = [utc_now() + timedelta(minutes=next(minutes))]
    monkeypatch.setattr(tenures, "utc_now", lambda: clock[0])

    def run() -> datetime:
        seen, clock[0] = clock[0], clock[0] + timedelta(minutes=next(minutes))
        return seen + timedelta(seconds=1)

    return run


def told(person: Person, asked: str, at: datetime | None = None) -> list[int]:
    """Return the numbers of the claims of an account, at a moment or now."""
    query = "" if at is None else "?at=" + (iso(at) or "").replace("+", "%2B")
    answer = person.call("GET", f"/users/{asked}/claims{query}")
    assert answer.status_code == 200, answer.text
    return sorted(int(one["digest"], 16) for one in answer.json["items"])


def test_a_wallet_counts_from_its_linking_to_its_unlinking_and_again(
    app: Flask, carol: Person, visitor: Person, vouch: Any, later: Callable[[], datetime]
) -> None:
    vouch(1, carol.address)
    before = later()
    assert link(carol).status_code == 201
    linked = later()
    assert carol.call("DELETE", f"/wallets/{carol.address}").status_code == 204
    unlinked = later()
    assert link(carol).status_code == 201
    again = later()
    seen = [told(visitor, carol.account, at) for at in (before, linked, unlinked, again, None)]
    assert seen == [[], [1], [], [1], [1]]


def test_a_wallet_that_went_to_somebody_else_counts_for_each_in_their_time(
    app: Flask, carol: Person, visitor: Person, vouch: Any, later: Callable[[], datetime]
) -> None:
    vouch(1, carol.address)
    assert link(carol).status_code == 201
    hers = later()
    assert carol.call("DELETE", f"/wallets/{carol.address}").status_code == 204
    dora = Person(app.test_client(), wallet=carol.wallet).register("dora")
    assert link(dora).status_code == 201
    now = later()
    assert [told(visitor, carol.account, at) for at in (hers, now, None)] == [[1], [], []]
    assert [told(visitor, dora.account, at) for at in (hers, now, None)] == [[], [1], [1]]


def test_deleting_the_account_forgets_which_addresses_it_had(app: Flask, carol: Person) -> None:
    assert link(carol).status_code == 201
    assert carol.call("DELETE", f"/wallets/{carol.address}").status_code == 204
    with app.app_context():
        held = select(AuthorTenure.address).filter_by(address=carol.address)
        assert db.session.scalars(held).all() == [carol.address]
        db.session.remove()
    assert carol.call("DELETE", "/me", {"password": PASSWORD}).status_code == 204
    with app.app_context():
        assert db.session.scalars(select(AuthorTenure)).all() == []
