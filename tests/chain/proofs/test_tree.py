import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chain.proofs.errors import DuplicateLeafError, EmptyTreeError, NodeLengthError
from chain.proofs.keccak import keccak256
from chain.proofs.tree import build_tree, proof_length_fits, root_of, split_proof

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70, unique=True)


@settings(max_examples=60, deadline=None)
@given(LEAVES)
def test_every_leaf_proves(leaves) -> None:
    tree = build_tree(leaves)
    assert len(tree.proofs) == len(leaves)
    for leaf, proof in zip(leaves, tree.proofs, strict=True):
        assert root_of(leaf, proof) == tree.root
        assert root_of(leaf, split_proof(proof)) == tree.root


@settings(max_examples=60, deadline=None)
@given(LEAVES, st.data())
def test_no_other_leaf_proves(leaves, data) -> None:
    tree = build_tree(leaves)
    other = data.draw(st.binary(min_size=32, max_size=32).filter(lambda each: each not in leaves))
    assert all(root_of(other, proof) != tree.root for proof in tree.proofs)


@settings(max_examples=40, deadline=None)
@given(LEAVES, st.integers(0, 255), st.data())
def test_a_changed_bit_in_a_proof_breaks_it(leaves, bit, data) -> None:
    tree = build_tree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = split_proof(tree.proofs[index])
    for at, sibling in enumerate(proof):
        flipped = (int.from_bytes(sibling, "big") ^ (1 << bit)).to_bytes(32, "big")
        assert root_of(leaves[index], [*proof[:at], flipped, *proof[at + 1 :]]) != tree.root


@settings(max_examples=40, deadline=None)
@given(LEAVES, st.randoms())
def test_order_does_not_matter(leaves, shuffler) -> None:
    shuffled = leaves.copy()
    shuffler.shuffle(shuffled)
    one, other = build_tree(leaves), build_tree(shuffled)
    assert one.root == other.root
    assert dict(zip(leaves, one.proofs, strict=True)) == dict(
        zip(shuffled, other.proofs, strict=True)
    )


@pytest.mark.parametrize("count", [*range(1, 34), 63, 64, 65, 100, 127, 128, 129])
def test_proof_lengths(count) -> None:
    lengths = {
        len(proof) // 32
        for proof in build_tree([keccak256(b"%d" % i) for i in range(count)]).proofs
    }
    assert lengths == {math.floor(math.log2(count)), math.ceil(math.log2(count))} or count == 1
    fitting = {length for length in range(70) if proof_length_fits(length, count)}
    assert lengths == fitting


@pytest.mark.parametrize("count", [0, -1])
def test_no_length_fits_no_entries(count) -> None:
    assert not any(proof_length_fits(length, count) for length in range(3))


def test_one_leaf_is_its_own_root() -> None:
    tree = build_tree([b"x" * 32])
    assert (tree.root, tree.proofs) == (b"x" * 32, [b""])


def test_no_leaves_no_tree() -> None:
    with pytest.raises(EmptyTreeError):
        build_tree([])


def test_a_leaf_twice_is_refused() -> None:
    leaves = [keccak256(b"%d" % i) for i in range(9)]
    with pytest.raises(DuplicateLeafError) as refusal:
        build_tree([*leaves, leaves[4]])
    assert refusal.value.leaf == leaves[4]


@pytest.mark.parametrize("bad", [b"", b"x" * 31, b"x" * 33, b"x" * 64])
def test_nodes_of_another_length_are_refused(bad) -> None:
    for attempt in (
        lambda: build_tree([b"y" * 32, bad]),
        lambda: root_of(b"y" * 32, [bad]),
        lambda: root_of(bad, []),
    ):
        with pytest.raises(NodeLengthError) as refusal:
            attempt()
        assert refusal.value.node == bad
    with pytest.raises(NodeLengthError):
        root_of(b"y" * 32, b"x" * 33)


def test_an_inner_node_leads_to_the_root_but_is_no_leaf_of_an_entry(world) -> None:
    bundles = world.seal(*[world.draft() for _ in range(4)])
    first = bundles[0]
    leaf, sibling = first.entry.leaf(), first.proof[0]
    inner = keccak256(min(leaf, sibling) + max(leaf, sibling))
    assert root_of(inner, first.proof[1:]) == first.anchor.root
    assert keccak256(inner) not in {each.entry.leaf() for each in bundles}
    assert not proof_length_fits(len(first.proof) - 1, first.anchor.count)
