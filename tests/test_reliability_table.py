"""Every fault that docs/reliability.md promises to survive has a row there, and a test that exists."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "reliability.md"
FAULTS = (
    "killed after reserve",
    "killed between sign and save",
    "killed between save and send",
    "killed between send and status",
    "killed between send and receipt",
    "killed in a bump",
    "killed in sealing",
    "killed in a rewind",
    "killed at any point of a fixed course",
    "the same task twice, later",
    "the same task twice, at once",
    "two workers on one nonce",
    "a lock that expires while its holder lives",
    "time-out after the node accepted",
    "connection reset before",
    "already known",
    "already imported",
    "nonce too low, ours under an older hash",
    "nonce too low, somebody else's",
    "replacement underpriced, ours",
    "replacement underpriced, foreign",
    "a nonce gap",
    "dropped from the mempool",
    "an old attempt mines after its bump",
    "a reorg of depth 1 to k",
    "a reorg that drops the anchor",
    "a reorg that moves the anchor",
    "a reorg in which the anchor reverts",
    "a reorg below finality",
    "a node that lags",
    "a node that flaps",
    "a node that answers empty logs",
    "a node that answers an old nonce",
    "two nodes that disagree",
    "the chain restarted empty",
    "a commit that fails after a send",
    "the database restored from an older backup",
    "the broker down",
    "the broker restarted",
    "every message lost",
    "a publish silently dropped",
    "a clock wrong by an hour",
    "fees above the cap, then back",
    "the signer out of funds, then funded",
    "a wrong chain id",
    "a wrong genesis",
    "no code at the address",
    "a call that does nothing, for want of code",
    "the root already anchored",
    "out of gas",
    "a worker killed for memory ten times",
    "a poisoned message",
    "an unknown task",
    "a signer slow or away",
    "a signer with the wrong key",
    "a disk that is full",
    "SQLite locked",
    "SIGTERM in a send",
    "malformed answers",
    "two schedulers",
    "one Idempotency-Key twice, same body",
    "one Idempotency-Key twice, other body",
)


def rows() -> dict[str, tuple[str, str]]:
    """Return test and outcome by fault, as the page's table has them."""
    table = PAGE.read_text(encoding="utf-8").partition("## Faults")[2]
    lines = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    return {fault: (test.strip("`"), outcome) for fault, test, outcome in lines[2:]}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fault_has_a_row_that_names_a_test(fault: str) -> None:
    test, outcome = rows()[fault]
    file, _, name = test.partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert name in found, f"{file} has no {name}"
    assert outcome


def test_the_page_lists_nothing_else() -> None:
    assert set(rows()) == set(FAULTS)
