"""Troth protocol, version 1: records, entries, trees, bundles and their verification. FROZEN.

Once a release has anchored anything, what this package computes is what other people's proofs rest
on, and roots that were made with it stay on chains for ever. Therefore these may never change:

- the EIP-712 types and the domain's name and version (`records`, `domain`);
- the eight fields of an entry, their order and the double hash of a leaf (`entries`);
- the shape of the tree: leaves sorted, pairs sorted, the array of OpenZeppelin's
  StandardMerkleTree (`tree`);
- what a bundle looks like and which bytes are refused as one (`bundle`, `strict_json`, `shapes`);
- what makes a claim pass (`integrity`, `authorship`, `anchoring`, `times`, `authority`, `latest`).

A correction that would give one old bundle another verdict is not a correction but a new version,
in a new package beside this one. What may change: speed, wording of reasons, and comments. The golden
vectors in `tests/vectors/protocol-v1.json` were made by other libraries; they are never regenerated.

It imports the standard library and Ethereum's hashing and signature libraries, nothing else: who
keeps a bundle must be able to keep this folder beside it. It reads no network, no file, no clock and no
environment; a chain is handed to it as an argument (`readers`).
"""
