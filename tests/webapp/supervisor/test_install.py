"""What `make install` says on a machine where something is missing."""

import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import ROOT

BASICS = ("bash", "env", "dirname", "git", "cat", "awk", "grep", "tail", "tee", "rm", "uname")


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with the tools of a bare system; the only one on the path."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in BASICS:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def add_tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!{shutil.which('bash')}\n{script}\n")
    path.chmod(0o755)


def install(tmp_path: Path, tools: Path, **env: str) -> subprocess.CompletedProcess[str]:
    copy = tmp_path / "project" / "bin" / "install"
    copy.parent.mkdir(parents=True)
    shutil.copy(ROOT / "bin" / "install", copy)
    return subprocess.run(
        [str(copy)],
        env={"PATH": str(tools), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_node(tmp_path: Path, tools: Path) -> None:
    done = install(tmp_path, tools)
    assert done.returncode == 1
    assert done.stderr.startswith("Node 20.19 or newer was not found: install it")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("version", ["18 19", "20 9"])
def test_with_an_old_node(tmp_path: Path, tools: Path, version: str) -> None:
    shown = f"v{version.replace(' ', '.')}.0"
    add_tool(tools, "node", f'if [ "$1" = -p ]; then echo {version}; else echo {shown}; fi')
    add_tool(tools, "npm", "exit 0")
    done = install(tmp_path, tools)
    assert done.returncode == 1
    assert f"this is Node {shown}" in done.stderr


def test_without_npm(tmp_path: Path, tools: Path) -> None:
    add_tool(tools, "node", "echo 20")
    done = install(tmp_path, tools)
    assert done.returncode == 1
    assert done.stderr == "npm was not found: install it (package npm) and try again.\n"


@pytest.mark.parametrize("python", ["missing", "old"])
def test_without_a_python_that_will_do(tmp_path: Path, tools: Path, python: str) -> None:
    add_tool(tools, "node", "echo 20")
    add_tool(tools, "npm", "exit 0")
    if python == "old":
        # Whatever it is asked, the answer is no, as from a Python older than 3.11.
        add_tool(tools, "python3", "exit 1")
    done = install(tmp_path, tools)
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer was not found: install it, or name it")


def test_a_python_without_venv_is_named(tmp_path: Path, tools: Path) -> None:
    add_tool(tools, "node", "echo 20")
    add_tool(tools, "npm", "exit 0")
    script = 'case "$2" in *ensurepip*) exit 1 ;; esac; [ "$1" = --version ] && echo Python 3.11.9; exit 0'
    add_tool(tools, "mypython", script)
    done = install(tmp_path, tools, PYTHON=str(tools / "mypython"))
    assert done.returncode == 1
    assert "mypython cannot make virtual environments" in done.stderr
    assert "python3-venv" in done.stderr
