"""Owing a call: once per key, by the signer with the least to do; and giving it up."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from webapp.database import writing
from webapp.extensions import db
from webapp.outbox.errors import (
    KeyTakenError,
    NoSignerError,
    NothingToGiveUpError,
    UnknownTransactionError,
)
from webapp.outbox.models import SignerAccount, SignerRole, Transaction, TransactionState
from webapp.outbox.service import give_up, owe, owe_again, register_signer

ONE, TWO, OTHER = ("0x" + byte * 20 for byte in ("11", "22", "33"))


@pytest.fixture(autouse=True)
def nobody_signs(app: Flask) -> None:
    with app.app_context(), writing() as session:
        session.execute(delete(SignerAccount))


@pytest.fixture
def signers(app: Flask, nobody_signs: None) -> Iterator[Flask]:
    with app.app_context():
        with writing() as session:
            for address in (ONE, TWO):
                register_signer(session, 1, address, SignerRole.SENDER)
            register_signer(session, 1, OTHER, SignerRole.ANCHORER)
        yield app


def owed(key: str, data: bytes = b"", signer: str | None = None) -> Transaction:
    call = {"to": OTHER, "data": data, "gas": 21_000, "signer": signer}
    with writing() as session:
        return owe(session, chain_ref=1, role=SignerRole.SENDER, key=key, **call)


def put(transaction_id: int, **values: object) -> None:
    with writing() as session:
        row = session.get_one(Transaction, transaction_id)
        for name, value in values.items():
            setattr(row, name, value)


def test_the_signer_with_the_fewest_open_transactions_sends(signers: Flask) -> None:
    first = [owed(f"call:{number}").signer for number in range(4)]
    assert first == [ONE, TWO, ONE, TWO]
    done = db.session.scalars(select(Transaction.id).filter_by(signer=TWO)).first()
    assert done is not None
    put(done, state=TransactionState.FINAL)
    assert owed("call:4").signer == TWO
    assert owed("call:5", signer=OTHER).signer == OTHER


def test_a_key_is_owed_once_and_for_one_call_only(signers: Flask) -> None:
    first = owed("call:1", b"\x01")
    assert owed("call:1", b"\x01").id == first.id
    assert db.session.scalar(select(func.count()).select_from(Transaction)) == 1
    with pytest.raises(KeyTakenError, match="call:1"):
        owed("call:1", b"\x02")


def test_a_role_without_a_signer_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(NoSignerError, match="sender"):
        owed("call:1")


@pytest.mark.parametrize("state", ["final", "reverted", "dead", "mined"])
def test_what_is_over_or_mined_cannot_be_given_up(signers: Flask, state: str) -> None:
    row = owed("call:1")
    put(row.id, state=state, nonce=7)
    with pytest.raises(NothingToGiveUpError, match=state), writing() as session:
        give_up(session, row.id)
    with pytest.raises(UnknownTransactionError), writing() as session:
        give_up(session, 999)


def test_owing_again_leaves_the_nonce_with_a_row_of_its_own(signers: Flask) -> None:
    row = owed("call:1")
    put(row.id, state=TransactionState.REVERTED, nonce=7, failures=5)
    with writing() as session:
        owe_again(session, row.id, "The chain lacks it")
    rows = list(db.session.scalars(select(Transaction).order_by(Transaction.id)))
    assert [(one.key[:6], one.nonce, one.state) for one in rows] == [
        ("call:1", None, "queued"),
        ("nonce:", 7, "unknown"),
    ]
    assert (rows[0].failures, rows[0].reason) == (0, "The chain lacks it")
