"""Every golden vector, which other people's libraries made: hashes, signatures, leaves and trees."""

import pytest

from chain.proofs.domain import Domain, digest
from chain.proofs.entries import ZERO_WORD, Entry, leaf_hash
from chain.proofs.keccak import keccak256
from chain.proofs.records import TYPES, Kind, account_author, check_message, content
from chain.proofs.shapes import to_hex
from chain.proofs.signatures import recover
from chain.proofs.tree import build_tree, proof_length_fits, root_of, split_proof


def test_types_are_the_frozen_ones(vectors) -> None:
    frozen = {
        name: tuple((field["name"], field["type"]) for field in fields)
        for name, fields in vectors["types"].items()
    }
    assert frozen == TYPES


def test_cases(vectors) -> None:
    given = vectors["domain"]
    domain = Domain(given["chainId"], given["verifyingContract"])
    assert {case["primaryType"] for case in vectors["cases"]} == {kind.type_name for kind in Kind}
    for case in vectors["cases"]:
        kind = Kind.from_type_name(case["primaryType"])
        message = check_message(kind, case["message"])
        assert to_hex(content(kind, message)) == case["content"]
        signed = digest(domain, content(kind, message))
        assert to_hex(signed) == case["digest"]
        entry = Entry.from_json(case["entry"])
        if case["signature"] is None:
            assert entry.signature == ZERO_WORD
        else:
            signature = bytes.fromhex(case["signature"][2:])
            assert recover(signed, signature) == case["signer"]
            assert entry.signature == keccak256(signature)
        assert entry.kind is kind
        assert to_hex(entry.leaf()) == case["leaf"]
        assert entry.to_json() == case["entry"]


def test_authors_without_a_wallet(vectors) -> None:
    assert vectors["walletless"]
    for each in vectors["walletless"]:
        assert account_author(each["account"]) == each["author"]


def test_trees_with_every_proof(vectors) -> None:
    leaves = [bytes.fromhex(case["leaf"][2:]) for case in vectors["cases"]]
    for given in vectors["trees"]:
        start, end = given["entries"]
        tree = build_tree(leaves[start:end])
        assert to_hex(tree.root) == given["root"]
        proofs = [[to_hex(sibling) for sibling in split_proof(proof)] for proof in tree.proofs]
        assert proofs == given["proofs"]
        for leaf, proof in zip(leaves[start:end], proofs, strict=True):
            assert (
                to_hex(root_of(leaf, [bytes.fromhex(each[2:]) for each in proof])) == given["root"]
            )
            assert proof_length_fits(len(proof), end - start)


@pytest.mark.parametrize("index", [0, 999])
def test_the_rule_of_a_thousand(vectors, index) -> None:
    given = vectors["thousand"]
    author = bytes.fromhex(given["author"][2:])
    leaves = [
        leaf_hash(
            i,
            author,
            i,
            keccak256(b"p%d" % i),
            i.to_bytes(16, "big"),
            1,
            keccak256(b"c%d" % i),
            ZERO_WORD,
        )
        for i in range(1000)
    ]
    tree = build_tree(leaves)
    assert to_hex(tree.root) == given["root"]
    assert [to_hex(each) for each in split_proof(tree.proofs[index])] == given[f"proof_{index}"]
