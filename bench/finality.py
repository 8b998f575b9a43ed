"""From accepted to final: signed posts in, sweeps of the worker, until every post is final on the embedded chain.

Everything runs in one process, so this is what one core carries, without waiting for an interval.
"""

import time

from flask import Flask

from bench.measure import Figure, say
from bench.stage import Writer, applications
from tests.support.wallet import V1
from workers.anchoring import sweep

# One sweep seals, sends and indexes; what a sweep leaves over is done by the next.
MOST_SWEEPS = 10


def run() -> list[Figure]:
    """Measure on every database that answers."""
    with applications() as apps:
        return [figure for name, app in apps for figure in measure(name, app)]


def measure(database: str, app: Flask, posts: int = 200) -> list[Figure]:
    """Return the rate of posts that became final, and how long the worker took for the last of them."""
    say(f"finality: {posts} posts on {database}")
    writer = Writer.signed_in(app)
    bodies = [writer.signed_post(number) for number in range(posts)]
    start = time.perf_counter()
    answers = [writer.call("POST", "/posts", body) for body in bodies]
    accepted = time.perf_counter()
    ids = [str(answer.get_json()["id"]) for answer in answers if answer.status_code == 201]
    if len(ids) != posts:
        raise RuntimeError(f"{posts - len(ids)} of {posts} posts were refused")
    _finish(app, writer, ids[-1])
    end = time.perf_counter()
    return [
        Figure("finality", f"accepted to final, {database}", posts / (end - start), "posts/s"),
        Figure(
            "finality", f"sealed to final, one batch, {database}", 1_000 * (end - accepted), "ms"
        ),
    ]


def _finish(app: Flask, writer: Writer, last: str) -> None:
    for _ in range(MOST_SWEEPS):
        with app.app_context():
            sweep()
        state = writer.http.get(f"{V1}/posts/{last}").get_json()["anchoring"]["state"]
        if state == "final":
            return
    raise RuntimeError(f"after {MOST_SWEEPS} sweeps the last post is {state}")
