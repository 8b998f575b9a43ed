"""The tree of a batch, leaves and proofs included, beside bare hashing and beside @openzeppelin/merkle-tree."""

import json
import secrets
import subprocess
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import Comparison, Figure, Spread, compare, compared, say
from chain.proofs.entries import leaf_hash
from chain.proofs.keccak import new_keccak
from chain.proofs.tree import Tree, build_tree

AIM = 3
# The library is to be left at least twenty times behind.
AIM_BESIDE_LIBRARY = 1 / 20
NODE_SCRIPT = Path(__file__).with_name("merkle_tree.mjs")
# Bytes that are hashed: eight words, then the first hash of a leaf; two nodes.
LEAF_BYTES, INNER_BYTES, PAIR_BYTES = 256, 32, 64

Fields = tuple[int, bytes, int, bytes, bytes, int, bytes, bytes]


def run() -> list[Figure]:
    """Measure at the size of a full batch, and at ten times that for information."""
    large = measure(100_000, rounds=3, aim=None)
    return [*measure(10_000, rounds=21), *large, *measure_library(10_000, rounds=2)]


def measure(count: int, rounds: int, aim: float | None = AIM) -> list[Figure]:
    """Compare with as many hashes of as many bytes, prepared beforehand."""
    say(f"tree: {rounds} rounds of {count:,} entries")
    entries = random_entries(count)
    inputs = [
        secrets.token_bytes(length)
        for length, times in ((LEAF_BYTES, count), (INNER_BYTES, count), (PAIR_BYTES, count - 1))
        for _ in range(times)
    ]

    def floor(_number: int) -> None:
        for data in inputs:
            new_keccak(data).digest()

    taken = compare(rounds, floor, lambda _number: tree_of(entries))
    return [compared("tree", f"leaves, tree and proofs of {count:,} entries", taken, aim=aim)]


def measure_library(count: int, rounds: int) -> list[Figure]:
    """Compare with the JavaScript library, whose time is that of leaves and tree without any proof.

    Raises ValueError if the roots differ.
    """
    say(f"tree: {rounds} rounds of {count:,} entries with @openzeppelin/merkle-tree")
    entries = random_entries(count)
    given, root = _json(entries), "0x" + tree_of(entries).root.hex()
    theirs: list[float] = []

    def library(_number: int) -> None:
        answer = _library_tree(given)
        if answer["root"] != root:
            raise ValueError(f"the library's root is {answer['root']}, ours {root}")
        theirs.append(answer["seconds"])

    mine = compare(rounds, library, lambda _number: tree_of(entries))
    ratios = [mine.ours / one for one in theirs[1:]]
    floor = median(theirs[1:])
    taken = Comparison(floor, mine.ours, Spread(mine.ours / floor, min(ratios), max(ratios)))
    what = f"the same at {count:,}, floor: @openzeppelin/merkle-tree, without proofs"
    return [compared("tree", what, taken, aim=AIM_BESIDE_LIBRARY)]


def random_entries(count: int) -> list[Fields]:
    """Return entries as sealing has them, with random hashes."""
    word = secrets.token_bytes
    return [
        (position, word(20), position % 7, word(32), word(16), 1, word(32), word(32))
        for position in range(count)
    ]


def tree_of(entries: list[Fields]) -> Tree:
    """Return the tree of these entries."""
    return build_tree([leaf_hash(*fields) for fields in entries])


def _json(entries: list[Fields]) -> str:
    return json.dumps(
        [
            [f"0x{each.hex()}" if isinstance(each, bytes) else each for each in fields]
            for fields in entries
        ]
    )


def _library_tree(given: str) -> dict[str, Any]:
    command = ["node", str(NODE_SCRIPT)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
