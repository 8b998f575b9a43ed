"""What the tests of the embedded chain share: a fake clock, a node, a compiled contract, signed transactions."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from web3 import Web3

from chain.devnode import DevNode, DevNodeProvider

HERE = Path(__file__).parent
CHAIN_ID = 131277322940537


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: float = 1_800_000_000.75) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Signer:
    """A development account that signs raw transactions and counts its nonces."""

    def __init__(self, key: int = 1) -> None:
        self.account = Account.from_key(key.to_bytes(32, "big"))
        self.address: str = self.account.address
        self.nonce = 0

    def sign(self, **fields: Any) -> str:
        transaction: dict[str, Any] = {
            "to": "0x" + "11" * 20,
            "value": 1,
            "gas": 21_000,
            "nonce": self.nonce,
            "chainId": CHAIN_ID,
        } | fields
        if "gasPrice" not in transaction:
            transaction = {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1} | transaction
        signed = self.account.sign_transaction(transaction)
        return "0x" + bytes(signed.raw_transaction).hex()

    def send(self, node: DevNode, **fields: Any) -> str:
        tx_hash: str = node.request("eth_sendRawTransaction", [self.sign(**fields)])
        self.nonce += 1
        return tx_hash


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def node(clock: Clock) -> Iterator[DevNode]:
    made = DevNode(None, clock=clock)
    yield made
    made.close()


@pytest.fixture
def w3(node: DevNode) -> Web3:
    return Web3(DevNodeProvider(node))


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture(scope="session")
def probe() -> dict[str, Any]:
    done = subprocess.run(
        ["node", HERE / "compile.mjs"], check=True, capture_output=True, text=True, timeout=120
    )
    compiled: dict[str, Any] = json.loads(done.stdout)
    return compiled


@pytest.fixture
def contract(w3: Any, probe: dict[str, Any]) -> Any:
    sender = w3.eth.accounts[9]
    factory = w3.eth.contract(abi=probe["abi"], bytecode=probe["bytecode"])
    receipt = w3.eth.get_transaction_receipt(factory.constructor().transact({"from": sender}))
    w3.eth.default_account = sender
    return w3.eth.contract(address=receipt["contractAddress"], abi=probe["abi"])
