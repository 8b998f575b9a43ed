"""The README's tour and the API's examples are run as they stand, against a whole stack."""

import base64
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.stack import ROOT, Stack
from webapp.notifications.webhooks.sending import signature

pytestmark = [pytest.mark.stack, pytest.mark.long(45)]
API_PAGE = "docs/api.md"


def blocks(language: str, page: str = "README.md") -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL
    )


def run(script: str, stack: Stack, folder: Path) -> str:
    """Run a shell script where `.venv/bin/troth` is, and return what it printed."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "troth").symlink_to(Path(sys.executable).parent / "troth")
    here = stack.url.removeprefix("http://")
    done = subprocess.run(
        ["bash", "-c", "set -euo pipefail\n" + script.replace("127.0.0.1:8000", here)],
        cwd=folder,
        env={**stack.env, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_tour_does_what_the_readme_says(plain_stack: Stack, tmp_path: Path) -> None:
    shell, python = blocks("sh"), blocks("python")
    assert len(shell) == 3
    assert len(python) == 2
    here = plain_stack.url.removeprefix("http://")
    (tmp_path / "publish.py").write_text("\n".join(python).replace("127.0.0.1:8000", here))
    said = run("\n".join(shell) + f"\n{sys.executable} publish.py\n", plain_stack, tmp_path)
    assert "Everything was proved." in said
    assert "UNSIGNED" in said
    assert "refused, as it should be" in said
    assert "These words are mine. signed by 0x" in said


def test_the_examples_of_the_api_do_what_they_say(plain_stack: Stack, tmp_path: Path) -> None:
    said = run("\n".join(blocks("sh", API_PAGE)), plain_stack, tmp_path)
    assert '"unread"' in said
    assert '"refresh_token"' in said
    assert "event: unread" in said
    assert "its SHA-256 is the one that the record names" in said
    with zipfile.ZipFile(tmp_path / "everything.zip") as export:
        assert any(name.startswith("bundles/stamps/") for name in export.namelist())


def test_the_example_believes_genuine_webhooks_alone() -> None:
    example: dict[str, Any] = {}
    exec("\n".join(blocks("python", API_PAGE)), example)  # noqa: S102 - it is our own page
    genuine, secret, body = example["is_genuine"], b"\1" * 24, b'{"type": "test"}'
    told = "whsec_" + base64.b64encode(secret).decode()
    now, name = int(time.time()), str(uuid4())
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(now),
        "webhook-signature": "v1,AAAA " + signature(secret, name, now, body),
    }
    assert genuine(told, headers, body)
    assert not genuine(told, headers, body + b" ")
    assert not genuine(told, headers | {"webhook-timestamp": str(now - 301)}, body)


def test_the_two_commands_open_the_readme() -> None:
    first = re.search(
        r"^```\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert first is not None
    assert [line.split()[:2] for line in first[1].splitlines()] == [
        ["make", "run"],
        ["make", "test"],
    ]
