"""The web UI in Debian's Chromium against a whole stack: node runs the tests, each file against the same one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(file.name for file in Path(__file__).parent.glob("*.test.mjs"))
SHOTS = ROOT / "build" / "screenshots"
SECONDS = 560
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [pytest.mark.stack, pytest.mark.long(120), pytest.mark.timeout(SECONDS + 20)]


def check_browser() -> None:
    """Skip without a browser or a built UI; in CI that is a failure."""
    lacks = [] if CHROMIUM else ["Chromium (Debian's package chromium)"]
    lacks += [] if (ROOT / "build" / "ui" / "index.html").is_file() else ["the built UI (make ui)"]
    if lacks and os.environ.get("CI") != "true":
        pytest.skip(f"needs {' and '.join(lacks)}")
    assert not lacks, lacks


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Give a stack for all files."""
    check_browser()
    # Each test signs somebody up, all from one address.
    roomy = {"TROTH_LIMIT_REGISTER": "1000/hour", "TROTH_LIMIT_SIGN_IN": "1000/minute"}
    made = Stack(tmp_path_factory.mktemp("browser"), TROTH_STREAMS="64", **roomy)
    made.start()
    yield made
    made.end()


@pytest.mark.parametrize("file", FILES)
def test_in_the_browser(stack: Stack, file: str) -> None:
    env = {
        # With its settings a test can ask `troth` for what only an operator may do.
        **stack.env,
        "TROTH_UI_URL": stack.url,
        "TROTH_UI_RPC": stack.rpc,
        "TROTH_UI_CHAIN_PID": str(stack.child("chain.devnode")),
        "TROTH_UI_SHOTS": str(SHOTS),
        "TROTH_CHROMIUM": CHROMIUM or "",
    }
    words = ["node", "--test", "--test-reporter=spec", f"tests/browser/{file}"]
    try:
        done = subprocess.run(
            words, env=env, cwd=ROOT, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        pytest.fail(f"not done within {SECONDS} s, and so far:\n{(late.stdout or b'').decode()}")
    assert done.returncode == 0, f"{done.stdout.decode()[-6_000:]}\n{done.stderr.decode()[-2_000:]}"
