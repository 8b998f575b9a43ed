"""A page of a feed beside a bare Flask route with the same rows, deep pages, and a post to many followers.

Both routes are called by Flask's test client, one request after the other: a server and sockets would add the
same to both, and so flatter the ratio.
"""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select, text

from bench.measure import Figure, Spread, compare, compared, say
from bench.social.seed import Size, person_id, seed
from bench.stage import bare_engine
from chain.devnode.node import DevNode
from tests.support import instance
from tests.support.services import postgres_server
from tests.support.wallet import V1, Person
from webapp.accounts.tokens import start_session
from webapp.columns import utc_now
from webapp.database import writing
from webapp.extensions import db
from webapp.feed.candidates import Window, kept
from webapp.feed.models import FeedItem
from webapp.supervisor import embedded_redis
from workers import delivery
from workers.delivery import deliver

LIMIT = 20
READERS = 50
ROUNDS, PER_ROUND = 30, 20
DEPTH = 1_000
TWICE, THRICE = 2, 3  # half of the floor's throughput; its slowest hundredth
DEEP_AIM, FAN_OUT_AIM, COMMITS_AIM = 1.0, 2.0, 50


def run(people: int = Size.people) -> list[Figure]:
    """Measure on PostgreSQL with Redis; nothing where PostgreSQL is missing."""
    server = postgres_server()
    if server is None:
        say("feed: PostgreSQL does not answer (TROTH_TEST_DATABASE_URL)")
        return []
    with TemporaryDirectory(prefix="troth-bench-", dir="/tmp") as name:
        folder = Path(name)
        with (
            instance.postgres_database(server, folder) as url,
            _redis(folder / "redis") as redis_url,
        ):
            quiet = {"log_level": "ERROR", "redis_url": redis_url}
            app = instance.make_app(folder, url, **quiet)
            instance.use_node(app, DevNode(folder / "chain.sqlite"))
            return measure(app, Size.of(people))


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    folder.mkdir()
    one = embedded_redis(folder)
    with subprocess.Popen(one.child.argv, cwd=one.child.cwd, stdout=subprocess.DEVNULL) as process:
        try:
            while one.child.ready is not None and not one.child.ready():
                time.sleep(0.05)
            yield one.redis_url
        finally:
            process.terminate()


def measure(
    app: Flask, size: Size, rounds: int = ROUNDS, per_round: int = PER_ROUND
) -> list[Figure]:
    """Seed and measure; the application's database is PostgreSQL."""
    star = Person(app.test_client()).register("star")
    seed(app, size, UUID(star.account))
    readers = [person_id(number) for number in range(min(READERS, size.followers))]
    with app.app_context():
        tokens = {one: _token(one) for one in readers}
    pages = Pages(app, tokens)
    say("feed: first reads")
    firsts = [pages.seconds(one) for one in readers]
    figures = [Figure("feed", "first read of a feed, which fills it", _ms(max(firsts)), "ms")]
    with bare_engine(app, transactions=False) as engine:
        bare = bare_flask(engine).test_client()
        for what, url in (("cached", app.config["TROTH"].redis_url), ("from the database", "")):
            object.__setattr__(app.config["TROTH"], "redis_url", url)
            figures += _beside(what, pages, bare, readers, rounds, per_round)
            figures.append(_deep(what, pages, readers, rounds, per_round))
    return figures + _fan_out(app, star, size)


class Pages:
    """Readers who ask for their feeds."""

    def __init__(self, app: Flask, tokens: dict[UUID, str]) -> None:
        self.app, self.tokens, self.client = app, tokens, app.test_client()

    def get(self, reader: UUID, query: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.tokens[reader]}"}
        answer = self.client.get(f"{V1}/feed/{reader}?limit={LIMIT}{query}", headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"the feed answered {answer.status_code}: {answer.text}")
        return json.loads(answer.data)  # type: ignore[no-any-return]

    def seconds(self, reader: UUID, query: str = "") -> float:
        start = time.perf_counter()
        self.get(reader, query)
        return time.perf_counter() - start


def _token(account: UUID) -> str:
    with writing() as session:
        return start_session(session, account).access_token


def _ms(seconds: float) -> float:
    return seconds * 1_000


def _beside(
    what: str, pages: Pages, bare: FlaskClient, readers: Sequence[UUID], rounds: int, per_round: int
) -> list[Figure]:
    same = [item["id"] for item in pages.get(readers[0])["items"]]
    if same != [item["id"] for item in bare.get(f"/feed/{readers[0]}").json or []]:
        raise RuntimeError("the bare route shows other posts")
    taken: dict[str, list[float]] = {"bare": [], "ours": []}

    def ask_bare(number: int) -> None:
        for one in _some(readers, number, per_round):
            start = time.perf_counter()
            json.loads(bare.get(f"/feed/{one}").data)
            taken["bare"].append(time.perf_counter() - start)

    def ask_ours(number: int) -> None:
        taken["ours"] += [pages.seconds(one) for one in _some(readers, number, per_round)]

    say(f"feed: {rounds} rounds of {per_round} pages, {what}")
    compared_pages = compare(rounds, ask_bare, ask_ours)
    page = f"a page of {LIMIT}, {what}"
    slow = {name: _ms(quantiles(times, n=100)[-1]) for name, times in taken.items()}
    ratio = slow["ours"] / slow["bare"]
    spread = Spread(ratio, ratio, ratio)
    p99 = f"{page}, p99"
    return [
        compared("feed", page, compared_pages, per_round=per_round, aim=TWICE),
        Figure("feed", p99, slow["ours"], "ms", slow["bare"], spread, THRICE, "ratio"),
    ]


