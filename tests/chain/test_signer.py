import pytest
from eth_account import Account
from eth_hash.auto import keccak

from chain.signer import LocalSigner, Signer

KEY = (1).to_bytes(32)
TRANSACTION = {
    "type": 2,
    "chainId": 1,
    "nonce": 0,
    "to": b"\x77" * 20,
    "value": 1,
    "data": b"",
    "gas": 21_000,
    "maxFeePerGas": 2,
    "maxPriorityFeePerGas": 1,
}


def test_the_address_is_that_of_the_key_in_lower_case() -> None:
    signer: Signer = LocalSigner(KEY)
    assert signer.address == "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf"


def test_the_hash_is_known_before_sending_and_the_sender_recovers() -> None:
    signed = LocalSigner(KEY).sign_transaction(TRANSACTION)
    assert signed.hash == keccak(signed.raw)
    assert Account.recover_transaction(signed.raw).lower() == LocalSigner(KEY).address


def test_the_same_transaction_gives_the_same_bytes() -> None:
    first, second = (LocalSigner(KEY).sign_transaction(TRANSACTION) for _ in range(2))
    assert first == second


def test_the_key_is_never_shown() -> None:
    signer = LocalSigner(b"\x42" * 32)
    assert "42" * 32 not in repr(signer) + str(signer)
    assert signer.address in repr(signer)


@pytest.mark.parametrize("key", [b"", b"\1" * 31, bytes(32), b"\xff" * 32])
def test_what_is_no_key_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - eth-account's message is its own
        LocalSigner(key)
