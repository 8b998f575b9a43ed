"""The IPFS node: a real one and the fake are asked alike, and both name files as the store does."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.answers import closed_port
from tests.support.fake_ipfs import FakeIpfs, fake_ipfs
from tests.support.ipfs_node import ipfs_node
from webapp.assets.content.cids import CHUNK, Cid
from webapp.assets.content.node import (
    IpfsNode,
    NodeAwayError,
    PinRefusedError,
    WrongCidError,
    multiaddr_of,
)
from webapp.assets.content.tree import root_of

SECONDS = 30.0
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7)


@pytest.fixture(scope="module", params=["fake", "real"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "fake":
        with fake_ipfs() as fake:
            yield fake.url
        return
    with ipfs_node(tmp_path_factory.mktemp("ipfs") / "repo") as url:
        yield url


def file_of(folder: Path, data: bytes) -> tuple[Cid, Path]:
    path = folder / "content"
    path.write_bytes(data)
    chunks = [data[at : at + CHUNK] for at in range(0, max(len(data), 1), CHUNK)]
    return root_of([hashlib.sha256(one).digest() for one in chunks], len(data)), path


def test_a_node_gives_files_of_every_size_the_names_that_the_store_gives(
    url: str, tmp_path: Path
) -> None:
    node = IpfsNode(url, SECONDS)
    for size in SIZES:
        cid, path = file_of(tmp_path, hashlib.shake_128(b"x").digest(size))
        node.pin(cid, path)  # or else WrongCidError
        node.unpin(cid)


def test_pinning_and_unpinning_again_change_nothing(url: str, tmp_path: Path) -> None:
    node = IpfsNode(url, SECONDS)
    cid, path = file_of(tmp_path, b"again and again")
    for _ in range(2):
        node.pin(cid, path)
    for _ in range(2):
        node.unpin(cid)
    node.unpin(Cid(cid.codec, hashlib.sha256(b"never there").digest()))
    assert node.version()


def test_other_bytes_than_those_of_the_name_are_an_error(url: str, tmp_path: Path) -> None:
    node = IpfsNode(url, SECONDS)
    _, path = file_of(tmp_path, b"these bytes")
    cid = Cid(0x55, hashlib.sha256(b"other bytes").digest())
    with pytest.raises(WrongCidError) as error:
        node.pin(cid, path)
    assert error.value.ours == str(cid)
    assert error.value.theirs != str(cid)


def test_what_is_not_here_is_not_pinned(url: str, tmp_path: Path) -> None:
    cid = Cid(0x55, bytes(32))
    with pytest.raises(PinRefusedError, match="missing here"):
        IpfsNode(url, SECONDS).pin(cid, tmp_path / "nothing")


@pytest.fixture
def fake() -> Iterator[FakeIpfs]:
    with fake_ipfs() as found:
        yield found


@pytest.mark.parametrize("fault", ["slow", "proxy", "nonsense"])
def test_who_does_not_answer_as_a_node_is_away(fake: FakeIpfs, tmp_path: Path, fault: str) -> None:
    fake.fault = fault
    node = IpfsNode(fake.url, 0.3)
    cid, path = file_of(tmp_path, b"some bytes")
    for call in (lambda: node.pin(cid, path), lambda: node.unpin(cid), node.version):
        with pytest.raises(NodeAwayError):
            call()


def test_who_is_down_is_away(tmp_path: Path) -> None:
    node = IpfsNode(f"http://127.0.0.1:{closed_port()}", SECONDS)
    cid, path = file_of(tmp_path, b"some bytes")
    with pytest.raises(NodeAwayError):
        node.pin(cid, path)


def test_what_a_node_says_is_passed_on(fake: FakeIpfs, tmp_path: Path) -> None:
    fake.fault = "refuses"
    cid, path = file_of(tmp_path, b"some bytes")
    with pytest.raises(PinRefusedError, match="the disk is full"):
        IpfsNode(fake.url, SECONDS).pin(cid, path)
    with pytest.raises(PinRefusedError, match="the disk is full"):
        IpfsNode(fake.url, SECONDS).unpin(cid)


def test_addresses_are_written_as_ipfs_writes_them() -> None:
    assert {one: multiaddr_of(one) for one in ADDRESSES} == ADDRESSES


ADDRESSES = {
    "http://127.0.0.1:5001": "/ip4/127.0.0.1/tcp/5001/http",
    "http://[::1]:5001/": "/ip6/::1/tcp/5001/http",
    "https://kubo.example": "/dns/kubo.example/tcp/443/https",
    "http://me:secret@kubo": "/dns/kubo/tcp/80/http",
}
