"""`troth status`: the screen, its exit code, and the same as JSON."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from tests.support.answers import closed_port
from tests.support.instance import SECRETS
from tests.support.wallet import Person
from tests.webapp.commands.conftest import Run
from webapp.columns import utc_now
from webapp.database import writing
from webapp.log.models import Entry
from webapp.log.service import current_log
from webapp.outbox.models import Chain, Node, SignerAccount, Transaction
from workers import anchoring

LOG = 1


@pytest.fixture
def status(troth: Run, database_url: str) -> Run:
    """Give the command on the application's database."""

    def run(*words: object, **settings: object) -> object:
        return troth("status", *words, **({"database_url": database_url} | SECRETS | settings))

    return run


@pytest.fixture
def lively(app: Flask, carol: Person, anchor: Callable[[], None]) -> Flask:
    """Give an application with something final, and with all that a worker writes."""
    carol.call("POST", "/posts", {"text": "final"})
    anchor()
    now = utc_now()
    with app.app_context(), writing() as session:
        chain = session.get_one(Chain, 1)
        chain.state, chain.state_at, chain.asked_at = "following", now - timedelta(hours=2), now
        chain.head, chain.base_fee = 1_234, 900_000_000
        session.execute(delete(Node))
        session.add(Node(name="a.node", state="healthy", breaker="closed", checked_at=now))
        session.merge(
            SignerAccount(
                chain_ref=1,
                address=current_log(session).anchorer,
                role="anchorer",
                nonce=1,
                balance=str(10**24 + 1),
                checked_at=now,
            )
        )
    return app


def test_all_is_well(lively: Flask, status: Run) -> None:
    done = status()
    assert (done.code, done.err) == (0, ""), done
    lines = done.out.splitlines()
    assert lines[-1] == "All is well."
    for words in (
        "final          1",
        "following for 2 h 0 min",
        "head 1,234, read to",
        "base 0.90 gwei, newest offer",
        "cap 500.00 gwei",
        "batch 0 in block",
        "1,000,000.0000 ether",
        "a.node  healthy  breaker closed",
        "owed      nothing",
    ):
        assert words in done.out, done.out
    assert not [line for line in lines if line != line.rstrip()]
    assert max(map(len, lines)) <= 120


def test_what_is_halted_is_named_with_its_reason_and_exits_with_1(
    lively: Flask, carol: Person, status: Run
) -> None:
    carol.call("POST", "/posts", {"text": "stuck"})
    with lively.app_context():
        anchoring.seal(LOG)
        with writing() as session:
            owed = session.get_one(Transaction, 2)
            owed.state, owed.reason = "reverted", "The transaction reverted in block 9"
    done = status()
    assert done.code == 1
    assert "log is degraded: 1 entries are halted; run `troth doctor`." in done.out
    line = r"batch 1, transaction 2 is reverted for \d+ s: The transaction reverted in"
    assert re.search(line, done.out)
    assert "owed      reverted 1" in done.out


def test_what_waits_for_long_exits_with_1(lively: Flask, carol: Person, status: Run) -> None:
    carol.call("POST", "/posts", {"text": "waits"})
    assert status().code == 0
    with lively.app_context(), writing() as session:
        session.get_one(Entry, 2).accepted_at = utc_now() - timedelta(days=1, hours=3)
    done = status()
    assert done.code == 1
    assert "waits for 1 d 3 h." in done.out


def test_before_any_worker_ran_what_is_not_known_is_said(
    app: Flask, status: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), writing() as session:
        session.get_one(Chain, 1).asked_at = None
    done = status()
    assert done.code == 1
    assert "worker is down: None has run yet; start one." in done.out
    assert "nodes     unknown" in done.out
    assert "never asked" in done.out
    assert "nothing is anchored yet" in done.out


def test_json_holds_the_same(lively: Flask, status: Run) -> None:
    done = status("--json")
    assert done.code == 0
    facts = json.loads(done.out)
    assert facts["state"] == "well"
    assert facts["counts"]["entries"]["final"] == {"count": 1, "oldest": None}
    assert facts["signers"][0]["balance"] == str(10**24 + 1)
    assert facts["signers"][0]["gap"] == 0
    assert facts["chain"]["lag"] == 1_234 - facts["chain"]["cursor"]
    assert facts["parts"]["chain"] == {"state": "ok", "reason": None}
    assert facts["now"].endswith("Z")


def test_a_database_that_is_away_cannot_be_told(app: Flask, status: Run) -> None:
    away = f"postgresql://me:hunter2@127.0.0.1:{closed_port()}/troth"
    done = status(database_url=away)
    assert done.code == 3
    assert done.out.startswith("It cannot be told. The database does not answer")
    assert "hunter2" not in done.out + done.err
    found = json.loads(status("--json", database_url=away).out)
    assert found["state"] == "unknown"


def test_watching_looks_again_until_it_is_stopped(
    lively: Flask, carol: Person, status: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    def go_on(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise KeyboardInterrupt
        carol.call("POST", "/posts", {"text": "more"})

    monkeypatch.setattr("webapp.commands.status.pause", go_on)
    done = status("--watch", "--json")
    assert done.code == 0
    first, second = (json.loads(line) for line in done.out.splitlines() if line)
    assert first["counts"]["entries"]["saved"]["count"] == 0
    assert second["counts"]["entries"]["saved"]["count"] == 1
