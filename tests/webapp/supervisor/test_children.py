import re
import shlex
import sys
from pathlib import Path

from tests.support.stack import ROOT
from webapp.supervisor import PortClaim, beat_child, chain_child, web_child, worker_child

CLAIM = PortClaim("::1", 8123, "TROTH_PORT")


def test_the_chain_is_told_its_file_address_and_origins(tmp_path: Path) -> None:
    child = chain_child(tmp_path, CLAIM, tmp_path / "chain.sqlite", ["http://a", "http://b"])
    words = " ".join(child.argv)
    assert f"-m chain.devnode --data {tmp_path}/chain.sqlite --host ::1 --port 8123" in words
    assert words.endswith("--origin http://a --origin http://b")


def test_the_web_application_listens_on_a_bracketed_ipv6_address(tmp_path: Path) -> None:
    child = web_child(tmp_path, CLAIM, {"TROTH_X": "1"})
    assert child.argv[child.argv.index("--bind") + 1] == "[::1]:8123"
    assert child.argv[-1] == "webapp:create_app()"
    assert child.env == {"TROTH_X": "1"}


def test_every_child_logs_into_the_data_folder(tmp_path: Path) -> None:
    children = [
        chain_child(tmp_path, CLAIM, tmp_path / "c"),
        web_child(tmp_path, CLAIM, {}),
        worker_child(tmp_path, {}),
        beat_child(tmp_path, {}),
    ]
    assert [child.log for child in children] == [
        tmp_path / "logs" / f"{name}.log" for name in ("chain", "web", "worker", "beat")
    ]


def test_the_start_does_not_depend_on_a_worker_without_its_broker(tmp_path: Path) -> None:
    child = worker_child(tmp_path, {})
    assert not child.ready_required
    assert child.hindered is not None
    assert not child.hindered()
    child.log.parent.mkdir()
    child.log.write_text("consumer: Cannot connect to redis://127.0.0.1:1/0: refused.")
    assert child.hindered()


def test_the_commands_of_the_documentation_are_those_that_run() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    told = [
        shlex.split(line)
        for line in re.findall(r"^\.venv/bin/python -m celery .*$", page, re.MULTILINE)
    ]
    folder = re.findall(r"^TROTH_DATA_DIR=(.*)$", page, re.MULTILINE)[0]
    children = [make(Path(folder), {}) for make in (worker_child, beat_child)]
    run = [[".venv/bin/python", *child.argv[1:]] for child in children]
    assert all(child.argv[0] == sys.executable for child in children)
    assert told == run
