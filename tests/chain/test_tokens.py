import pytest
from eth_hash.auto import keccak
from hypothesis import given
from hypothesis import strategies as st

from chain.tokens import metadata_cid, split_token_id, token_id, token_uri

CREATOR = "0x" + "12" * 20
DIGEST = keccak(b"metadata")


def test_an_id_is_creator_royalty_and_the_start_of_the_digest() -> None:
    number = token_id(CREATOR, DIGEST, 0x1234)
    assert f"{number:064x}" == "12" * 20 + "1234" + DIGEST[:10].hex()


@given(
    st.binary(min_size=20, max_size=20), st.binary(min_size=32, max_size=32), st.integers(0, 10_000)
)
def test_an_id_comes_apart_again(creator: bytes, digest: bytes, royalty: int) -> None:
    digest = digest if any(digest) else DIGEST
    parts = split_token_id(token_id("0x" + creator.hex(), digest, royalty))
    assert (parts.creator, parts.royalty) == ("0x" + creator.hex(), royalty)
    assert parts.digest_start == digest[:10]


@pytest.mark.parametrize(
    ("creator", "digest", "royalty", "problem"),
    [
        ("0x12", DIGEST, 0, "20 bytes"),
        (CREATOR, DIGEST[:31], 0, "32 bytes"),
        (CREATOR, bytes(32), 0, "zero"),
        (CREATOR, DIGEST, 10_001, "10001"),
        (CREATOR, DIGEST, -1, "-1"),
    ],
)
def test_what_makes_no_token_is_refused(
    creator: str, digest: bytes, royalty: int, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        token_id(creator, digest, royalty)


@pytest.mark.parametrize("number", [-1, 2**256])
def test_a_number_of_another_width_is_no_id(number: int) -> None:
    with pytest.raises(OverflowError):
        split_token_id(number)


def test_the_uri_is_a_cid_of_one_raw_block() -> None:
    # Version 1, raw (0x55), sha2-256 (0x12) of 32 bytes (0x20), in base16 (f).
    assert metadata_cid(DIGEST) == "f" + bytes([1, 0x55, 0x12, 0x20]).hex() + DIGEST.hex()
    assert token_uri(DIGEST) == f"ipfs://{metadata_cid(DIGEST)}"
