"""Stock viem finds everything that it asks for."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from chain.devnode import DevNode, serve


def test_stock_viem_deploys_reads_watches_and_decodes(
    probe: dict[str, Any], tmp_path: Path
) -> None:
    compiled = tmp_path / "probe.json"
    compiled.write_text(json.dumps(probe))
    node = DevNode(tmp_path / "chain.sqlite", clock=time.time)
    script = Path(__file__).with_name("viem_check.mjs")
    with serve(node) as server:
        done = subprocess.run(
            ["node", script, server.url, compiled],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    node.close()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all holds" in done.stdout
