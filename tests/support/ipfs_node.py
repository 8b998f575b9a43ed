"""A real IPFS node, in JavaScript, for tests: installed by `make ipfs-node`, required under CI."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.answers import closed_port
from tests.support.services import required

FOLDER = Path(__file__).resolve().parents[1] / "ipfs-node"


@contextmanager
def ipfs_node(repo: Path) -> Iterator[str]:
    """Run a node with a repository of its own; give its URL. Skips where it is not installed."""
    if not (FOLDER / "node_modules" / "ipfs-core").is_dir():
        reason = "The IPFS node for tests is not installed; run `make ipfs-node`"
        if required():
            pytest.fail(reason)
        pytest.skip(reason)
    port = closed_port()
    command = ["node", "node.mjs", str(repo), str(port)]
    with subprocess.Popen(
        command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if line.strip() == b"ready":
                    break
            else:
                pytest.fail(b"".join(said).decode())
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
