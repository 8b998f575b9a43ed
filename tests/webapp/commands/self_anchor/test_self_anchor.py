"""`troth self-anchor`: an author anchors its own record when the server stalls, once, with its own key."""

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_hash.auto import keccak
from flask import Flask

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import Sender
from chain.devnode.node import DevNode
from chain.errors import SendOutcomeUnknown
from chain.proofs.bundle import parse_bundle
from chain.signer import LocalSigner
from tests.support.answers import closed_port
from tests.support.wallet import Person
from tests.webapp.commands.conftest import Verify, change, verdicts
from tests.webapp.commands.self_anchor.conftest import (
    DONE,
    NOT_YET,
    REFUSED,
    UNUSABLE,
    Anchored,
    Save,
    batches_of,
    out_of,
    pending_of,
    write_private,
)
from webapp.extensions import db
from webapp.log.service import current_log
from workers.anchoring import seal


def test_a_record_that_the_server_left_is_proved_by_its_author(
    run: Anchored, verify: Verify, stalled: Callable[..., Path], funded: Person, node: DevNode
) -> None:
    file = stalled()
    assert "not anchored yet" in verify(file).out
    done = run(file)
    assert done.code == DONE
    assert re.fullmatch(r"The transaction costs 0\.0\d+ ether at most\.\n", done.err)
    assert f"Anchored by its author {funded.address} in block" in done.out
    assert f"troth verify {out_of(file)}" in done.out
    checked = verify(out_of(file), "--json")
    assert checked.code == DONE
    assert json.loads(checked.out)["self_anchored"] is True
    found = verdicts(checked)
    assert (found["integrity"], found["author"], found["anchored"]) == ("pass",) * 3
    assert (found["not_after"], found["not_before"], found["latest"]) == ("pass", "pass", "unknown")
    assert "by its author, not by the log" in verify(out_of(file)).out
    assert not pending_of(file).exists()


def test_doing_it_again_changes_nothing_and_gives_the_same_proof(
    run: Anchored, stalled: Callable[..., Path], funded: Person, client: ChainClient
) -> None:
    file = stalled()
    assert run(file).code == DONE
    proof = out_of(file).read_bytes()
    out_of(file).unlink()
    assert run(file).code == DONE
    assert out_of(file).read_bytes() == proof
    again = run(out_of(file))
    assert again.code == DONE
    assert out_of(file).read_bytes() == proof
    assert batches_of(client, funded) == 1


def test_records_follow_one_another_in_the_namespace(
    run: Anchored, verify: Verify, stalled: Callable[..., Path], funded: Person
) -> None:
    files = [stalled(), stalled(), stalled()]
    for file in (files[2], files[0], files[1], files[2]):
        assert run(file).code == DONE
    proofs = [parse_bundle(out_of(file).read_bytes()) for file in files]
    assert [proof.entry.position for proof in proofs] == [1, 2, 0]
    assert [proof.entry.sequence for proof in proofs] == [1, 2, 0]
    assert proofs[1].entry.previous == proofs[0].entry.leaf()
    assert proofs[0].entry.previous == proofs[2].entry.leaf()
    assert [verify(out_of(file)).code for file in files] == [DONE] * 3


def test_what_a_device_signed_is_anchored_by_the_author(
    run: Anchored, verify: Verify, stalled: Callable[..., Path], funded: Person
) -> None:
    funded.allow_device()
    file = stalled(key=funded.device)
    assert run(file).code == DONE
    assert verdicts(verify(out_of(file), "--json"))["author"] == "pass"


