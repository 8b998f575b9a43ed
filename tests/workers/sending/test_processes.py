"""Several worker processes at once on one signer: a nonce is given once, a batch anchored once."""

import json
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import select

from chain.config import ROOT
from tests.support.instance import config_of
from tests.workers.sending.scene import Scene
from webapp.extensions import db
from webapp.outbox.models import Transaction

pytestmark = pytest.mark.anvil
BATCHES = 8
# A process of its own: it waits for the others, then sweeps as fast as it can.
WORKER = """
import json, sys
from pathlib import Path
from chain.client import ChainClient
from chain.signer import LocalSigner
from webapp import create_app
from workers.sending import Sending, SendingPolicy

config, url, key, chain_ref = sys.argv[1:]
config = json.loads(config)
app = create_app(config | {"data_dir": Path(config["data_dir"])})
print("ready", flush=True)
sys.stdin.readline()
with app.app_context():
    policy = SendingPolicy(500 * 10**9, stuck_seconds=3600, depth=1)
    client, signer = ChainClient(url, timeout=30), LocalSigner(bytes.fromhex(key))
    for _ in range(6):
        Sending(client, signer, int(chain_ref), policy).run()
"""


def test_processes_that_reserve_at_once_share_the_nonces(
    scene: Scene, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scene.owe(*range(BATCHES))
    key = bytes(scene.signer._account.key).hex()
    given = [scene.client.url, key, str(scene.chain_ref)]
    workers = []
    for name in ("one", "two"):
        config = json.dumps(config_of(tmp_path_factory.mktemp(name), database_url), default=str)
        command = [sys.executable, "-c", WORKER, config, *given]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        workers.append(subprocess.Popen(command, cwd=ROOT, text=True, **pipes))
    for worker in workers:
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [worker.communicate(timeout=120)[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], said
    scene.settle()
    db.session.rollback()
    nonces = list(db.session.scalars(select(Transaction.nonce).order_by(Transaction.id)))
    assert nonces == list(range(BATCHES))
    per_transaction = Counter(one.transaction_id for one in scene.attempts())
    assert set(per_transaction.values()) == {1}
    scene.check(mined=range(BATCHES))
    assert scene.client.nonce(scene.signer.address) == BATCHES


def test_a_second_worker_in_the_middle_of_every_step_of_the_first_does_no_harm(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a claim's lease ran out under its holder."""
    scene.owe(0, 1)
    real = scene.client.send_raw
    inside = False

    def overtaken(raw: bytes) -> bytes:
        nonlocal inside
        if not inside:
            inside = True
            scene.run()
            scene.mine()
            scene.run()
            inside = False
        return real(raw)

    monkeypatch.setattr(scene.client, "send_raw", overtaken)
    scene.run()
    scene.settle()
    assert len(scene.attempts()) == 2
    scene.check(mined=[0, 1])


def test_two_that_sign_for_one_nonce_keep_one_attempt(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.owe(0)
    slow, quick = scene.sending(), scene.sending()
    real = scene.signer.sign_transaction
    first = True

    def overtaken(transaction: dict[str, object]) -> object:
        nonlocal first
        if first:
            first = False
            quick.run()
        return real(transaction)

    monkeypatch.setattr(scene.signer, "sign_transaction", overtaken)
    slow.run()
    assert (scene.states(), len(scene.attempts())) == (["broadcast"], 1)
    scene.settle()
    scene.check(mined=[0])
