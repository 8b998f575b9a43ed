"""How many signed posts a second go from accepted to final, for as long as wanted: anvil, PostgreSQL, one worker.

Posts come by the service call in hundreds, as fast as it takes them, while another process sweeps as the worker does:
seals every second, sends, follows anvil's blocks of one second each, and calls an anchor final two blocks later.
Beside it the floor: one signature recovered and one row inserted for each post, by the hundred, and nothing else.
Then as many as one process takes over HTTP, one after another, by Flask's test client.
"""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from eth_typing import Hash32
from flask import Flask
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    select,
)

from bench.measure import Figure, Spread, say
from bench.stage import TEXT, Writer, bare_engine
from chain.proofs.keccak import keccak256
from chain.proofs.signatures import recover
from tests.support import anvil, instance
from tests.support.services import postgres_server
from webapp.chain_access import chain_client
from webapp.commands.setup import deploy
from webapp.engines import WRITE
from webapp.errors import ProblemError
from webapp.extensions import db
from webapp.log.models import Anchor, Batch, Entry
from webapp.posts.together import SignedPost, publish_many
from webapp.signers import anchorer_signer, deployer_signer
from workers.anchoring import sweep

AIM = 1_000  # posts a second
POSTS, OVER_HTTP = 30_000, 3_000
AT_ONCE = 200
AUTHORS = 50
SETTINGS: dict[str, Any] = {"seal_interval": 1.0, "confirmations": 2, "log_level": "ERROR"}
PATIENCE = 300  # seconds
RICH = 10**24  # wei


def run() -> list[Figure]:
    """Measure on PostgreSQL with anvil; nothing where one of them is missing."""
    server = postgres_server()
    if server is None:
        say("sustained: PostgreSQL does not answer (TROTH_TEST_DATABASE_URL)")
        return []
    with TemporaryDirectory(prefix="troth-bench-") as name:
        home = Path(name)
        with (
            instance.postgres_database(server, home) as url,
            anvil.running(home, "--block-time", "1") as rpc,
        ):
            return measure(home, url, rpc)


def measure(
    home: Path, url: str, rpc: str, count: int = POSTS, over_http: int = OVER_HTTP
) -> list[Figure]:
    """Return the rates in posts a second, and how much of the floor's is reached."""
    app = _application(home, url, rpc)
    with app.app_context():
        _fund(app)
        deploy(app.config["TROTH"], chain_client())
    posts = _signed(app, count)
    floor = _floor(app, posts)
    with _worker(home, url, rpc):
        say(f"sustained: publishing {count:,} posts, {AT_ONCE} at once")
        start = time.perf_counter()
        _publish(app, posts)
        accepted = time.perf_counter() - start
        _wait_for_final(app, count)
        final = time.perf_counter() - start
        http = _rate_over_http(app, over_http, count)
    return [
        _figure("accepted to final, service call, anvil", count / final, floor, AIM),
        _figure("the same, accepted only", count / accepted, floor, None),
        _figure("accepted to final, over HTTP, one process", http, floor, None),
    ]


def _figure(what: str, rate: float, floor: float, aim: float | None) -> Figure:
    ratio = floor / rate
    spread = Spread(ratio, ratio, ratio)
    return Figure("sustained", what, rate, "posts/s", floor, spread, aim, "at least")


def _application(home: Path, url: str, rpc: str) -> Flask:
    return instance.make_app(home, url, **SETTINGS | {"chain_url": rpc})


def _fund(app: Flask) -> None:
    """Give anchorer and deployer money, and the chain some blocks, as anvil allows."""
    for signer in (anchorer_signer(app.config["TROTH"]), deployer_signer(app.config["TROTH"])):
        chain_client().request("anvil_setBalance", [signer.address, hex(RICH)])
    # The log opens where a block is deep enough.
    chain_client().request("anvil_mine", [hex(app.config["TROTH"].depth + 1)])