def _some(readers: Sequence[UUID], number: int, count: int) -> list[UUID]:
    return [readers[(number * count + place) % len(readers)] for place in range(count)]


def _deep(first: str, pages: Pages, readers: Sequence[UUID], rounds: int, per_round: int) -> Figure:
    """Compare the page after the first thousand items with the first page, each read before."""
    down: dict[UUID, str] = {}
    depth = DEPTH
    with pages.app.app_context():
        for one in readers:
            found = kept(db.session(), one, Window(limit=DEPTH))
            db.session.rollback()
            if found is not None and found.found:
                # In a small town there are not as many.
                depth = DEPTH if len(found.found) == DEPTH else len(found.found) * 9 // 10
                down[one] = f"&cursor={found.found[depth - 1].place}"
    say(f"feed: pages far down, the first page {first}")
    # Whatever is kept of either is kept from here on.
    for one in readers:
        pages.get(one)
        pages.get(one, down[one])
    taken = compare(
        rounds,
        lambda number: [pages.seconds(one) for one in _some(readers, number, per_round)],
        lambda number: [pages.seconds(one, down[one]) for one in _some(readers, number, per_round)],
    )
    what = f"a page {depth} items down, beside the first one {first}"
    # Both cost the same, so that half of all runs would find the one, half the other a little dearer.
    return compared("feed", what, taken, per_round=per_round, aim=DEEP_AIM, aim_of="no dearer")


def _fan_out(app: Flask, star: Person, size: Size) -> list[Figure]:
    """Let the star post to followers whose feeds are all kept, and the worker deliver it."""
    now = utc_now()
    with app.app_context():
        deliver()
        with writing() as session:
            session.execute(_keep_all(star), {"now": now})
        # Seeding may take longer than a token lasts.
        star.token = _token(UUID(star.account))
        say(f"feed: a post to {size.followers:,} followers")
        begin = time.perf_counter()
        post = star.call("POST", "/posts", {"text": "to all"}).json["id"]
        commits = 0
        real = delivery.fan_out

        def counted(deadline: float) -> int:
            nonlocal commits
            done = real(deadline)
            commits += done
            return done

        delivery.fan_out = counted
        try:
            deliver()
        finally:
            delivery.fan_out = real
        taken = time.perf_counter() - begin
        mine = select(func.count()).select_from(FeedItem).where(FeedItem.post_id == UUID(post))
        reached = db.session.scalar(mine)
        db.session.rollback()
    if reached != size.followers:
        raise RuntimeError(f"{reached} of {size.followers} feeds have the post")
    what = f"a post in the feeds of {size.followers:,} followers"
    return [
        Figure("feed", what, taken, "s", aim=FAN_OUT_AIM),
        Figure("feed", f"{what}: commits", commits, "commits", aim=COMMITS_AIM),
    ]


def _keep_all(star: Person) -> Any:
    return text(
        "INSERT INTO feeds (account_id, read_at, from_at) SELECT follower_id, :now, :now FROM follows "
        f"WHERE followee_id = '{UUID(star.account)}' ON CONFLICT DO NOTHING"
    )


def bare_flask(engine: Engine) -> Flask:
    """Return the floor: a route without sign-in that shows the same posts by one bare statement."""
    bare = Flask("bare")

    @bare.get("/feed/<uuid:account>")
    def feed(account: UUID) -> Any:
        with engine.connect() as connection:
            rows = connection.execute(_BARE, {"viewer": account, "most": LIMIT}).mappings()
            shown = [{name: _shown(value) for name, value in row.items()} for row in rows]
        return bare.json.response(shown)

    return bare


def _shown(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


_BARE = text(
    """
    SELECT p.*, a.handle, a.name, a.avatar_id, e.content, e.accepted_at, b.sealed_at, t.state, t.sent_at,
      t.mined_at, n.block_number, n.final_at, c.likes, c.comments, c.reposts AS reposted, c.quotes AS quoted,
      EXISTS (SELECT 1 FROM likes WHERE post_id = p.id AND account_id = :viewer) AS liked,
      EXISTS (SELECT 1 FROM reposts WHERE post_id = p.id AND account_id = :viewer) AS passed_on,
      EXISTS (SELECT 1 FROM follows WHERE follower_id = :viewer AND followee_id = a.id) AS following
    FROM feed_items i
    JOIN posts p ON p.id = i.post_id
    JOIN accounts a ON a.id = p.account_id
    JOIN entries e ON e.id = p.entry_id
    LEFT JOIN batches b ON b.id = e.batch_id
    LEFT JOIN transactions t ON t.id = b.transaction_id
    LEFT JOIN anchors n ON n.log_id = b.log_id AND n.root = b.root
    LEFT JOIN post_counts c ON c.post_id = p.id
    WHERE i.account_id = :viewer
    ORDER BY i.created_at DESC, i.post_id DESC LIMIT :most
    """
)
