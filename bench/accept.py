"""Accepting a signed post, beside a bare Flask route that verifies one signature and inserts one row.

Both are called by Flask's test client with requests that are built and signed beforehand. A server and a socket
would add the same time to both sides, and so flatter the ratio.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from eth_typing import Hash32
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, String, Table, Text, insert
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from bench.measure import Figure, compare, compared, say
from bench.stage import TEXT, Writer, applications, bare_engine
from chain.proofs.keccak import keccak256
from chain.proofs.signatures import recover
from tests.support.wallet import V1
from webapp.engines import WRITE

AIM = 3
WRITERS = 5


def run() -> list[Figure]:
    """Measure on every database that answers."""
    with applications() as apps:
        return [figure for name, app in apps for figure in measure(name, app)]


def measure(database: str, app: Flask, rounds: int = 30, per_round: int = 8) -> list[Figure]:
    """Compare the two routes on the application's database.

    On PostgreSQL also with a floor whose INSERT commits by itself, in one round trip where an ordinary
    application has three: for information.
    """
    what = f"accept a signed post, {database}"
    figures = [_measure(database, app, what, rounds, per_round)]
    if database == "PostgreSQL":
        bare = f"{what}, beside an INSERT without a transaction"
        figures.append(_measure(database, app, bare, rounds, per_round, transactions=False))
    return figures


def _measure(
    database: str, app: Flask, what: str, rounds: int, per_round: int, *, transactions: bool = True
) -> Figure:
    count = (rounds + 1) * per_round
    say(f"accept: signing {count:,} posts for {database}")
    writers = [Writer.signed_in(app) for _ in range(WRITERS)]
    ours = [_post(writers[number % WRITERS], number) for number in range(count)]
    with bare_application(app, transactions=transactions) as bare:
        floor = [_plain(writers[number % WRITERS], number) for number in range(count)]
        say(f"accept: {rounds} rounds of {per_round} on {database}")
        taken = compare(
            rounds,
            lambda number: _play(bare.test_client(), _slice(floor, number, per_round)),
            lambda number: _play(app.test_client(), _slice(ours, number, per_round)),
        )
    aim = AIM if transactions else None
    return compared("accept", what, taken, per_round=per_round, aim=aim)


def _slice(requests: list[Request], number: int, length: int) -> Sequence[Request]:
    return requests[number * length : (number + 1) * length]


def _play(client: FlaskClient, requests: Sequence[Request]) -> None:
    for one in requests:
        answer = client.open(one)
        if answer.status_code != 201:
            raise RuntimeError(f"{one.path} answered {answer.status_code}: {answer.text}")


def _post(writer: Writer, number: int) -> Request:
    return _request(f"{V1}/posts", writer.signed_post(number), writer.headers)


def _plain(writer: Writer, number: int) -> Request:
    """Build what a plain application would be sent: the same fields, the text alone being signed."""
    message = writer.post_record(f"{number}: {TEXT}")
    signed = writer.wallet.unsafe_sign_hash(Hash32(keccak256(message["text"].encode())))
    body = {"message": message, "signature": "0x" + signed.signature.hex()}
    return _request("/posts", body, writer.headers)


def _request(path: str, body: dict[str, Any], headers: dict[str, str]) -> Request:
    data = json.dumps(body)
    builder = EnvironBuilder(path, method="POST", data=data, headers=Headers(headers))
    builder.content_type = "application/json"
    return builder.get_request()


@contextmanager
def bare_application(app: Flask, *, transactions: bool = True) -> Iterator[Flask]:
    """Give the floor: one route, one signature, one row, one commit."""
    with bare_engine(app, transactions=transactions) as engine:
        tables = MetaData()
        posts = Table(
            "bench_posts",
            tables,
            Column("id", Integer, primary_key=True),
            Column("author", String(42), nullable=False),
            Column("text", Text, nullable=False),
            Column("signature", LargeBinary, nullable=False),
        )
        tables.create_all(engine)
        try:
            yield _bare_flask(engine, posts)
        finally:
            tables.drop_all(engine)


def _bare_flask(engine: Engine, posts: Table) -> Flask:
    bare = Flask("bare")
    writer = engine.execution_options(**{WRITE: True})

    @bare.post("/posts")
    def publish() -> tuple[dict[str, Any], int]:
        body = request.get_json()
        message, signature = body["message"], bytes.fromhex(body["signature"][2:])
        author, text = message["author"], message["text"]
        if recover(keccak256(text.encode()), signature) != author:
            return {"error": "signed by somebody else"}, 422
        row = {"author": author, "text": text, "signature": signature}
        with writer.begin() as connection:
            made = connection.execute(insert(posts).values(row)).inserted_primary_key
        return {"id": made[0] if made else None, "author": author, "text": text}, 201

    return bare
