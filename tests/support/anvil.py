"""anvil, started for tests on a free port."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chain.config import ROOT

ANVIL = ROOT / "node_modules" / ".bin" / "anvil"
_START_SECONDS = 60


@contextmanager
def running(folder: Path, *options: str) -> Iterator[str]:
    """Start anvil with further options, give its URL, and end it; `folder` takes what it prints.

    Fails the test on Linux, where npm has it, when it is not installed, and skips it elsewhere.
    """
    if not ANVIL.exists():
        absent = "anvil is not installed; get it with `make dev`"
        if sys.platform == "linux":
            pytest.fail(absent)
        pytest.skip(absent)
    # A file, since anvil stops answering when a pipe that nobody reads is full of its messages.
    output = folder / "anvil.txt"
    # Port 0 lets the system choose a free one.
    command = [str(ANVIL), "--port", "0", *options]
    with output.open("w") as file, subprocess.Popen(command, stdout=file) as process:
        try:
            yield f"http://{_listening(output, process)}"
        finally:
            process.terminate()


def _listening(output: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        found = re.search(r"^Listening on (\S+)\n", output.read_text(), re.MULTILINE)
        if found:
            return found.group(1)
        time.sleep(0.02)
    pytest.fail(f"anvil did not start: {output.read_text()}")
