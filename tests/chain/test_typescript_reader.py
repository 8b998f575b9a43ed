"""The web UI's reader of a node gives the same answers as ours, from a real node: wallets above all."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak

from chain.contracts import AnchorLog, IdentityRegistry, NewClaim
from chain.local import LocalChain
from chain.reader import NodeReader
from tests.chain.test_signature_check import (
    ADDRESS_OF,
    CREATE,
    DIGEST,
    FAIL,
    MAGIC,
    REFUSE,
    SET_MODE,
    SHORT,
    sign,
    wrap,
)
from tools.attacks.wire import answer_json

ROOT = Path(__file__).resolve().parents[2]
NOBODY = "0x" + "11" * 20
ROOT_HASH = keccak(b"a root")
NONSENSE = (b"", b"\1", bytes(32), bytes(64), b"\xff" * 96)

pytestmark = pytest.mark.anvil


class Questions:
    """Asks our reader, and keeps what was asked and answered."""

    def __init__(self, chain: LocalChain) -> None:
        self._reader = NodeReader(chain.client)
        self.kept: list[dict[str, Any]] = []

    def ask(self, name: str, method: str, *arguments: Any) -> Any:
        answer = getattr(self._reader, method)(*arguments)
        value = answer_json(answer)
        if method in ("anchor_of", "claim_of") and value is not None:
            value = list(value.values())
        asked = [method, *map(answer_json, arguments)]
        self.kept.append({"name": name, "ask": asked, "answer": value})
        return answer

    def signature(self, name: str, wallet: str, signature: bytes, block: int) -> Any:
        return self.ask(name, "is_valid_signature", wallet, DIGEST, signature, block)


def ask_about_wallets(chain: LocalChain, questions: Questions) -> None:
    wallet = chain.deploy("TestWallet", ("address",), chain.accounts[0].address)
    factory = chain.deploy("TestWalletFactory")
    open_wallet = chain.deploy("TestUpdatableWallet")
    sender = chain.sender()
    salt = chain.accounts[0].address, keccak(b"salt")
    future = "0x" + chain.client.call(factory, ADDRESS_OF.encode(*salt))[-20:].hex()
    create = CREATE.encode(*salt)
    at = chain.client.head().number
    for name, signature in {
        "the owner's": sign(1),
        "another's": sign(2),
        "none": b"",
        "a long one": bytes(8192),
        "wrapped": wrap(NOBODY, b"", sign(1)),
        "wrapped, another's": wrap(factory, create, sign(2)),
        **{f"wrapped nonsense of {len(each)}": each + MAGIC for each in NONSENSE},
    }.items():
        questions.signature(f"a wallet, {name}", wallet, signature, at)
    questions.signature("a contract that checks nothing", factory, sign(1), at)
    questions.signature("an account without code", chain.accounts[0].address, sign(1), at)
    questions.signature("before it is there", future, sign(1), at)
    questions.signature("brought along", future, wrap(factory, create, sign(1)), at)
    questions.signature("brought along, another's", future, wrap(factory, create, sign(2)), at)
    questions.signature("a factory that fails", future, wrap(factory, b"\0\0\0\0", sign(1)), at)
    questions.signature("no factory", future, wrap(NOBODY, create, sign(1)), at)
    update = keccak(b"update()")[:4]
    questions.signature("prepared", open_wallet, wrap(open_wallet, update, b""), at)
    questions.signature("not prepared", open_wallet, b"", at)
    for mode in (REFUSE, SHORT, FAIL):
        after = sender.send(wallet, SET_MODE.encode(mode)).block_number
        questions.signature(f"mode {mode}", wallet, sign(1), after)
    questions.signature("as it was before", wallet, sign(1), at)


def ask_about_the_log(chain: LocalChain, questions: Questions) -> None:
    log = chain.deploy_anchor_log().contract
    sender = chain.sender()
    sent = sender.send(log, AnchorLog.anchor(0, ROOT_HASH, 3))
    anchorer = chain.accounts[0].address.lower()
    questions.ask("the chain", "chain_id")
    questions.ask("block 0", "genesis")
    questions.ask("the newest block", "head")
    questions.ask("the block of the anchor", "block", sent.block_number)
    questions.ask("a block to come", "block", 10**9)
    assert questions.ask("an anchored root", "anchor_of", log, anchorer, ROOT_HASH) is not None
    questions.ask("another root", "anchor_of", log, anchorer, keccak(b"none"))
    questions.ask("another's namespace", "anchor_of", log, NOBODY, ROOT_HASH)
    questions.ask("no contract", "anchor_of", NOBODY, anchorer, ROOT_HASH)
    questions.ask("how many", "next_sequence", log, anchorer)
    questions.ask("how many, no contract", "next_sequence", NOBODY, anchorer)
    questions.ask("the transaction", "transaction_block", sent.transaction_hash)
    questions.ask("no transaction", "transaction_block", keccak(b"none"))


def ask_about_claims(chain: LocalChain, questions: Questions) -> None:
    place = chain.deploy_contracts().identity_registry
    assert place is not None
    registry, sender = place.address, chain.sender()
    issuer, subject = chain.accounts[0].address.lower(), NOBODY
    schema, digest = keccak(b"a schema"), keccak(b"a claim")
    key = issuer, subject, schema, digest
    claim = NewClaim(subject, schema, digest, 4_000_000_000)
    issued = sender.send(registry, IdentityRegistry.issue(claim)).block_number
    revoke = IdentityRegistry.revoke(subject, schema, digest, 200)
    revoked = sender.send(registry, revoke).block_number
    questions.ask("a claim before it", "claim_of", registry, *key, issued - 1)
    assert questions.ask("a claim", "claim_of", registry, *key, issued) is not None
    questions.ask("a claim taken back", "claim_of", registry, *key, revoked)
    questions.ask("another's claim", "claim_of", registry, subject, *key[1:], revoked)
    questions.ask("a claim, no registry", "claim_of", NOBODY, *key, revoked)


def test_every_answer_is_the_same(anvil: LocalChain, tmp_path: Path) -> None:
    questions = Questions(anvil)
    ask_about_wallets(anvil, questions)
    ask_about_claims(anvil, questions)
    ask_about_the_log(anvil, questions)
    answers = [each["answer"] for each in questions.kept]
    assert answers.count(True) >= 5
    assert answers.count(False) >= 10
    file = tmp_path / "questions.json"
    file.write_text(json.dumps({"rpc": anvil.client.url, "questions": questions.kept}))
    done = subprocess.run(
        ["npx", "vitest", "run", "--root", "webapp/ui", "src/proof/onChain.test.ts"],
        env=os.environ | {"TROTH_READER_QUESTIONS": str(file), "NO_COLOR": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
