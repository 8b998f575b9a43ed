"""The whole stack as processes: `troth run` in a folder of its own, on free ports."""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from webapp.commands.demo.client import Person
from webapp.commands.verify import Wanted, verify_file
from webapp.config import load_settings

ROOT = Path(__file__).resolve().parents[2]
TROTH = (sys.executable, "-m", "webapp.cli")
# Generous, since several stacks may start at once on a small machine.
PATIENCE = 150.0
MARK = "STACK_TEST_MARK"
# Two versions of Alice's post, Bob's answer, and Bob's deleted post with its Deletion.
PROVED_BY_DEMO = 5


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


class Stack:
    """`troth run` with settings of its own.

    Its processes are known by a mark that they inherit, or by the folder in their command line:
    Redis overwrites its environment.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.data_dir = folder, folder / "data"
        port, chain_port = free_ports(2)
        self.url, self.rpc = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{chain_port}"
        self._mark = uuid.uuid4().hex
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
        own = {
            "TMPDIR": str(folder),
            "TROTH_DATA_DIR": str(self.data_dir),
            "TROTH_PORT": str(port),
            "TROTH_CHAIN_PORT": str(chain_port),
            MARK: self._mark,
        }
        self.env = clean | own | settings
        self._output = folder / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Stack":
        """Start, and wait until everything is up."""
        with self._output.open("wb") as file:
            self.process = subprocess.Popen(
                [*TROTH, "run"],
                env=self.env,
                cwd=ROOT,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process = self.process

        def up() -> bool:
            assert process.poll() is None, self.logs()
            return "Ctrl-C stops everything" in self._output.read_text()

        try:
            wait_until(up, "the stack is up")
        except BaseException:
            self.end()
            raise
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal the supervisor's process group, as a terminal does, and return its exit code."""
        assert self.process is not None
        os.killpg(self.process.pid, number)
        return self.process.wait(PATIENCE)

    def child(self, words: str) -> int:
        """Return the process id of the one process whose command line holds the words."""
        (pid,) = [pid for pid in self.left() if words in command_line(pid)]
        return pid

    def left(self) -> set[int]:
        """Return the living processes, in whatever session or group they are."""
        return marked(self._mark, self.folder)

    def end(self) -> None:
        """Stop whatever lives; for clean-up, asserts nothing."""
        for pid in self.left():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
            self.process.kill()
            self.process.wait()
        for pid in self.left():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def logs(self) -> str:
        """Return the ends of all logs, for people who look into a failure."""
        files = [self._output, *sorted((self.data_dir / "logs").glob("*.log"))]
        ends = [f"--- {file.name}\n{file.read_text(errors='replace')[-3_000:]}" for file in files]
        return "\n".join(ends)

    def troth(self, *args: object, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run the `troth` command with the stack's settings."""
        return run_troth(*args, env=self.env | settings)

    def verify(self, bundle: Path, *, as_json: bool = False) -> tuple[int, str]:
        """Do as `troth verify` does with the stack's settings; return the exit code and what it printed."""
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = verify_file(Wanted(bundle), load_settings(self.env), as_json=as_json)
        return code, said.getvalue()

    def person(self, name: str) -> Person:
        """Return somebody who has signed in and allowed a device."""
        person = Person(name, self.url)
        person.sign_in()
        person.allow_device()
        return person

    def bundle(self, post: dict[str, Any], name: str = "bundle.json") -> Path:
        """Save the bundle of a post's newest entry and return the file."""
        answer = requests.get(f"{self.url}/api/v1/posts/{post['id']}/bundle", timeout=15)
        assert answer.ok, answer.text
        file = self.folder / name
        file.write_bytes(answer.content)
        return file

    def await_final(self, *posts: dict[str, Any]) -> None:
        """Wait until the posts are final."""

        left = list(posts)

        def final() -> bool:
            while left:
                answer = requests.get(f"{self.url}/api/v1/posts/{left[-1]['id']}", timeout=15)
                assert answer.ok, answer.text
                if answer.json()["anchoring"]["state"] != "final":
                    return False
                left.pop()
            return True

        wait_until(final, "the posts are final")


def run_troth(*args: object, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the `troth` command to its end."""
    words = [*TROTH, *map(str, args)]
    return subprocess.run(
        words, env=env, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


@contextmanager
def stack_folder() -> Iterator[Path]:
    """Give a folder with a path short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="ts", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def running_stack(**settings: str) -> Iterator[Stack]:
    """Give a stack that is up; stop it at the end and write its logs, shown after a failure."""
    with stack_folder() as folder:
        stack = Stack(folder, **settings)
        try:
            yield stack.start()
        finally:
            stack.end()
            sys.stderr.write(stack.logs())


def command_line(pid: int) -> str:
    """Return a process's command line, empty if it has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    return ""


def marked(mark: str, folder: Path) -> set[int]:
    """Return the living processes with the mark in their environment or the folder among their words."""
    found = set()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        pid = int(environ.parent.name)
        with contextlib.suppress(OSError):
            inherited = f"{MARK}={mark}".encode() in environ.read_bytes().split(b"\0")
            if inherited or f"{folder}/" in command_line(pid):
                found.add(pid)
    return found


def anchor_of(bundle: Path) -> dict[str, Any]:
    """Return what a saved bundle states of its anchor."""
    anchor: dict[str, Any] = json.loads(bundle.read_text())["anchor"]
    return anchor


def check_demo(output: str) -> None:
    """Assert that `troth demo` said of every version that it was proved."""
    assert output.count(": proved, signed by the author's device 0x") == PROVED_BY_DEMO
    assert "NOT" not in output
    assert "Bob's deleted post, version 1 (Post): proved" in output
    assert "text erased" in output
    assert "Bob's deleted post, version 2 (Deletion): proved" in output
    assert "Everything was proved." in output.splitlines()
