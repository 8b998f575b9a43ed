"""The Merkle tree of a batch: exactly OpenZeppelin's StandardMerkleTree.

That library keeps a tree in one array: the root first, the sorted leaves last and backwards, the
children of node i at 2i+1 and 2i+2. Read from its end, the array is the sorted leaves followed by the hash
of each next pair. Both directions below are that one walk, without an index being computed.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chain.proofs.errors import DuplicateLeafError, EmptyTreeError, NodeLengthError
from chain.proofs.keccak import new_keccak

NODE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Tree:
    """A root and, in the order of the given leaves, each leaf's proof.

    A proof is the concatenation of its siblings from leaf to root, 32 bytes each.
    """

    root: bytes
    proofs: list[bytes]


def build_tree(leaves: Sequence[bytes]) -> Tree:
    """Return root and proofs of these leaves, which may come in any order.

    Raises `EmptyTreeError`, `DuplicateLeafError` and `NodeLengthError`.
    """
    count = len(leaves)
    if count == 0:
        raise EmptyTreeError
    order = sorted(range(count), key=leaves.__getitem__)
    nodes = [leaves[index] for index in order]
    _refuse_bad_leaves(nodes)
    pairs = iter(nodes)
    append = nodes.append
    # The list grows while it is read, which is the point: each pair's hash queues up as a later child.
    for a, b in zip(pairs, pairs, strict=False):
        append(new_keccak(a + b if a < b else b + a).digest())
    proofs = [b""] * count
    for index, proof in zip(order, reversed(_proofs(nodes, count)), strict=True):
        proofs[index] = proof
    return Tree(nodes[-1], proofs)


def _proofs(nodes: list[bytes], count: int) -> deque[bytes]:
    """Return the leaves' proofs, last leaf first: a child's is its sibling, then its parent's."""
    paths = deque([b""])
    take, put = paths.popleft, paths.append
    for left in range(2 * count - 4, -1, -2):
        path = take()
        put(nodes[left] + path)
        put(nodes[left + 1] + path)
    return paths


def _refuse_bad_leaves(ordered: list[bytes]) -> None:
    if set(map(len, ordered)) != {NODE_BYTES}:
        raise NodeLengthError(next(leaf for leaf in ordered if len(leaf) != NODE_BYTES))
    if len(set(ordered)) != len(ordered):
        twice = next(a for a, b in pairwise(ordered) if a == b)
        raise DuplicateLeafError(twice)


def root_of(leaf: bytes, proof: bytes | Sequence[bytes]) -> bytes:
    """Return the root, 32 bytes, to which a proof leads from a leaf; raises `NodeLengthError`."""
    siblings = split_proof(proof) if isinstance(proof, bytes) else proof
    node = leaf
    for sibling in siblings:
        if len(sibling) != NODE_BYTES:
            raise NodeLengthError(sibling)
        node = new_keccak(node + sibling if node < sibling else sibling + node).digest()
    if len(leaf) != NODE_BYTES:
        raise NodeLengthError(leaf)
    return node


def split_proof(proof: bytes) -> list[bytes]:
    """Return the 32-byte siblings of a concatenated proof; raises `NodeLengthError`."""
    if len(proof) % NODE_BYTES:
        raise NodeLengthError(proof)
    return [proof[start : start + NODE_BYTES] for start in range(0, len(proof), NODE_BYTES)]


def proof_length_fits(length: int, count: int) -> bool:
    """Say whether a proof among `count` entries can have this many siblings.

    In this tree every leaf lies at depth floor(log2 count) or ceil(log2 count).
    """
    return count >= 1 and count.bit_length() - 1 <= length <= (count - 1).bit_length()
