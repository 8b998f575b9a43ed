"""The Signer protocol is enough for a key in another process, such as a key management service."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from eth_hash.auto import keccak

from chain.deploy import Sender
from chain.errors import SignerUnavailable, WrongSignature
from chain.local import LocalChain
from chain.signer import LocalSigner, SignedTransaction, sign

KEY = b"\x42" * 32
TRANSACTION = {
    "type": 2,
    "chainId": 1,
    "nonce": 0,
    "to": b"\x77" * 20,
    "value": 1,
    "data": b"\1\2",
    "gas": 21_000,
    "maxFeePerGas": 2,
    "maxPriorityFeePerGas": 1,
}
# Another program, which shares nothing with us but lines of JSON over a pipe.
SERVICE = """
import json, sys
from eth_account import Account
account = Account.from_key(sys.argv[1])
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "address":
        answer = account.address
    else:
        answer = account.sign_transaction(request["transaction"]).raw_transaction.hex()
    print(json.dumps(answer), flush=True)
"""


class PipeSigner:
    """A Signer whose key is in the process at the other end of a pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._address = self._ask(do="address").lower()

    @property
    def address(self) -> str:
        return self._address

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        fields = {
            name: "0x" + value.hex() if isinstance(value, bytes) else value
            for name, value in transaction.items()
        }
        raw = bytes.fromhex(self._ask(do="sign", transaction=fields).removeprefix("0x"))
        return SignedTransaction(raw, keccak(raw))

    def _ask(self, **request: object) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return str(json.loads(self._process.stdout.readline()))
        except (OSError, ValueError) as error:
            raise SignerUnavailable(getattr(self, "_address", "?"), "it is gone") from error


@pytest.fixture
def service() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SERVICE, KEY.hex()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    # What was not delivered to a process that is gone is reported again when the pipe is closed.
    with (
        suppress(BrokenPipeError),
        subprocess.Popen(command, text=True, **pipes) as process,  # type: ignore[call-overload]
    ):
        yield process
        process.kill()


def test_a_signer_in_another_process_pays_for_a_transaction(
    embedded: LocalChain, service: subprocess.Popen[str]
) -> None:
    signer = PipeSigner(service)
    assert signer.address == LocalSigner(KEY).address
    assert sign(signer, TRANSACTION) == LocalSigner(KEY).sign_transaction(TRANSACTION)
    embedded.sender().send(signer.address, value=10**18)
    receipt = Sender(embedded.client, signer).send("0x" + "33" * 20, b"", 5)
    assert receipt.succeeded
    assert embedded.client.nonce(signer.address) == 1


def test_a_signer_that_is_gone_is_unavailable(service: subprocess.Popen[str]) -> None:
    signer = PipeSigner(service)
    service.kill()
    service.wait()
    with pytest.raises(SignerUnavailable):
        sign(signer, TRANSACTION)


class Returning(LocalSigner):
    """Says one address and returns what it is given."""

    def __init__(self, signed: SignedTransaction) -> None:
        super().__init__(KEY)
        self.signed = signed

    def sign_transaction(self, transaction: dict[str, Any]) -> SignedTransaction:
        return self.signed


def signed(key: bytes = KEY, **change: object) -> SignedTransaction:
    return LocalSigner(key).sign_transaction(TRANSACTION | change)


@pytest.mark.parametrize(
    ("returned", "problem"),
    [
        (signed(b"\x43" * 32), "it is signed by 0x"),
        (signed(nonce=1), "its nonce"),
        (signed(chainId=2), "its chainId"),
        (signed(to=b"\x78" * 20), "its to"),
        (signed(data=b""), "its data"),
        (signed(maxFeePerGas=3), "its maxFeePerGas"),
        (signed(accessList=[{"address": "0x" + "11" * 20, "storageKeys": []}]), "accessList"),
        (SignedTransaction(signed().raw, bytes(32)), "its hash"),
        (SignedTransaction(b"nonsense", bytes(32)), "no typed transaction"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_not_asked_for_is_not_used(returned: SignedTransaction, problem: str) -> None:
    with pytest.raises(WrongSignature, match=problem):
        sign(Returning(returned), TRANSACTION)


def test_a_creation_has_no_receiver() -> None:
    creation = {name: value for name, value in TRANSACTION.items() if name != "to"}
    assert sign(LocalSigner(KEY), creation) == LocalSigner(KEY).sign_transaction(creation)
    with pytest.raises(WrongSignature, match="field to"):
        sign(Returning(signed()), creation)