def test_a_crash_before_sending_sends_the_same_bytes_later(
    run: Anchored,
    stalled: Callable[..., Path],
    funded: Person,
    client: ChainClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = stalled()

    def lost(self: ChainClient, raw: bytes) -> bytes:
        raise SendOutcomeUnknown(bytes(32), "the connection broke")

    with monkeypatch.context() as patched:
        patched.setattr(ChainClient, "send_raw", lost)
        done = run(file)
    assert done.code == NOT_YET
    assert "Run the same command again" in done.err
    assert stat.S_IMODE(pending_of(file).stat().st_mode) == 0o600
    saved = keccak(bytes.fromhex(json.loads(pending_of(file).read_text())["raw"][2:]))
    assert run(file).code == DONE
    proof = parse_bundle(out_of(file).read_bytes())
    assert proof.anchor is not None
    assert proof.anchor.transaction == saved
    assert batches_of(client, funded) == 1


def test_a_crash_after_sending_ends_in_one_anchor(
    run: Anchored,
    stalled: Callable[..., Path],
    funded: Person,
    client: ChainClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, real = stalled(), ChainClient.send_raw

    def arrives(self: ChainClient, raw: bytes) -> bytes:
        real(self, raw)
        raise SendOutcomeUnknown(bytes(32), "the connection broke")

    with monkeypatch.context() as patched:
        patched.setattr(ChainClient, "send_raw", arrives)
        assert run(file).code == NOT_YET
    assert run(file).code == DONE
    assert batches_of(client, funded) == 1


def test_a_nonce_used_by_another_transaction_is_told_and_a_fresh_one_taken(
    run: Anchored,
    stalled: Callable[..., Path],
    funded: Person,
    client: ChainClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = stalled()

    def lost(self: ChainClient, raw: bytes) -> bytes:
        raise SendOutcomeUnknown(bytes(32), "the connection broke")

    with monkeypatch.context() as patched:
        patched.setattr(ChainClient, "send_raw", lost)
        assert run(file).code == NOT_YET
    Sender(client, LocalSigner(bytes(funded.wallet.key))).send(funded.address, value=1)
    done = run(file)
    assert done.code == REFUSED
    assert "was used by another transaction" in done.err
    assert run(file).code == DONE


def test_the_keystore_opens_with_the_password_of_the_environment(
    run: Anchored,
    stalled: Callable[..., Path],
    funded: Person,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keystore = tmp_path / "keystore.json"
    encrypted = Account.encrypt(funded.wallet.key, "a password", kdf="pbkdf2", iterations=10)
    write_private(keystore, json.dumps(encrypted))
    monkeypatch.setenv("TROTH_KEYSTORE_PASSWORD", "another")
    done = run(stalled(), "--keystore", keystore)
    assert done.code == REFUSED
    assert "the password does not open it" in done.err
    monkeypatch.setenv("TROTH_KEYSTORE_PASSWORD", "a password")
    assert run(stalled(), "--keystore", keystore).code == DONE


def test_only_the_author_can(
    run: Anchored, stalled: Callable[..., Path], funded: Person, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    write_private(other, "ab" * 32)
    done = run(stalled(), "--key-file", other)
    assert done.code == REFUSED
    assert f"only {funded.address}, the record's author, can anchor it" in done.err


def test_nobody_can_anchor_an_unsigned_record(
    run: Anchored, carol: Person, anchor: Callable[[], None], save: Save
) -> None:
    post = carol.call("POST", "/posts", {"text": "unsigned"}).json
    anchor()
    done = run(save(carol, post))
    assert done.code == REFUSED
    assert "nobody holds a key" in done.err


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda bundle: bundle["message"].update(text="forged"), "does not hash to"),
        (lambda bundle: bundle["entry"].update(content="0x" + "ab" * 32), "does not hash to"),
        (lambda bundle: bundle.update(signature="0x" + "11" * 65), "is not the one"),
        (lambda bundle: bundle["domain"].update(chainId=5), "signed for chain 5"),
        (lambda bundle: bundle["domain"].update(verifyingContract="0x" + "12" * 20), "contract"),
    ],
)
def test_a_file_that_does_not_hold_is_not_anchored(
    run: Anchored,
    stalled: Callable[..., Path],
    funded: Person,
    client: ChainClient,
    edit: Callable[[dict[str, Any]], Any],
    words: str,
) -> None:
    done = run(change(stalled(), edit))
    assert done.code == REFUSED
    assert words in done.err
    assert client.nonce(funded.address) == 0


def test_a_namespace_that_was_closed_is_told(
    run: Anchored, stalled: Callable[..., Path], funded: Person, client: ChainClient
) -> None:
    file = stalled()
    contract = funded.log()["domain"]["verifyingContract"]
    Sender(client, LocalSigner(bytes(funded.wallet.key))).send(contract, AnchorLog.close())
    done = run(file)
    assert done.code == REFUSED
    assert "NamespaceClosed" in done.err


def test_without_funds_nothing_is_kept(
    run: Anchored, app: Flask, alice: Person, save: Save
) -> None:
    post = alice.publish().json
    with app.app_context():
        seal(current_log(db.session()).id)
    file = save(alice, post)
    assert run(file).code == REFUSED
    assert not pending_of(file).exists()


def test_what_cannot_be_used_is_unusable(run: Anchored, tmp_path: Path) -> None:
    assert run(tmp_path / "missing").code == UNUSABLE
    broken = tmp_path / "broken.troth.json"
    broken.write_text("{}")
    assert run(broken).code == UNUSABLE


def test_a_key_file_with_anything_else_is_refused_without_showing_it(
    run: Anchored, stalled: Callable[..., Path], tmp_path: Path
) -> None:
    odd = tmp_path / "odd"
    for content in ("secret words", "0x" + "00" * 32, "ff" * 32, ""):
        write_private(odd, content)
        done = run(stalled(), "--key-file", odd)
        assert done.code == REFUSED
        assert not content or content not in done.err


def test_with_the_node_away_it_says_so(run: Anchored, stalled: Callable[..., Path]) -> None:
    done = run(stalled(), "--rpc", f"http://127.0.0.1:{closed_port()}")
    assert done.code == REFUSED
    assert "did not answer" in done.err or "refuses connections" in done.err


def test_a_key_that_others_may_read_is_not_used(
    run: Anchored, stalled: Callable[..., Path], tmp_path: Path
) -> None:
    exposed = tmp_path / "exposed"
    exposed.write_text("ab" * 32)
    exposed.chmod(0o644)
    done = run(stalled(), "--key-file", exposed)
    assert done.code == REFUSED
    assert "chmod 600" in done.err
