import pytest
from eth_abi.abi import decode, encode
from eth_hash.auto import keccak
from eth_keys import keys

from chain.contracts import Fragment, is_valid_signature
from chain.local import LocalChain

DIGEST = keccak(b"what was signed")
MAGIC = bytes.fromhex("6492" * 16)
CREATE = Fragment("create(address,bytes32)", ("address",))
ADDRESS_OF = Fragment("addressOf(address,bytes32)", ("address",))
SET_MODE = Fragment("setMode(uint8)")
OWNER, REFUSE, SHORT, FAIL, BURN = range(5)


def sign(key: int, digest: bytes = DIGEST) -> bytes:
    signature = keys.PrivateKey(key.to_bytes(32)).sign_msg_hash(digest)
    return signature.to_bytes()[:64] + bytes([27 + signature.v])


def wrap(factory: str, call: bytes, inner: bytes) -> bytes:
    return encode(["address", "bytes", "bytes"], [factory, call, inner]) + MAGIC


def check(local: LocalChain, wallet: str, signature: bytes, digest: bytes = DIGEST) -> bool:
    return is_valid_signature(local.client, wallet, digest, signature, "latest")


@pytest.fixture
def wallet(local: LocalChain) -> str:
    return local.deploy("TestWallet", ("address",), local.accounts[0].address)


@pytest.fixture
def factory(local: LocalChain) -> str:
    return local.deploy("TestWalletFactory")


def future_wallet(local: LocalChain, factory: str) -> tuple[str, bytes]:
    """The address of a wallet that is not there yet, and the factory's call that makes it."""
    arguments = local.accounts[0].address, keccak(b"salt")
    answer = local.client.call(factory, ADDRESS_OF.encode(*arguments))
    return decode(["address"], answer)[0], CREATE.encode(*arguments)


def test_a_deployed_wallet_accepts_its_owners_signature(local: LocalChain, wallet: str) -> None:
    assert check(local, wallet, sign(1))


def test_a_deployed_wallet_refuses_other_signatures(local: LocalChain, wallet: str) -> None:
    assert not check(local, wallet, sign(2))
    assert not check(local, wallet, sign(1), keccak(b"something else"))
    assert not check(local, wallet, b"")
    assert not check(local, wallet, bytes(8192))


@pytest.mark.parametrize("mode", [REFUSE, SHORT, FAIL, BURN])
def test_a_wallet_that_answers_anything_else_accepts_nothing(
    local: LocalChain, wallet: str, mode: int
) -> None:
    local.sender().send(wallet, SET_MODE.encode(mode))
    assert not check(local, wallet, sign(1))
    local.sender().send(wallet, SET_MODE.encode(OWNER))
    assert check(local, wallet, sign(1))


def test_the_state_after_the_named_block_decides(local: LocalChain, wallet: str) -> None:
    before = local.client.head().number
    after = local.sender().send(wallet, SET_MODE.encode(REFUSE)).block_number
    assert is_valid_signature(local.client, wallet, DIGEST, sign(1), before)
    assert not is_valid_signature(local.client, wallet, DIGEST, sign(1), after)


def test_an_account_without_code_accepts_nothing(local: LocalChain) -> None:
    # Recovery is the caller's: this check must not let a second, laxer one in.
    assert not check(local, local.accounts[0].address, sign(1))
    assert not check(local, "0x" + "11" * 20, b"")


def test_a_contract_without_that_function_accepts_nothing(local: LocalChain, factory: str) -> None:
    assert not check(local, factory, sign(1))


def test_a_counterfactual_wallet_is_made_for_the_check_only(
    local: LocalChain, factory: str
) -> None:
    address, call = future_wallet(local, factory)
    assert check(local, address, wrap(factory, call, sign(1)))
    assert local.client.code(address) == b""
    assert not check(local, address, wrap(factory, call, sign(2)))
    assert not check(local, address, sign(1))


def test_a_wrapped_signature_holds_after_the_wallet_was_made(
    local: LocalChain, factory: str
) -> None:
    address, call = future_wallet(local, factory)
    local.sender().send(factory, call)
    assert local.client.code(address) != b""
    assert check(local, address, wrap(factory, call, sign(1)))
    assert check(local, address, wrap("0x" + "11" * 20, b"", sign(1)))
    assert check(local, address, sign(1))
    assert not check(local, address, wrap(factory, call, sign(2)))


def test_a_factory_that_fails_or_makes_something_else_proves_nothing(
    local: LocalChain, factory: str
) -> None:
    address, call = future_wallet(local, factory)
    assert not check(local, address, wrap(factory, b"\0\0\0\0", sign(1)))
    assert not check(local, "0x" + "22" * 20, wrap(factory, call, sign(1)))
    assert not check(local, address, wrap("0x" + "22" * 20, call, sign(1)))


def test_a_refusing_wallet_may_be_prepared_by_the_factory_call(
    local: LocalChain, wallet: str
) -> None:
    # ERC-6492: the call of a wrapped signature is made when the wallet has code and refuses. Whoever may
    # make that call could make it for good; the wallet below takes it from its owner only.
    local.sender().send(wallet, SET_MODE.encode(REFUSE))
    assert not check(local, wallet, wrap(wallet, SET_MODE.encode(OWNER), sign(1)))
    open_wallet = local.deploy("TestUpdatableWallet")
    assert not check(local, open_wallet, b"")
    assert check(local, open_wallet, wrap(open_wallet, Fragment("update()").encode(), b""))
    assert not check(local, open_wallet, b"")


@pytest.mark.parametrize(
    "payload",
    [b"", b"\1", bytes(32), bytes(64), b"\xff" * 96],
    ids=["nothing", "a byte", "a word", "two words", "offsets beyond the end"],
)
def test_a_wrapped_signature_that_cannot_be_unwrapped_is_refused(
    local: LocalChain, wallet: str, payload: bytes
) -> None:
    assert not check(local, wallet, payload + MAGIC)
