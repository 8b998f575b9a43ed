"""Nodes, clocks, databases and signers that misbehave, round a real node."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from web3.providers import HTTPProvider
from web3.providers.base import BaseProvider
from web3.types import RPCEndpoint, RPCResponse

from chain.client import ChainClient
from chain.errors import NodeUnavailable, SignerUnavailable, WrongSignature
from chain.signer import LocalSigner, SignedTransaction
from tests.workers.sending.scene import CAP, Scene
from webapp.columns import utc_now
from webapp.extensions import db
from workers.sending import REASONS, Sending, SendingPolicy, delivery, ledger, machine, settling

pytestmark = pytest.mark.anvil
SEND = "eth_sendRawTransaction"
Answer = Callable[[Callable[[], RPCResponse]], RPCResponse]


class Misbehaving(BaseProvider):
    """A node whose answer to some methods is made by a test from the true one."""

    def __init__(self, url: str, faults: dict[str, Answer]) -> None:
        super().__init__()
        self.true = HTTPProvider(url, exception_retry_configuration=None)
        self.faults = faults

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        answer = self.faults.get(method, lambda true: true())
        return answer(lambda: self.true.make_request(method, params))


def over(scene: Scene, **faults: Answer) -> ChainClient:
    return ChainClient("bad", provider=Misbehaving(scene.client.url, faults))


def time_out_after(true: Callable[[], RPCResponse]) -> RPCResponse:
    true()
    raise requests.ReadTimeout


def reset_before(_: Callable[[], RPCResponse]) -> RPCResponse:
    raise requests.ConnectionError("reset by peer")


def refuse(code: int, message: str) -> Answer:
    answer: Any = {"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": message}}
    return lambda true: answer


def instead(result: object) -> Answer:
    answer: Any = {"jsonrpc": "2.0", "id": 1, "result": result}
    return lambda true: answer


def test_a_time_out_after_the_node_accepted_is_looked_up_and_sent_once(scene: Scene) -> None:
    scene.owe(0, 1)
    scene.run(client=over(scene, **{SEND: time_out_after}))
    assert scene.states() == ["unknown", "queued"]
    assert scene.row(0).reason == REASONS["unknown"]
    assert scene.client.has_transaction(scene.attempts()[0].hash)
    scene.run()
    assert scene.states() == ["broadcast", "broadcast"]
    scene.mine()
    scene.run()
    assert len(scene.attempts()) == 2
    scene.check(mined=[0, 1])


@pytest.mark.parametrize(
    "answer",
    [
        reset_before,
        refuse(-32000, "something nobody has heard of"),
        refuse(-32000, "nonce too high"),
        refuse(-32000, "txpool is full"),
        instead("0x" + "00" * 32),
        instead({"odd": 1}),
    ],
    ids=["reset", "unheard of", "nonce too high", "pool full", "another hash", "malformed"],
)
def test_a_send_of_unknown_outcome_sends_the_same_bytes_again(scene: Scene, answer: Answer) -> None:
    scene.owe(0)
    scene.run(2, client=over(scene, **{SEND: answer}), stuck_seconds=0)
    assert scene.states() == ["unknown"]
    [saved] = [one.raw for one in scene.attempts()]
    scene.run()
    scene.mine()
    scene.run()
    assert [one.raw for one in scene.attempts()] == [saved]
    scene.check(mined=[0])


def test_already_known_counts_as_sent(scene: Scene) -> None:
    scene.owe(0)
    scene.run(client=over(scene, **{SEND: refuse(-32000, "already known")}))
    assert scene.states() == ["broadcast"]
    scene.run()
    scene.mine()
    scene.run()
    scene.check(mined=[0])


def test_nonce_too_low_under_our_own_older_attempt_is_success(scene: Scene) -> None:
    scene.owe(0)
    scene.run()
    scene.run(client=over(scene, **{SEND: reset_before}), stuck_seconds=0)
    assert len(scene.attempts()) == 2
    scene.mine()
    scene.run()
    assert scene.states() == ["mined"]
    assert [one.block_number is None for one in scene.attempts()] == [False, True]
    scene.check(mined=[0])


def test_a_node_that_says_an_old_nonce_gives_none_twice(scene: Scene) -> None:
    scene.owe(0)
    scene.run()
    scene.mine()
    scene.owe(1)
    scene.run(client=over(scene, eth_getTransactionCount=instead("0x0")))
    assert [scene.row(one).nonce for one in (0, 1)] == [0, 1]
    scene.mine()
    scene.run()
    scene.check(mined=[0, 1])


def test_a_node_that_has_no_receipts_yet_makes_nothing_be_sent_twice(scene: Scene) -> None:
    scene.owe(0)
    scene.run()
    scene.mine(3)
    lagging = over(scene, eth_getTransactionReceipt=instead(None))
    scene.run(3, client=lagging)
    assert (scene.states(), len(scene.attempts())) == (["mined"], 1)
    scene.run()
    assert scene.attempts()[0].block_number is not None
    scene.check(mined=[0])


def test_malformed_answers_change_nothing(scene: Scene) -> None:
    scene.owe(0)
    scene.run()
    for method in ("eth_getTransactionReceipt", "eth_getBlockByNumber", "eth_getBalance"):
        with pytest.raises(NodeUnavailable):
            scene.run(client=over(scene, **{method: instead({"odd": 1})}))
    assert scene.states() == ["broadcast"]
    scene.mine()
    scene.run()
    scene.check(mined=[0])


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_wrong_loses_and_doubles_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    def wrong() -> datetime:
        return utc_now() + timedelta(hours=hours)

    scene.owe(0, 1)
    scene.run(stuck_seconds=60)
    with monkeypatch.context() as patched:
        for module in (delivery, ledger, machine, settling):
            patched.setattr(module, "utc_now", wrong)
        scene.owe(2)
        scene.run(3, stuck_seconds=60)
        assert len(scene.attempts()) == (4 if hours == 1 else 3)
    scene.run(3, stuck_seconds=60)
    # A jump forwards raises the first once; one backwards only begins the wait afresh.
    assert len(scene.attempts()) == 4
    scene.mine()
    scene.run()
    assert scene.states() == ["mined"] * 3
    assert scene.anchored() == [0, 1, 2]


class Crooked:
    """A signer that holds another key than it says."""

    def __init__(self, address: str) -> None:
        self.address = address

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        return LocalSigner(b"\x55" * 32).sign_transaction(transaction)


class Broken(Crooked):
    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        raise TimeoutError("the key service does not answer")


@pytest.mark.parametrize(
    ("kind", "error"), [(Crooked, WrongSignature), (Broken, SignerUnavailable)]
)
def test_a_signer_that_fails_keeps_the_nonce_and_sends_nothing(
    scene: Scene, kind: type[Crooked], error: type[Exception]
) -> None:
    scene.owe(0)
    bad = Sending(scene.client, kind(scene.signer.address), scene.chain_ref, SendingPolicy(CAP))
    for _ in range(2):
        with pytest.raises(error):
            bad.run()
    assert (scene.states(), scene.row(0).nonce, scene.attempts()) == (["reserved"], 0, [])
    scene.run()
    scene.mine()
    scene.run()
    scene.check(mined=[0])


def test_a_commit_that_fails_after_a_send_is_made_up_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.owe(0)

    def fail(*_: object, **__: object) -> None:
        db.session.rollback()
        raise ConnectionError("the database went away")

    with monkeypatch.context() as patched:
        patched.setattr(delivery.Delivery, "_accepted", fail)
        with pytest.raises(ConnectionError):
            scene.run()
    assert scene.states() == ["sending"]
    scene.run()
    assert (scene.states(), len(scene.attempts())) == (["broadcast"], 1)
    scene.mine()
    scene.run()
    scene.check(mined=[0])
