"""The README's tour is run as it stands, against a whole stack."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stack import ROOT, running_stack

pytestmark = pytest.mark.stack


def blocks(language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )


def test_the_tour_does_what_the_readme_says(tmp_path: Path) -> None:
    shell, python = blocks("sh"), blocks("python")
    assert len(shell) == 3
    assert len(python) == 1
    with running_stack() as stack:
        here = stack.url.removeprefix("http://")
        script = "set -euo pipefail\n" + "\n".join(shell)
        (tmp_path / "publish.py").write_text(python[0].replace("127.0.0.1:8000", here))
        script += f"\n{sys.executable} publish.py\n"
        (tmp_path / ".venv" / "bin").mkdir(parents=True)
        (tmp_path / ".venv" / "bin" / "troth").symlink_to(Path(sys.executable).parent / "troth")
        done = subprocess.run(
            ["bash", "-c", script.replace("127.0.0.1:8000", here)],
            cwd=tmp_path,
            env={**stack.env, "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything was proved." in done.stdout
    assert "UNSIGNED" in done.stdout
    assert "refused, as it should be" in done.stdout
    assert "These words are mine. signed by 0x" in done.stdout


def test_the_two_commands_open_the_readme() -> None:
    first = re.search(
        r"^```\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert first is not None
    assert [line.split()[:2] for line in first[1].splitlines()] == [
        ["make", "run"],
        ["make", "test"],
    ]
