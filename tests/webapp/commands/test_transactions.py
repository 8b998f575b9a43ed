"""`troth transactions` lists what is open, and gives one up."""

from pathlib import Path

import pytest
from flask import Flask

from chain.signer import LocalSigner
from tests.support.instance import SECRETS
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.models import Attempt, SignerRole, Transaction
from webapp.outbox.service import owe

from .conftest import Done, Run

GWEI = 10**9
ADDRESS = "0x" + "11" * 20


@pytest.fixture
def command(troth: Run, app: Flask, database_url: str, tmp_path: Path) -> Run:
    def run(*words: object) -> Done:
        given = {"database_url": database_url, "data_dir": tmp_path, **SECRETS}
        return troth("transactions", *words, **given)

    return run


def owed(app: Flask, key: str, **values: object) -> int:
    call = {"to": ADDRESS, "data": b"", "gas": 21_000, "signer": ADDRESS}
    with app.app_context(), writing() as session:
        row = owe(session, chain_ref=1, role=SignerRole.SENDER, key=key, **call)
        for name, value in values.items():
            setattr(row, name, value)
        if row.nonce is not None:
            fees = {"max_fee": 3 * GWEI // 2, "priority_fee": GWEI, "created_at": utc_now()}
            session.add(Attempt(transaction_id=row.id, hash=b"\x01" * 32, raw=b"", **fees))
        return row.id


def test_nothing_open_is_said(command: Run, app: Flask) -> None:
    owed(app, "call:1", state="final")
    assert command() == Done(0, "Nothing is owed to the chain.\n", "")


def test_open_and_halted_ones_are_listed(command: Run, app: Flask) -> None:
    owed(app, "call:1", state="broadcast", nonce=4)
    owed(app, "call:2", state="reverted", reason="It reverted")
    done = command()
    heading, first, second = done.out.splitlines()
    assert done.code == 0
    assert heading.split() == [
        "id",
        "state",
        "age",
        "nonce",
        "max",
        "fee",
        "priority",
        "tries",
        "key",
        "reason",
    ]
    words = first.split()
    assert (words[1], words[4:]) == ("broadcast", ["4", "1.5", "1", "1", "call:1"])
    assert second.split()[1] == "reverted"
    assert second.endswith("It reverted")


def test_one_is_given_up(command: Run, app: Flask) -> None:
    sent = owed(app, "call:1", state="broadcast", nonce=4)
    waiting = owed(app, "call:2")
    assert "is given up" in command("give-up", sent).out
    assert "never sent and is dead" in command("give-up", waiting).out
    with app.app_context():
        rows = [db.session.get_one(Transaction, one) for one in (sent, waiting)]
        assert [one.state for one in rows] == ["broadcast", "dead"]
        assert all(one.abandoned_at for one in rows)
    again = command("give-up", waiting)
    assert (again.code, again.out) == (1, "")
    assert again.err == f"troth: Transaction {waiting} cannot be given up: it is dead already.\n"
    assert "There is no transaction 999" in command("give-up", 999).err


@pytest.fixture
def with_chain(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands ask the application's own embedded chain."""
    client = app.extensions["troth_chain"]
    monkeypatch.setattr("webapp.commands.transactions.chain_client", lambda: client)


def test_a_halted_call_is_owed_again_only_with_yes(
    command: Run, app: Flask, with_chain: None
) -> None:
    used = LocalSigner(bytes.fromhex(SECRETS["deployer_key"][2:])).address
    values = {"signer": used, "nonce": 0, "reason": "Somebody used its nonce"}
    halted = owed(app, "call:1", state="reverted", **values)
    asked = command("owe-again", halted)
    assert (asked.code, asked.err) == (0, "")
    assert f"Transaction {halted} calls {ADDRESS} and is halted.\nSomebody used" in asked.out
    assert "with --yes" in asked.out
    assert "is owed again; the worker sends it" in command("owe-again", halted, "--yes").out
    with app.app_context():
        assert db.session.get_one(Transaction, halted).state == "queued"
    again = command("owe-again", halted, "--yes")
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith(f"troth: Transaction {halted} is not owed again: it is queued")


def test_a_gap_is_closed_only_with_yes(command: Run, app: Flask, with_chain: None) -> None:
    waits = owed(app, "call:1", state="broadcast", nonce=20)
    asked = command("close-gap", waits)
    assert asked.out.splitlines() == [
        f"20 nonces from 0 to 19 are unused below transaction {waits}.",
        "Using them up takes 420000 gas; do it with --yes.",
    ]
    assert "The worker uses up 20 nonces from 0 to 19" in command("close-gap", waits, "--yes").out
    again = command("close-gap", waits, "--yes")
    assert again.err.startswith(f"troth: Below transaction {waits} nothing is closed: all nonces")
