import json
import shutil
from pathlib import Path

import pytest

from chain import config, gas
from chain.config import ROOT
from chain.gas.__main__ import main


@pytest.fixture(scope="module")
def measured(compiled: None) -> dict[str, int]:
    return gas.measure_all(config.load())


def test_every_figure_reaches_its_aim_and_is_saved(measured: dict[str, int]) -> None:
    assert gas.problems(measured, ROOT / gas.SNAPSHOT) == []


def test_every_figure_is_measured(measured: dict[str, int]) -> None:
    assert list(measured) == [figure.name for figure in gas.FIGURES] + list(gas.PEERS)
    assert measured[gas.FIRST.name] > measured[gas.STEADY.name] > 40_000
    assert measured[gas.CHECK_10000.name] > measured[gas.CHECK_1000.name] > 2_100


def test_a_stale_or_missing_number_is_noticed(measured: dict[str, int], tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot.json"
    assert len(gas.problems(measured, snapshot)) == len(measured)
    shutil.copy(ROOT / gas.SNAPSHOT, snapshot)
    saved = json.loads(snapshot.read_text(encoding="utf-8"))
    snapshot.write_text(json.dumps(saved | {gas.STEADY.name: 1, "gone": 2}), encoding="utf-8")
    stale = gas.problems(measured, snapshot)
    assert [problem.partition(":")[0] for problem in stale] == [gas.STEADY.name, "gone"]
    assert all("--write" in problem for problem in stale)


def test_a_figure_above_its_aim_is_noticed(measured: dict[str, int], tmp_path: Path) -> None:
    dear = measured | {gas.STEADY.name: 55_001}
    snapshot = tmp_path / "snapshot.json"
    snapshot.write_text(json.dumps(dear), encoding="utf-8")
    (problem,) = gas.problems(dear, snapshot)
    assert "55,001" in problem


def test_a_figure_above_its_peer_is_noticed(measured: dict[str, int], tmp_path: Path) -> None:
    cheap = measured | {gas.TRANSFER.at_most: measured[gas.TRANSFER.name] - 1}
    snapshot = tmp_path / "snapshot.json"
    snapshot.write_text(json.dumps(cheap), encoding="utf-8")
    (problem,) = gas.problems(cheap, snapshot)
    assert gas.TRANSFER.at_most in problem


def test_every_peer_that_is_named_is_measured(measured: dict[str, int]) -> None:
    named = {peer for figure in gas.FIGURES for peer in (*figure.peers, figure.at_most) if peer}
    assert named == set(gas.PEERS) <= measured.keys()


def test_the_table_puts_peers_beside(measured: dict[str, int]) -> None:
    shown = gas.table(measured)
    assert f"{measured[gas.STEADY.name]:,}" in shown
    assert "24,603" in shown
    for peer in gas.PEERS:
        assert f"{peer} {measured[peer]:,}" in shown
    assert f"{measured[gas.STEADY.name] / 10_000:.2f}" in shown


def test_an_unknown_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--chek"]) == 2
    assert "usage" in capsys.readouterr().err
