"""What `troth verify` believes beforehand: pins of the call, then of the data folder, never of the file."""

import json
from pathlib import Path

import pytest

from chain.deployments import list_deployments
from tests.support import instance
from tests.support.stack import free_ports

from .conftest import Verify, change, pins_of, verdicts

HOLDS, FAILS, UNUSABLE, UNDECIDED = 0, 1, 2, 3
OTHER_ADDRESS, OTHER_HASH = "0x" + "ab" * 20, "0x" + "ab" * 32


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Once on SQLite is enough: the command itself never opens a database."""
    return instance.copied_sqlite(sqlite_template, tmp_path)


def test_without_pins_nothing_about_the_chain_is_decided(
    verify: Verify, whole: Path, tmp_path: Path
) -> None:
    done = verify(whole, "--json", pins=tmp_path / "nothing")
    assert done.code == UNDECIDED
    chain_claims = ("anchored", "not_after", "not_before")
    assert {verdicts(done)[claim] for claim in chain_claims} == {"unknown"}
    assert verdicts(done)["integrity"] == "pass"


def test_a_pinned_chain_without_a_log_leaves_the_anchor_undecided(
    verify: Verify, whole: Path, data_dir: Path, tmp_path: Path
) -> None:
    chain_only = pins_of(data_dir)[:4]
    done = verify(whole, *chain_only, "--json", pins=tmp_path / "nothing")
    assert done.code == UNDECIDED
    assert verdicts(done)["anchored"] == "unknown"
    assert verdicts(done)["not_before"] == "pass"


def test_pins_of_a_log_without_its_chain_are_unusable(
    verify: Verify, whole: Path, tmp_path: Path
) -> None:
    done = verify(whole, "--contract", OTHER_ADDRESS, pins=tmp_path / "nothing")
    assert done.code == UNUSABLE
    assert "--chain-id and --genesis" in done.err


def test_all_pins_can_be_given_without_a_data_folder(
    verify: Verify, whole: Path, data_dir: Path, tmp_path: Path
) -> None:
    pins = [str(pin).upper().replace("0X", "0x") for pin in pins_of(data_dir)]
    given = [pin.lower() if pin.startswith("--") else pin for pin in pins]
    assert verify(whole, *given, "--depth", 0, pins=tmp_path / "nothing").code == HOLDS
    deeper = verify(whole, *given, pins=tmp_path / "nothing")
    assert deeper.code == UNDECIDED
    assert "12 are needed" in deeper.out


@pytest.mark.parametrize("pin", ["--chain-id", "--genesis", "--contract", "--anchorer"])
def test_each_pin_may_be_given_by_itself_beside_the_deployment_record(
    verify: Verify, whole: Path, data_dir: Path, pin: str
) -> None:
    pins = pins_of(data_dir)
    assert verify(whole, pin, pins[pins.index(pin) + 1]).code == HOLDS


@pytest.mark.parametrize("pin", ["--contract", "--anchorer"])
def test_a_wrong_log_fails_though_file_chain_and_record_agree(
    verify: Verify, whole: Path, pin: str
) -> None:
    done = verify(whole, pin, OTHER_ADDRESS, "--json")
    assert done.code == FAILS
    assert verdicts(done)["anchored"] == "fail"
    assert verdicts(done)["integrity"] == "pass"


def test_a_pin_of_the_call_overrides_the_deployment_record(
    verify: Verify, whole: Path, data_dir: Path
) -> None:
    right = pins_of(data_dir)
    (record,) = (data_dir / "deployments").glob("*.json")
    wrong = {"contract": OTHER_ADDRESS, "anchorer": OTHER_ADDRESS}
    record.write_text(json.dumps(json.loads(record.read_text()) | wrong))
    assert verify(whole).code == FAILS
    assert verify(whole, *right[4:]).code == HOLDS


def test_another_genesis_leaves_the_chain_undecided(
    verify: Verify, whole: Path, data_dir: Path
) -> None:
    log = pins_of(data_dir)[4:]
    chain_id = pins_of(data_dir)[1]
    done = verify(whole, "--chain-id", chain_id, "--genesis", OTHER_HASH, *log)
    assert done.code == UNDECIDED
    assert f"the pin says {OTHER_HASH}" in done.out


def test_a_file_for_another_chain_than_the_pinned_one_fails(
    verify: Verify, whole: Path, data_dir: Path
) -> None:
    genesis = pins_of(data_dir)[3]
    done = verify(whole, "--chain-id", 1, "--genesis", genesis, "--json")
    assert done.code == FAILS
    assert verdicts(done)["anchored"] == "fail"


def test_a_file_cannot_bring_its_own_anchorer(verify: Verify, whole: Path, data_dir: Path) -> None:
    stated = json.loads(whole.read_text())["anchor"]["anchorer"]
    assert verify(whole, "--anchorer", stated).code == HOLDS
    change(whole, lambda bundle: bundle["anchor"].update(anchorer=OTHER_ADDRESS))
    assert verify(whole).code == FAILS
    assert stated in pins_of(data_dir)


def shown_pins(data_dir: Path, depth: int = 0) -> dict[str, object]:
    names = ("chain_id", "genesis", "contract", "anchorer")
    return dict(zip(names, pins_of(data_dir)[1::2], strict=True)) | {"depth": depth}


def test_the_pins_and_where_they_come_from_are_told(
    verify: Verify, whole: Path, data_dir: Path
) -> None:
    done = verify(whole)
    assert f"Pins (from the options, else from {data_dir}):" in done.out
    for name, value in shown_pins(data_dir).items():
        assert f"  {name:<9} {value}\n" in done.out
    told = json.loads(verify(whole, "--json").out)["pins"]
    (record,) = list_deployments(data_dir)
    assert record.identity_registry is not None
    claims = {"registry": record.identity_registry.address, "issuers": [record.issuer]}
    assert told == shown_pins(data_dir) | claims | {"data_dir": str(data_dir)}


def test_the_told_pins_are_those_of_the_call(verify: Verify, whole: Path, data_dir: Path) -> None:
    options = ("--contract", OTHER_ADDRESS.upper().replace("0X", "0x"), "--depth", 7)
    told = json.loads(verify(whole, *options, "--json").out)["pins"]
    assert (told["contract"], told["depth"]) == (OTHER_ADDRESS, 7)
    assert f"contract  {OTHER_ADDRESS}\n" in verify(whole, *options).out


def test_it_is_told_when_there_are_no_pins(verify: Verify, whole: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    assert "Pins: none; give --chain-id, --genesis" in verify(whole, pins=nothing).out
    assert json.loads(verify(whole, "--json", pins=nothing).out)["pins"] is None


@pytest.mark.parametrize("pin", ["--contract", "--anchorer"])
def test_offline_a_file_that_contradicts_the_pins_fails(
    verify: Verify, whole: Path, pin: str
) -> None:
    (dead,) = free_ports(1)
    nowhere = f"http://127.0.0.1:{dead}"
    assert verify(whole, "--offline", node=nowhere).code == HOLDS
    done = verify(whole, "--offline", pin, OTHER_ADDRESS, "--json", node=nowhere)
    assert done.code == FAILS
    assert verdicts(done)["anchored"] == "fail"
