"""`troth self-anchor` believes neither the node, nor the file with signed bytes, nor the bundle."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.errors import NonceTooLow, SendRejected
from chain.proofs.bundle import parse_bundle
from chain.proofs.keccak import keccak256
from chain.proofs.records import Kind, check_message, content
from tests.support.wallet import Person
from tests.webapp.commands.conftest import Run, change
from tests.webapp.commands.self_anchor.conftest import (
    DONE,
    NOT_YET,
    REFUSED,
    Anchored,
    batches_of,
    out_of,
    pending_of,
)
from webapp.commands.self_anchor.limits import GAS_CEILING

Stalled = Callable[..., Path]
GWEI = 10**9


def refuse(monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[bytes]:
    """Have the node refuse what it is sent, and return where that is collected."""
    taken: list[bytes] = []

    def refused(self: ChainClient, raw: bytes) -> bytes:
        taken.append(raw)
        raise error

    monkeypatch.setattr(ChainClient, "send_raw", refused)
    return taken


def suggest(monkeypatch: pytest.MonkeyPatch, **fees: int) -> None:
    """Have the node suggest other fees than it would."""
    real = ChainClient.fees

    def lying(self: ChainClient) -> Any:
        true = real(self)
        return type(true)(**{"base": true.base, "max_fee": true.max_fee, "priority": 0} | fees)

    monkeypatch.setattr(ChainClient, "fees", lying)


def test_a_tip_above_the_limit_is_not_paid(
    run: Anchored, stalled: Stalled, funded: Person, client: ChainClient, monkeypatch: Any
) -> None:
    file = stalled()
    suggest(monkeypatch, priority=5_000 * GWEI, max_fee=5_002 * GWEI)
    before = client.balance(funded.address)
    assert run(file).code == DONE
    assert before - client.balance(funded.address) <= GAS_CEILING * 7 * GWEI


@pytest.mark.parametrize(
    ("options", "fees", "gas", "words"),
    [
        ((), {"base": 101 * GWEI}, 0, "--max-fee-gwei"),
        (("--max-cost", "0.00001"), {}, 0, "--max-cost"),
        ((), {}, 500_000, "500000 gas"),
    ],
)
def test_nothing_is_signed_above_a_limit(
    run: Anchored,
    stalled: Stalled,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    fees: dict[str, int],
    gas: int,
    words: str,
) -> None:
    file = stalled()
    suggest(monkeypatch, **fees)
    if gas:
        monkeypatch.setattr(ChainClient, "estimate_gas", lambda *_, **__: gas)
    done = run(file, *options)
    assert (done.code, pending_of(file).exists()) == (REFUSED, False)
    assert words in done.err


@pytest.mark.parametrize("amount", ["0", "-1", "nan", "inf", "words"])
def test_a_limit_is_a_number_above_zero(run: Anchored, stalled: Stalled, amount: str) -> None:
    assert "is not a number above zero" in run(stalled(), "--max-cost", amount).err


def test_without_a_yes_nothing_is_signed(
    troth: Run, rpc: str, key_file: Path, data_dir: Path, stalled: Stalled, monkeypatch: Any
) -> None:
    file = stalled()
    monkeypatch.setattr("sys.stdin", io.StringIO())
    done = troth("self-anchor", file, "--rpc", rpc, "--key-file", key_file, data_dir=data_dir)
    assert (done.code, pending_of(file).exists()) == (REFUSED, False)
    assert "ether at most" in done.err
    assert "Nothing was signed" in done.err


@pytest.mark.parametrize(
    "error", [SendRejected(-32000, "txpool is full"), NonceTooLow(-32000, "nonce too low")]
)
def test_a_node_that_refuses_gets_no_second_transaction(
    run: Anchored, stalled: Stalled, funded: Person, client: ChainClient, error: Exception
) -> None:
    file = stalled()
    with pytest.MonkeyPatch.context() as patched:
        taken = refuse(patched, error)
        assert [run(file).code for _ in range(3)] == [NOT_YET] * 3
    assert len(set(taken)) == 1
    assert pending_of(file).exists()
    assert run(file).code == DONE
    assert batches_of(client, funded) == 1


def test_another_record_is_signed_on_the_same_nonce_until_the_chain_counts_it(
    run: Anchored, stalled: Stalled, funded: Person, client: ChainClient
) -> None:
    first, second = stalled(), stalled()
    with pytest.MonkeyPatch.context() as patched:
        refuse(patched, SendRejected(-32000, "txpool is full"))
        assert run(first).code == NOT_YET
    pending_of(first).rename(pending_of(second))
    with pytest.MonkeyPatch.context() as patched:
        taken = refuse(patched, SendRejected(-32000, "txpool is full"))
        assert run(second).code == NOT_YET
    assert len(taken) == 1
    assert json.loads(pending_of(second).read_text())["nonce"] == 0
    assert run(second).code == DONE
    assert client.nonce(funded.address) == 1


FOREIGN = "0x" + "66" * 20


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"by": "another"}, "is signed by"),
        ({"to": FOREIGN}, f"goes to {FOREIGN}"),
        ({"data": b""}, "cannot be read|something else"),
        ({"data": AnchorLog.close()}, "something else"),
        ({"chainId": 5}, "is for chain 5"),
        ({"value": 1}, "sends 1 wei"),
        ({"gas": 10**6}, "1000000 gas"),
        ({"maxFeePerGas": 101 * GWEI}, "--max-fee-gwei"),
        ({"nonce": 7}, "has nonce 7"),
    ],
)
def test_saved_bytes_that_are_no_such_anchor_are_never_sent(
    run: Anchored,
    stalled: Stalled,
    funded: Person,
    client: ChainClient,
    edit: dict[str, Any],
    words: str,
) -> None:
    file = stalled()
    with pytest.MonkeyPatch.context() as patched:
        refuse(patched, SendRejected(-32000, "txpool is full"))
        assert run(file).code == NOT_YET
    kept = json.loads(pending_of(file).read_text())
    entry = parse_bundle(file.read_bytes()).entry
    call = {
        "type": 2,
        "chainId": client.chain_id(),
        "nonce": 0,
        "to": funded.log()["domain"]["verifyingContract"],
        "value": 0,
        "data": AnchorLog.anchor(0, bytes.fromhex(kept["leaf"][2:]), 1),
        "gas": 100_000,
        "maxFeePerGas": 10 * GWEI,
        "maxPriorityFeePerGas": GWEI,
    }
    key = b"\xd1" * 32 if edit.pop("by", None) else funded.wallet.key
    call |= edit
    # eth-account takes an address in its checksum form or as bytes.
    call["to"] = bytes.fromhex(call["to"][2:])
    kept["raw"] = "0x" + bytes(Account.sign_transaction(call, key).raw_transaction).hex()
    pending_of(file).write_text(json.dumps(kept))
    with pytest.MonkeyPatch.context() as patched:
        taken = refuse(patched, SendRejected(-32000, "txpool is full"))
        done = run(file)
    assert (done.code, taken) == (REFUSED, [])
    assert pending_of(file).exists()
    assert entry.author == funded.address
    assert any(word in done.err for word in words.split("|"))


def test_what_the_author_never_signed_is_not_anchored(
    run: Anchored, stalled: Stalled, funded: Person, client: ChainClient
) -> None:
    def forge(bundle: dict[str, Any]) -> None:
        signature = b"\x11" * 70
        bundle["message"]["text"] = "never written"
        message = check_message(Kind.POST, bundle["message"])
        bundle["signature"] = "0x" + signature.hex()
        bundle["entry"]["signature"] = "0x" + keccak256(signature).hex()
        bundle["entry"]["content"] = "0x" + content(Kind.POST, message).hex()

    done = run(change(stalled(), forge))
    assert done.code == REFUSED
    assert "anchoring it would make it look as if" in done.err
    assert client.nonce(funded.address) == 0


def test_a_link_that_waits_beside_the_file_is_not_written_through(
    run: Anchored, stalled: Stalled, tmp_path: Path
) -> None:
    file, precious = stalled(), tmp_path / "precious"
    precious.write_text("untouched")
    for name in (out_of(file), pending_of(file)):
        name.with_name(name.name + ".new").symlink_to(precious)
    out_of(file).symlink_to(precious)
    assert run(file).code == DONE
    assert precious.read_text() == "untouched"
    assert not out_of(file).is_symlink()
