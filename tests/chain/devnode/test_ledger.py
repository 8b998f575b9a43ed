"""Time, genesis, restarts, failures in the middle of a block, and going back."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from chain.devnode import DevNode, RpcError


def _head(node: DevNode) -> dict[str, Any]:
    block: dict[str, Any] = node.request("eth_getBlockByNumber", ["latest", False])
    return block


def _time(node: DevNode) -> int:
    return int(_head(node)["timestamp"], 16)


def test_a_block_is_stamped_when_it_is_mined_not_when_the_one_before_was(
    node: DevNode, clock: Any, signer: Any
) -> None:
    signer.send(node)
    clock.now += 3_600
    signer.send(node)
    assert _time(node) == int(clock.now)
    clock.now += 86_400
    signer.send(node)
    assert _time(node) == int(clock.now)


def test_blocks_of_one_second_and_a_clock_set_back_still_rise(
    node: DevNode, clock: Any, signer: Any
) -> None:
    start = _time(node)
    for step in (1, 2, 3):
        signer.send(node)
        assert _time(node) == start + step
    clock.now -= 10_000
    signer.send(node)
    assert _time(node) == start + 4


def test_time_is_that_of_mining_after_a_restart_too(
    tmp_path: Path, clock: Any, signer: Any
) -> None:
    node = DevNode(tmp_path / "chain", clock=clock)
    signer.send(node)
    node.close()
    clock.now += 500
    node = DevNode(tmp_path / "chain", clock=clock)
    clock.now += 500
    signer.send(node)
    assert _time(node) == int(clock.now)
    node.close()


def test_the_contract_sees_the_time_and_the_randomness_of_its_block(
    node: DevNode, clock: Any, contract: Any
) -> None:
    clock.now += 777
    contract.functions.keep(1, 1, "").transact()
    block = _head(node)
    assert contract.functions.prevrandao().call() == int(block["mixHash"], 16)
    number, seen, _, _ = contract.functions.context().call()
    assert (number, seen) == (int(block["number"], 16), int(clock.now))


def test_a_new_chain_has_another_genesis_and_a_reopened_one_the_same(
    tmp_path: Path, clock: Any
) -> None:
    def genesis(path: Path) -> str:
        node = DevNode(path, clock=clock)
        block: str = node.request("eth_getBlockByNumber", ["0x0", False])["hash"]
        node.close()
        return block

    first = genesis(tmp_path / "one")
    assert genesis(tmp_path / "one") == first
    assert genesis(tmp_path / "two") != first
    (tmp_path / "one").unlink()
    assert genesis(tmp_path / "one") != first


def test_everything_is_there_after_a_restart(tmp_path: Path, clock: Any, signer: Any) -> None:
    node = DevNode(tmp_path / "chain", clock=clock)
    sent = [signer.send(node, value=number) for number in range(5)]
    asked = [
        ("eth_getBlockByNumber", ["0x3", True]),
        ("eth_getTransactionReceipt", [sent[4]]),
        ("eth_getBalance", ["0x" + "11" * 20, "0x2"]),
        ("eth_getTransactionCount", [signer.address, "latest"]),
    ]
    before = [node.request(method, params) for method, params in asked]
    node.close()
    node = DevNode(tmp_path / "chain", clock=clock)
    assert [node.request(method, params) for method, params in asked] == before
    signer.send(node)
    assert _head(node)["number"] == "0x6"
    node.close()


def test_a_commit_that_fails_leaves_the_chain_as_it_was(
    node: DevNode, signer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer.send(node)
    before = _head(node)

    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(node._store, "commit", full)
        with pytest.raises(RpcError, match=r"nothing was changed.*disk is full"):
            signer.send(node)
    assert _head(node) == before
    signer.send(node)
    assert _head(node)["parentHash"] == before["hash"]


def test_a_failure_inside_the_machine_leaves_the_chain_as_it_was(
    node: DevNode, signer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _head(node)
    with monkeypatch.context() as patch:
        patch.setattr(
            "chain.devnode.ledger.log_rows",
            lambda *_: (_ for _ in ()).throw(MemoryError("injected")),
        )
        with pytest.raises(MemoryError):
            signer.send(node)
    assert _head(node) == before
    assert node.request("eth_getTransactionCount", [signer.address, "pending"]) == "0x0"
    signer.send(node)


def test_going_back_takes_blocks_transactions_logs_and_state_away(
    node: DevNode, contract: Any
) -> None:
    snapshot = node.request("evm_snapshot", [])
    before = _head(node)
    kept = contract.functions.keep(1, 5, "gone").transact()
    gone = _head(node)["hash"]
    assert node.request("evm_revert", [snapshot]) is True
    assert _head(node) == before
    assert node.request("eth_getTransactionReceipt", ["0x" + kept.hex()]) is None
    assert node.request("eth_getBlockByHash", [gone, False]) is None
    assert node.request("eth_getLogs", [{"fromBlock": "0x0"}]) == []
    assert contract.functions.values(1).call() == 0
    contract.functions.keep(1, 6, "stays").transact()
    assert len(node.request("eth_getLogs", [{"fromBlock": "0x0"}])) == 1
    assert _head(node)["parentHash"] == before["hash"]
    assert _head(node)["hash"] != gone
    assert node.request("evm_revert", [snapshot]) is False


def test_the_chain_goes_on_after_going_back_and_a_restart(
    tmp_path: Path, clock: Any, signer: Any
) -> None:
    node = DevNode(tmp_path / "chain", clock=clock)
    signer.send(node)
    snapshot = node.request("evm_snapshot", [])
    signer.send(node)
    signer.send(node)
    node.request("evm_revert", [snapshot])
    node.close()
    node = DevNode(tmp_path / "chain", clock=clock)
    assert _head(node)["number"] == "0x1"
    signer.nonce = 1
    for _ in range(3):
        signer.send(node)
    assert _head(node)["number"] == "0x4"
    node.close()
