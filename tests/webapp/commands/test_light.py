"""A command loads what it needs, and no more."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {"webapp.factory", "sqlalchemy", "flask_smorest"}
# Their modules; what each of them may not load besides.
LIGHT = {
    "webapp.commands.run": HEAVY | {"web3"},
    "webapp.commands.verifying": HEAVY,
    "webapp.commands.demo": HEAVY,
    "webapp.commands.monitor": HEAVY,
    "webapp.supervisor.mail": HEAVY | {"web3"},
    "webapp.factory": {"web3"},
}


@pytest.mark.parametrize("module", LIGHT)
def test_a_command_that_makes_no_application_starts_without_one(module: str) -> None:
    words = [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"]
    done = subprocess.run(
        words, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert module in loaded
    assert loaded & LIGHT[module] == set()