def _signed(app: Flask, count: int) -> list[SignedPost]:
    say(f"sustained: signing {count:,} posts")
    writers = [Writer.signed_in(app) for _ in range(AUTHORS)]
    found = []
    for number in range(count):
        writer = writers[number % AUTHORS]
        body = writer.signed_post(number)
        signature = bytes.fromhex(body["signature"][2:])
        found.append(SignedPost(UUID(writer.account), body["message"], signature))
    return found


def _publish(app: Flask, posts: list[SignedPost]) -> None:
    with app.app_context():
        for start in range(0, len(posts), AT_ONCE):
            for answer in publish_many(posts[start : start + AT_ONCE]):
                if isinstance(answer, ProblemError):
                    raise answer
            db.session.remove()


def _rate_over_http(app: Flask, count: int, before: int) -> float:
    """Return how many posts a second become final that come one by one; so many are final already."""
    say(f"sustained: publishing {count:,} posts over HTTP")
    writers = [Writer.signed_in(app) for _ in range(AUTHORS)]
    bodies = [writers[number % AUTHORS].signed_post(number) for number in range(count)]
    start = time.perf_counter()
    for number, body in enumerate(bodies):
        answer = writers[number % AUTHORS].call("POST", "/posts", body)
        if answer.status_code != 201:
            raise RuntimeError(f"post {number} was refused: {answer.text}")
    _wait_for_final(app, before + count)
    return count / (time.perf_counter() - start)


def _wait_for_final(app: Flask, count: int) -> None:
    batch_of_final = (Batch.id == Entry.batch_id, Anchor.root == Batch.root)
    query = select(func.count(Entry.id)).where(*batch_of_final, Anchor.final_at.is_not(None))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with app.app_context():
            done = db.session.scalar(query) or 0
        if done == count:
            return
        time.sleep(0.5)
    raise RuntimeError(f"after {PATIENCE} s {done:,} of {count:,} posts are final")


@contextmanager
def _worker(home: Path, url: str, rpc: str) -> Iterator[None]:
    """Sweep in a process of its own, as the worker's timer does."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    process = context.Process(target=_sweep_until, args=(stop, home, url, rpc))
    process.start()
    try:
        yield
    finally:
        stop.set()
        process.join(timeout=30)


def _sweep_until(stop: Event, home: Path, url: str, rpc: str) -> None:
    app = _application(home, url, rpc)
    while not stop.wait(app.config["TROTH"].sweep_interval / 4):
        with app.app_context():
            sweep()


def _floor(app: Flask, posts: list[SignedPost]) -> float:
    """Return how many posts a second are verified and inserted with nothing else."""
    some = posts[: len(posts) // 3]
    signed = []
    writer = Writer(app.test_client())
    for number in range(len(some)):
        text = f"{number}: {TEXT}"
        made = writer.wallet.unsafe_sign_hash(Hash32(keccak256(text.encode())))
        signed.append((writer.address, text, bytes(made.signature)))
    say(f"sustained: the floor, {len(signed):,} posts")
    with app.app_context(), bare_engine(app) as engine:
        tables = MetaData()
        bare = Table(
            "bench_sustained",
            tables,
            Column("id", Integer, primary_key=True),
            Column("author", String(42), nullable=False),
            Column("text", Text, nullable=False),
            Column("signature", LargeBinary, nullable=False),
        )
        tables.create_all(engine)
        start = time.perf_counter()
        for first in range(0, len(signed), AT_ONCE):
            rows = []
            for author, text, signature in signed[first : first + AT_ONCE]:
                if recover(keccak256(text.encode()), signature) != author:
                    raise RuntimeError(f"{text!r} is signed by somebody else")
                rows.append({"author": author, "text": text, "signature": signature})
            with engine.execution_options(**{WRITE: True}).begin() as connection:
                connection.execute(insert(bare), rows)
        taken = time.perf_counter() - start
        tables.drop_all(engine)
    return len(signed) / taken
