"""CIDs: every spelling of one is the same, what is none is refused, and a tree's is that of its chunks."""

import base64
import hashlib

import pytest
from aleph_cid import CidHasher, compute_cid

from webapp.assets.content.cids import (
    CHUNK,
    DAG_PB,
    RAW,
    Cid,
    NotACidError,
    parse_cid,
    raw_cid,
)
from webapp.assets.content.tree import chunk_sizes, root_of, split_digests

# Of no bytes at all; kubo, gateways and explorers all know it.
EMPTY = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def written(data: bytes, digits: str) -> str:
    number, found = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, len(digits))
        found = digits[rest] + found
    return digits[0] * (len(data) - len(data.lstrip(b"\0"))) + found


def test_a_block_is_named_by_its_sha_256_as_a_token_names_its_metadata() -> None:
    digest = hashlib.sha256(b"").digest()
    assert str(raw_cid(digest)) == EMPTY
    # The protocol page: ipfs://f01551220 and 64 hex digits.
    assert raw_cid(digest).base16 == "f01551220" + digest.hex()
    assert parse_cid(EMPTY) == raw_cid(digest) == Cid(RAW, digest)


@pytest.mark.parametrize("codec", [RAW, DAG_PB])
def test_every_spelling_of_a_cid_is_the_same(codec: int) -> None:
    cid = Cid(codec, hashlib.sha256(b"a file").digest())
    data = bytes(cid)
    spellings = [
        str(cid),
        str(cid).upper(),
        "f" + data.hex(),
        "F" + data.hex().upper(),
        "z" + written(data, BASE58),
        "k" + written(data, BASE36),
        "K" + written(data, BASE36).upper(),
    ]
    if codec == DAG_PB:
        spellings.append(written(data[2:], BASE58))  # version 0
        assert spellings[-1].startswith("Qm")
    assert {parse_cid(one) for one in spellings} == {cid}
    assert set(cid.spellings) == {str(cid), cid.base16, *spellings[7:]}


def test_version_0_is_read_as_the_library_writes_it() -> None:
    found = parse_cid(compute_cid(b"hello\n"))
    assert found.codec == DAG_PB
    assert written(b"\x12\x20" + found.digest, BASE58) == compute_cid(b"hello\n")


DIGEST = hashlib.sha256(b"x").digest()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        "Qm",
        "f",
        "hello",
        EMPTY[:-1],
        EMPTY + "a",
        EMPTY[:-1] + "v",  # the same bytes, with bits at the end that mean nothing
        EMPTY[:1] + EMPTY[1:].replace("a", "1"),
        "f0155122" + "0" * 66,
        "f01551220" + DIGEST.hex()[:-2],
        "f01551220" + DIGEST.hex() + "00",
        "f01551220" + DIGEST.hex()[:-1] + "g",
        "f01551220" + DIGEST.hex()[:-2] + " a",
        "f02551220" + DIGEST.hex(),  # no version
        "f01711220" + DIGEST.hex(),  # dag-cbor
        "f01551b20" + DIGEST.hex(),  # keccak-256
        "f01550020" + DIGEST.hex(),  # not hashed
        "m" + base64.b64encode(bytes(raw_cid(DIGEST))).decode(),
        "Qm" + "1" * 44,
        "Qm0OIl" + "1" * 40,
        "bé" + "a" * 57,
        "f" * 10_000,
    ],
)
def test_what_is_no_cid_of_ours_is_refused(text: str) -> None:
    with pytest.raises(NotACidError):
        parse_cid(text)


def test_a_digest_of_another_length_names_nothing() -> None:
    with pytest.raises(NotACidError):
        raw_cid(b"short")


SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7, 174 * CHUNK, 174 * CHUNK + 1]


@pytest.mark.parametrize("size", SIZES)
def test_the_tree_of_the_chunks_has_the_name_that_the_library_gives(size: int) -> None:
    data = hashlib.shake_128(b"seed").digest(size)
    hasher = CidHasher.for_ipfs_v1_raw_leaves()
    hasher.update(data)
    chunks = [data[at : at + CHUNK] for at in range(0, max(size, 1), CHUNK)]
    assert [len(one) for one in chunks] == chunk_sizes(size)
    digests = [hashlib.sha256(one).digest() for one in chunks]
    assert str(root_of(digests, size)) == hasher.finalize()
    assert split_digests(b"".join(digests)) == digests


def test_another_number_of_digests_than_of_chunks_is_no_file() -> None:
    with pytest.raises(ValueError, match="argument"):
        root_of([DIGEST], CHUNK + 1)
