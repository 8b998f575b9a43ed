"""Sealing a batch from rows to rows, beside inserting as many rows of the same width in one transaction."""

import secrets
from typing import Any

from flask import Flask
from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
    select,
)

from bench.measure import Figure, compare, compared, say
from bench.stage import Writer, applications, bare_engine
from chain.proofs.records import Kind
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import insert_many, writing
from webapp.engines import WRITE
from webapp.extensions import db
from webapp.log.models import Entry
from webapp.log.service import current_log
from workers.sealing import seal_due

AUTHORS = 10
AIM = 3


def run() -> list[Figure]:
    """Measure full batches on every database that answers."""
    with applications() as apps:
        return [figure for name, app in apps for figure in measure(name, app)]


def measure(
    database: str, app: Flask, count: int = 10_000, rounds: int = 2, authors: int = AUTHORS
) -> list[Figure]:
    """Compare sealing `count` waiting entries with inserting `count` rows."""
    say(f"seal: {rounds} rounds of {count:,} entries on {database}")
    addresses = [Writer.signed_in(app).address for _ in range(authors)]
    with app.app_context(), bare_engine(app) as engine:
        tables = MetaData()
        bare = _table(tables)
        tables.create_all(engine)
        filled = _rows(count, rounds + 1)

        taken = compare(
            rounds,
            lambda number: _insert(engine, bare, filled[number]),
            lambda _number: _seal(count),
            lambda _number: _wait(addresses, count),
        )
        tables.drop_all(engine)
    return [compared("seal", f"seal {count:,} entries, {database}", taken, aim=AIM)]


def _table(tables: MetaData) -> Table:
    return Table(
        "bench_entries",
        tables,
        Column("id", Integer, primary_key=True),
        Column("batch_id", BigInteger),
        Column("position", BigInteger),
        Column("sequence", BigInteger),
        Column("previous", LargeBinary(32)),
        Column("leaf", LargeBinary(32)),
        Column("proof", LargeBinary),
    )


def _rows(count: int, rounds: int) -> list[list[dict[str, Any]]]:
    width = 32 * (count - 1).bit_length()
    return [
        [
            {
                "batch_id": number,
                "position": position,
                "sequence": position % 200,
                "previous": secrets.token_bytes(32),
                "leaf": secrets.token_bytes(32),
                "proof": secrets.token_bytes(width),
            }
            for position in range(count)
        ]
        for number in range(rounds)
    ]


def _insert(engine: Engine, bare: Table, rows: list[dict[str, Any]]) -> None:
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        connection.execute(insert(bare), rows)


def _wait(addresses: list[str], count: int) -> None:
    """Let entries wait, as if they had been accepted; sealing reads none of their messages."""
    log_id, now = current_log(db.session()).id, utc_now()
    rows: list[dict[str, Any]] = [
        {
            "log_id": log_id,
            "author": addresses[number % len(addresses)],
            "record": secrets.token_bytes(16),
            "kind": int(Kind.POST),
            "content": secrets.token_bytes(32),
            "signature": secrets.token_bytes(65),
            "accepted_at": now,
        }
        for number in range(count)
    ]
    with writing() as session:
        insert_many(session, Entry, rows)


def _seal(count: int) -> None:
    log_id = current_log(db.session()).id
    batch_id = seal_due(log_id, settings())
    sealed = db.session.scalar(select(func.count(Entry.id)).filter_by(batch_id=batch_id))
    if batch_id is None or sealed != count:
        raise RuntimeError(f"batch {batch_id} holds {sealed} entries, {count} waited")
