"""The web UI's own unit tests (vitest), as one test: they take a few seconds and need no server."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 240


@pytest.mark.long(8)
def test_the_web_ui_s_units() -> None:
    words = ["npx", "--no", "--", "vitest", "run", "--root", "webapp/ui"]
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-6_000:]}\n{done.stderr[-2_000:]}"
