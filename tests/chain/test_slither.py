"""`make check` runs slither over the contracts; here it is shown that nothing slips through."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.config import ROOT, ChainConfig
from tools import slither
from tools.slither import Finding

FLAWED = """// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
contract Small {
    address public owner = msg.sender;
    function take() external {
        if (tx.origin == owner) payable(msg.sender).transfer(address(this).balance);
    }
    receive() external payable {}
}
"""


@pytest.mark.timeout(900)
def test_a_flaw_is_found_and_has_to_be_answered(
    small_project: Callable[..., ChainConfig],
) -> None:
    root = small_project(FLAWED).root
    shutil.copy(ROOT / "foundry.toml", root)
    found = slither.analyse(root)
    flaw = Finding("tx-origin", "Small.take()")
    assert flaw in found
    answers = root / slither.ANSWERS
    assert len(slither.problems(found, slither.answered(answers))) == len(found)
    lines = [f"- {{check: {one.check}, where: '{one.where}', answer: Meant}}" for one in found]
    answers.write_text("\n".join(lines), encoding="utf-8")
    assert slither.problems(found, slither.answered(answers)) == []
    (stale,) = slither.problems(found[1:], slither.answered(answers))
    assert found[0].check in stale


def test_one_answer_answers_one_finding() -> None:
    one = Finding("timestamp", "A.b()")
    assert slither.problems([one], [one]) == []
    assert len(slither.problems([one, one], [one])) == 1
    assert len(slither.problems([one], [one, one])) == 1
    assert len(slither.problems([one], [Finding("timestamp", "A.c()")])) == 2


@pytest.mark.parametrize(
    "text",
    [
        "- {check: timestamp, where: A.b()}",
        "- {check: timestamp, where: A.b(), answer: ''}",
        "- {check: timestamp, where: A.b(), answer: Meant, more: 1}",
    ],
)
def test_an_answer_says_something(tmp_path: Path, text: str) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="answer"):
        slither.answered(answers)


def test_every_answer_of_ours_is_whole() -> None:
    assert slither.answered(ROOT / slither.ANSWERS)


def test_a_tool_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(slither.ToolFailedError, match="make dev"):
        slither.analyse(tmp_path)


def test_an_unknown_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert slither.main(["--chek"]) == 2
    assert "usage" in capsys.readouterr().err
