"""Mints beside their people: what a stock wallet signs, what operators see, what is tidied away."""

import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.event import listens_for

from chain import wire
from chain.contracts import Minted, Transferred
from chain.tokens import token_id
from tests.support import instance
from tests.support.minting import begun, permit, progress
from tests.support.wallet import Person
from webapp.assets.models import Asset, AssetMetadata, AssetTransfer, Mint
from webapp.assets.projection import fold, store_events
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.commands.doctor import examine
from webapp.commands.status_screen import screen
from webapp.database import one_snapshot, writing
from webapp.extensions import db
from webapp.outbox.models import Transaction
from webapp.status.metrics import metrics_text
from webapp.status.service import read_state
from workers.upkeep import tidy

VIEM = Path(__file__).with_name("permit.mjs")
Anchor = Callable[[], None]


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Once on SQLite is enough: the queries have tests of their own."""
    return instance.copied_sqlite(sqlite_template, tmp_path)


def test_viem_signs_what_the_api_hands_out(alice: Person, anchor: Anchor) -> None:
    mint = begun(alice)
    asked = {"key": "0x" + bytes(alice.wallet.key).hex(), "permission": mint["permission"]}
    done = subprocess.run(
        ["node", VIEM], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    path = f"/mints/{mint['id']}/permission"
    assert alice.call("POST", path, json.loads(done.stdout)).status_code == 202
    anchor()
    assert progress(alice, mint)["state"] == "final"


def test_operators_see_what_waits_and_what_is_halted(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    assert permit(alice, begun(alice)).status_code == 202

    def seen() -> tuple[Any, str, str]:
        with app.app_context():
            found = [one for one in examine() if one.check in ("mints", "transactions")]
            with one_snapshot() as connection:
                state = read_state(connection, settings())
            return found, screen(state, {}), metrics_text().decode()

    found, shown, metrics = seen()
    assert [(str(one.level), one.says) for one in found] == [
        ("ok", "None is stuck or halted."),
        ("ok", "1 wait to be mined."),
    ]
    assert "mints     signed 1" in shown
    assert 'troth_mints{state="signed"} 1.0' in metrics
    with app.app_context(), writing() as session:
        halted = {"state": "reverted", "reason": "The permission's deadline passed"}
        session.execute(update(Transaction).values(halted))
    found, shown, metrics = seen()
    assert [str(one.level) for one in found] == ["ok", "warn"]
    assert "1 mints are halted" in found[1].says
    assert 'troth_mints{state="halted"} 1.0' in metrics
    assert "reverted" in shown


def test_a_token_with_another_digest_is_not_the_one_that_was_begun(
    app: Flask, alice: Person
) -> None:
    """Its number says 80 bits of the digest alone."""
    mint = begun(alice)
    digest = bytes.fromhex(mint["digest"][2:])
    for given, state in ((digest[:10] + bytes(22), "saved"), (digest, "final")):
        with app.app_context(), writing() as session:
            token = int(mint["token_id"]).to_bytes(32)
            session.execute(delete(AssetTransfer))
            row = {"token": token, "receiver": alice.address, "digest": given, "log_index": 0}
            hashes = {"transaction_hash": digest, "block_hash": digest}
            times = {"block_number": 1, "block_time": 1, "indexed_at": utc_now()}
            session.add(AssetTransfer(chain_ref=1, **row, **hashes, **times))
            session.flush()
            fold(session, 1, [token])
        assert progress(alice, mint)["state"] == state


def test_the_transfers_of_a_block_are_stored_in_one_statement(app: Flask, alice: Person) -> None:
    block = wire.Block(
        number=5, hash=bytes(32), parent=bytes(32), time=9, base_fee=None, transactions=()
    )
    digest, statements = b"\x5a" * 32, list[str]()
    numbers = [token_id(alice.address, digest, royalty) for royalty in range(40)]
    events: list[Minted | Transferred | None] = [None]
    for place, one in enumerate(numbers):
        where = (5, bytes(32), bytes(32), place)
        events.append(Transferred(None, alice.address, one, *where))
        events.append(Minted(alice.address, one, digest, *where))
    with app.app_context(), writing() as session:

        @listens_for(db.engine, "before_cursor_execute")
        def count(_c: Any, _u: Any, statement: str, *_: Any) -> None:
            statements.append(statement)

        for _ in range(2):
            statements.clear()
            store_events(session, 1, block, events, final=False)
            assert sum("INTO asset_transfers" in one for one in statements) == 1
            held = session.scalars(select(Asset.token)).all()
            assert sorted(int.from_bytes(one) for one in held) == sorted(numbers)


def test_mints_that_came_to_nothing_are_deleted_after_a_while(
    app: Flask, alice: Person, anchor: Anchor
) -> None:
    forgotten, withdrawn, made, fresh = (begun(alice, royalty=one) for one in range(4))
    for mint in (withdrawn, made):
        assert permit(alice, mint).status_code == 202
    assert alice.call("DELETE", f"/mints/{withdrawn['id']}").status_code == 204
    anchor()
    with app.app_context():
        tidy()
        assert len(db.session.scalars(select(Mint.id)).all()) == 4
        old = utc_now() - timedelta(days=31)
        with writing() as session:
            ids = [UUID(one["id"]) for one in (forgotten, withdrawn, made)]
            mine = update(Mint).where(Mint.id.in_(ids))
            session.execute(mine.values(created_at=old))
            gone = update(Mint).where(Mint.withdrawn_at.is_not(None))
            session.execute(gone.values(withdrawn_at=old))
        tidy()
        left = {str(one) for one in db.session.scalars(select(Mint.id))}
        assert left == {made["id"], fresh["id"]}
        # One document for all four: the royalty is no part of it.
        assert len(db.session.scalars(select(AssetMetadata.digest)).all()) == 1
        assert db.session.scalars(select(Transaction.state)).all() == ["final"]
