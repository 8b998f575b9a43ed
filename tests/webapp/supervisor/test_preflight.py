import socket
from pathlib import Path

import pytest

from webapp.supervisor import PortClaim, prepare
from webapp.supervisor.errors import (
    AlreadyRunningError,
    DataFolderError,
    MissingArtifactsError,
    MissingToolError,
    PortInUseError,
    PortRefusedError,
    SupervisorError,
)
from webapp.supervisor.preflight import check_ports


def test_a_port_in_use_names_the_port_and_the_variable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortInUseError) as caught:
            prepare(tmp_path, [PortClaim("127.0.0.1", port, "TROTH_CHAIN_PORT")])
    assert f"Port {port} on 127.0.0.1 is already in use" in str(caught.value)
    assert "TROTH_CHAIN_PORT" in str(caught.value)
    # The lock was given back: with the port free the same folder can be used.
    prepare(tmp_path, [PortClaim("127.0.0.1", port, "TROTH_CHAIN_PORT")]).release()


def test_a_port_that_was_just_closed_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            connection, _ = server.accept()
            connection.close()
            assert client.recv(1) == b""
    check_ports([PortClaim("127.0.0.1", port, "TROTH_PORT")])


def test_the_same_port_twice_is_refused(free_port: int) -> None:
    claims = [
        PortClaim("127.0.0.1", free_port, name) for name in ("TROTH_PORT", "TROTH_CHAIN_PORT")
    ]
    with pytest.raises(PortInUseError) as caught:
        check_ports(claims)
    assert caught.value.variable == "TROTH_CHAIN_PORT"


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_a_host_that_is_not_ours_is_refused(host: str, free_port: int) -> None:
    with pytest.raises(PortRefusedError) as caught:
        check_ports([PortClaim(host, free_port, "TROTH_PORT")])
    assert caught.value.host == host
    assert caught.value.reason


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    for folder in (tmp_path / "data", tmp_path / "data" / "below"):
        with pytest.raises(DataFolderError, match="TROTH_DATA_DIR"):
            prepare(folder, [])


def test_the_data_folder_is_made_private(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    prepare(folder, []).release()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_second_lock_is_refused_and_names_the_holder(tmp_path: Path) -> None:
    with prepare(tmp_path, []), pytest.raises(AlreadyRunningError, match="stop it first") as caught:
        prepare(tmp_path, [])
    assert caught.value.pid is not None
    prepare(tmp_path, []).release()


def test_missing_artifacts_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "AnchorLog.json"):
        with pytest.raises(MissingArtifactsError, match="python -m chain") as caught:
            prepare(tmp_path / "data", [], artifacts=[path])
        assert caught.value.path == path
    (tmp_path / "AnchorLog.json").write_text("{}")
    prepare(tmp_path / "data", [], artifacts=[tmp_path / "AnchorLog.json"]).release()


def test_a_missing_tool_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingToolError) as caught:
        prepare(tmp_path, [], tools=[("no-such-tool", "install Node 20 or newer")])
    assert str(caught.value) == "no-such-tool was not found: install Node 20 or newer."
    assert isinstance(caught.value, SupervisorError)
