"""What pages of the web UI cost in Debian's Chromium: size, time to content, long tasks; home, a thread, a receipt.

The floor is what the same server sends for the same address to a browser without scripts: one sentence and the styles.
"""

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.measure import Figure, Spread, say
from tests.support.stack import Stack, wait_until

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
SECONDS = 300
KILOBYTE = 1_000
# The promise of the first load, before any wallet code.
GOOD_KILOBYTES = 200.0
# Lighthouse's own line between "good" and "needs improvement", on its phone.
GOOD_FIRST_MS, GOOD_LARGEST_MS, GOOD_BLOCKING_MS = 1_800.0, 2_500.0, 200.0


def run() -> list[Figure]:
    """Measure against a whole stack; nothing where Chromium or the built UI is missing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or not (ROOT / "build" / "ui" / "index.html").is_file():
        say("ui: needs Debian's chromium and the built UI (make ui); left out")
        return []
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder))
        try:
            stack.start()
            return measure(stack.url, chromium, publish(stack.url))
        finally:
            stack.end()


def measure(url: str, chromium: str, post: str, rounds: int = ROUNDS) -> list[Figure]:
    """Return the figures of a visitor's loads with nothing kept; each is the middle one of ``rounds``."""
    pages = {"home": "/", "a thread": f"/posts/{post}", "a receipt": f"/posts/{post}/receipt"}
    figures = []
    for name, path in pages.items():
        figures += _here(name, load(f"{url}{path}", chromium, rounds))
    phone = load(f"{url}/", chromium, rounds, "phone")
    return [
        *figures,
        _first("home, slow phone", phone, aim=GOOD_FIRST_MS),
        Figure("ui", "largest content, slow phone", phone.of("largest"), "ms", aim=GOOD_LARGEST_MS),
        Figure(
            "ui",
            "blocked by long tasks, slow phone",
            phone.of("blocking"),
            "ms",
            aim=GOOD_BLOCKING_MS,
        ),
    ]


def _here(name: str, seen: "Loads") -> list[Figure]:
    """Return the figures of one page on this machine; the aim of size is of the first load alone."""
    size, floor = seen.of("bytes") / KILOBYTE, seen.of("floor_bytes") / KILOBYTE
    aim = GOOD_KILOBYTES if name == "home" else None
    ratio = seen.spread("bytes_ratio")
    return [
        Figure("ui", f"{name}: everything, gzipped", size, "kB", floor, ratio, aim),
        _first(name, seen),
        Figure("ui", f"{name}: blocked by long tasks", seen.of("blocking"), "ms"),
    ]


def _first(name: str, seen: "Loads", aim: float | None = None) -> Figure:
    ratio = seen.spread("first_ratio")
    floor = seen.of("floor_first")
    return Figure("ui", f"{name}: first content", seen.of("first"), "ms", floor, ratio, aim)


@dataclass(frozen=True)
class Loads:
    """What Chromium saw of several loads: middle values, and ratios to the floor, by name."""

    told: dict[str, Any]

    def of(self, name: str) -> float:
        """Return a middle value."""
        return float(self.told[name])

    def spread(self, name: str) -> Spread:
        """Return ratios."""
        return Spread(**self.told[name])


def load(address: str, chromium: str, rounds: int, *kind: str) -> Loads:
    """Return what Chromium saw of loading an address; raises CalledProcessError where it could not."""
    say(f"ui: {rounds} loads of {address}{' on a slow phone' if kind else ''}")
    words = ["node", "bench/page.mjs", address, chromium, str(rounds), *kind]
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=True
    )
    return Loads(json.loads(done.stdout))


def publish(url: str) -> str:
    """Publish one post without a wallet and wait until it is final; return its id."""
    api = f"{url}/api/v1"
    person = {"handle": "bench_ui", "password": "long enough words"}
    token = requests.post(f"{api}/users", json=person, timeout=10).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    words = {"text": "What a page costs."}
    post = requests.post(f"{api}/posts", json=words, headers=bearer, timeout=10).json()["id"]

    def final() -> bool:
        found = requests.get(f"{url}/api/v1/posts/{post}", timeout=10).json()
        return bool(found["anchoring"]["state"] == "final")

    wait_until(final, "the post is final")
    return str(post)
