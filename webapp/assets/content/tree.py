"""The tree of a file's blocks: a file's CID follows from the digests of its chunks alone.

So a chunk is checked by itself before any of its bytes is passed on: its digest must be the one that the
CID vouches for. Sources: the specifications of UnixFS and DAG-PB at ipld.io; balanced, at most 174 links.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from webapp.assets.content.cids import CHUNK, DAG_PB, DIGEST, RAW, Cid

MOST_LINKS = 174
_FILE = 2  # UnixFS's type of a node that is part of a file
_VARINT, _BYTES = 0, 2  # wire types of protobuf


@dataclass(frozen=True)
class _Node:
    cid: Cid
    content: int  # bytes of the file that are below it
    total: int  # bytes of all blocks below it and its own


def chunk_sizes(size: int) -> list[int]:
    """Return how many bytes each chunk of a file has; an empty file has one empty chunk."""
    full, rest = divmod(size, CHUNK)
    return [CHUNK] * full + ([rest] if rest or not full else [])


def root_of(digests: Sequence[bytes], size: int) -> Cid:
    """Return the CID of a file of ``size`` bytes whose chunks have these SHA-256 digests.

    Raises ValueError where the number of digests is not that of the chunks.
    """
    sizes = chunk_sizes(size)
    level = [
        _Node(Cid(RAW, digest), length, length)
        for digest, length in zip(digests, sizes, strict=True)
    ]
    while len(level) > 1:
        groups = [level[at : at + MOST_LINKS] for at in range(0, len(level), MOST_LINKS)]
        level = [_parent(group) for group in groups]
    return level[0].cid


def split_digests(leaves: bytes) -> list[bytes]:
    """Return digests that are kept one after the other."""
    return [leaves[at : at + DIGEST] for at in range(0, len(leaves), DIGEST)]


def _parent(children: Sequence[_Node]) -> _Node:
    content = sum(child.content for child in children)
    unixfs = _number(1, _FILE) + _number(3, content)
    unixfs += b"".join(_number(4, child.content) for child in children)
    links = b"".join(_field(2, _link(child)) for child in children)
    block = links + _field(1, unixfs)  # DAG-PB writes links before data
    cid = Cid(DAG_PB, hashlib.sha256(block).digest())
    return _Node(cid, content, len(block) + sum(child.total for child in children))


def _link(child: _Node) -> bytes:
    return _field(1, bytes(child.cid)) + _field(2, b"") + _number(3, child.total)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _field(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
