import pytest
from eth_keys.datatypes import PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.proofs.signatures import is_high_s, recover

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DIGEST = b"\x42" * 32
WORD = 32


@pytest.fixture
def signature(world) -> bytes:
    return world.ada.sign(DIGEST)


def test_recovers_the_signer(world, signature) -> None:
    assert recover(DIGEST, signature) == world.ada.address
    assert not is_high_s(signature)


def test_address_is_that_of_eth_keys(world, signature) -> None:
    assert recover(DIGEST, signature) == world.ada.key.public_key.to_address()


def test_another_digest_gives_another_signer(world, signature) -> None:
    assert recover(b"\x43" * 32, signature) != world.ada.address


def test_the_other_form_of_a_signature_is_none(signature) -> None:
    s = ORDER - int.from_bytes(signature[32:64], "big")
    twin = signature[:32] + s.to_bytes(WORD, "big") + bytes([27 + 28 - signature[64]])
    assert is_high_s(twin)
    assert recover(DIGEST, twin) is None


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_other_v_is_none(signature, v) -> None:
    assert recover(DIGEST, signature[:64] + bytes([v])) is None


@pytest.mark.parametrize("length", [0, 64, 66])
def test_other_lengths_are_none(signature, length) -> None:
    assert recover(DIGEST, (signature + signature)[:length]) is None
    assert not is_high_s(b"\xff" * length)


@pytest.mark.parametrize("r", [0, ORDER, 2**256 - 1, 5])
def test_r_that_is_no_point_is_none(signature, r) -> None:
    assert recover(DIGEST, r.to_bytes(WORD, "big") + signature[32:]) is None


@pytest.mark.parametrize("s", [0, ORDER, 2**256 - 1])
def test_s_out_of_range_is_none(signature, s) -> None:
    assert recover(DIGEST, signature[:32] + s.to_bytes(WORD, "big") + signature[64:]) is None


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=70))
def test_arbitrary_bytes_never_raise(digest, signature) -> None:
    signer = recover(digest, signature)
    assert signer is None or len(signer) == 42


@settings(max_examples=25, deadline=None)
@given(st.integers(1, ORDER - 1), st.binary(min_size=32, max_size=32))
def test_every_key_is_recovered(secret, digest) -> None:
    key = PrivateKey(secret.to_bytes(WORD, "big"))
    raw = key.sign_msg_hash(digest).to_bytes()
    assert recover(digest, raw[:64] + bytes([27 + raw[64]])) == key.public_key.to_address()
