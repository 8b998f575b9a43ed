"""An instance of its own for the demo: fresh folder, free ports, stopped at the end."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from webapp.commands.demo.client import DemoError

START_SECONDS = 120.0


@contextmanager
def own_instance() -> Iterator[tuple[str, str]]:
    """Start `troth run` in a temporary folder; give its URL and its chain's; stop it at the end.

    Raises DemoError when it does not come up.
    """
    folder = Path(tempfile.mkdtemp(prefix="troth-demo-data-"))
    port, chain_port = _free_ports(2)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    env = clean | {
        "TROTH_DATA_DIR": str(folder),
        "TROTH_PORT": str(port),
        "TROTH_CHAIN_PORT": str(chain_port),
    }
    child = subprocess.Popen([sys.executable, "-m", "webapp.cli", "run"], env=env)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(child, base)
        yield base, f"http://127.0.0.1:{chain_port}"
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(child: subprocess.Popen[bytes], base: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise DemoError("The demo's own instance did not start; see the lines above.")
        try:
            if requests.get(f"{base}/api/v1/log", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    raise DemoError(f"The demo's own instance did not answer within {START_SECONDS:g} s.")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
