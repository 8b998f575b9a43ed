import dataclasses
import json
from pathlib import Path

import pytest

from chain.deployments import Deployment, Place, list_deployments
from chain.errors import UnusableRecord

RECORD = Deployment(
    chain_id=31337,
    genesis=b"\1" * 32,
    contract="0x" + "aa" * 20,
    code_hash=b"\2" * 32,
    block=7,
    anchorer="0x" + "bb" * 20,
    identity_registry=Place("0x" + "cc" * 20, b"\4" * 32, 8),
    asset_registry=Place("0x" + "dd" * 20, b"\5" * 32, 9),
)


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    path = RECORD.save(tmp_path)
    assert Deployment.load(tmp_path, 31337) == RECORD
    assert [file.name for file in path.parent.iterdir()] == ["31337.json"]


def test_the_record_is_readable_json(tmp_path: Path) -> None:
    assert json.loads(RECORD.save(tmp_path).read_text(encoding="utf-8")) == {
        "chain_id": 31337,
        "genesis": "0x" + "01" * 32,
        "contract": "0x" + "aa" * 20,
        "code_hash": "0x" + "02" * 32,
        "block": 7,
        "anchorer": "0x" + "bb" * 20,
        "identity_registry": {
            "address": "0x" + "cc" * 20,
            "code_hash": "0x" + "04" * 32,
            "block": 8,
        },
        "asset_registry": {
            "address": "0x" + "dd" * 20,
            "code_hash": "0x" + "05" * 32,
            "block": 9,
        },
    }


def test_a_record_from_before_the_registries_is_read(tmp_path: Path) -> None:
    old = dataclasses.replace(RECORD, identity_registry=None, asset_registry=None)
    path = old.save(tmp_path)
    assert set(json.loads(path.read_text(encoding="utf-8"))) == {
        *("chain_id", "genesis", "contract", "code_hash", "block", "anchorer")
    }
    assert Deployment.load(tmp_path, 31337) == old


def test_there_is_one_record_per_chain(tmp_path: Path) -> None:
    other = dataclasses.replace(RECORD, chain_id=1)
    newer = dataclasses.replace(RECORD, genesis=b"\3" * 32)
    for record in (RECORD, other, newer):
        record.save(tmp_path)
    assert Deployment.load(tmp_path, 31337) == newer
    assert list_deployments(tmp_path) == [other, newer]


def test_where_nothing_was_deployed_there_is_no_record(tmp_path: Path) -> None:
    assert Deployment.load(tmp_path, 31337) is None
    assert list_deployments(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    "change",
    [
        {"genesis": "0x01"},
        {"genesis": None},
        {"contract": "0x" + "AA" * 20},
        {"chain_id": "31337"},
        {"chain_id": 5},
        {"block": True},
        {"block": -1},
        {"more": 1},
        {"asset_registry": "0x" + "dd" * 20},
        {"asset_registry": {"address": "0x" + "dd" * 20}},
        {"asset_registry": {"address": "0xdd", "code_hash": "0x" + "05" * 32, "block": 9}},
        {
            "asset_registry": {
                "address": "0x" + "dd" * 20,
                "code_hash": "0x" + "05" * 32,
                "block": "9",
            }
        },
    ],
)
def test_a_damaged_record_is_named(tmp_path: Path, change: dict[str, object]) -> None:
    path = RECORD.save(tmp_path)
    content = json.loads(path.read_text(encoding="utf-8")) | change
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UnusableRecord) as caught:
        Deployment.load(tmp_path, 31337)
    assert caught.value.path == path
    with pytest.raises(UnusableRecord):
        list_deployments(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"chain_id": 31337}'])
def test_a_record_that_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    RECORD.save(tmp_path).write_text(text, encoding="utf-8")
    with pytest.raises(UnusableRecord):
        Deployment.load(tmp_path, 31337)


def test_a_write_that_fails_leaves_the_old_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = RECORD.save(tmp_path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        dataclasses.replace(RECORD, block=8).save(tmp_path)
    assert Deployment.load(tmp_path, 31337) == RECORD
    assert list(path.parent.iterdir()) == [path]
