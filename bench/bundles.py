"""Bundles as people keep them: one signed by a wallet, one by a device, in a batch of a given size."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from bench.stage import TEXT
from chain.proofs.bundle import Anchor, AnchorBlock, Bundle, DelegationProof
from chain.proofs.domain import Domain, digest
from chain.proofs.entries import ZERO_WORD, Entry
from chain.proofs.keccak import keccak256
from chain.proofs.records import SCOPE_POST, ZERO_HASH, Kind, Message, content
from chain.proofs.tree import build_tree, split_proof

DOMAIN = Domain(131277322940537, "0x" + "c0" * 20)
TIME = 1_800_000_000


@dataclass(frozen=True)
class Pair:
    """The two bundles of one batch."""

    by_wallet: Bundle
    by_device: Bundle


def two_bundles(count: int) -> Pair:
    """Return bundles of a batch of `count` entries, at least three; the rest of it is random leaves."""
    wallet, device = Account.create(), Account.create()
    author = wallet.address.lower()
    delegation = _message(
        author, delegate=device.address.lower(), scope=SCOPE_POST, expiresAt=TIME + 86_400
    )
    drafts = [
        _bundle(Kind.DELEGATION, delegation, wallet, count - 3, ZERO_WORD),
        _bundle(Kind.POST, _post(author), wallet, count - 2, secrets.token_bytes(32)),
        _bundle(Kind.POST, _post(author), device, count - 1, secrets.token_bytes(32)),
    ]
    others = [secrets.token_bytes(32) for _ in range(count - len(drafts))]
    tree = build_tree([*others, *(draft.entry.leaf() for draft in drafts)])
    block = AnchorBlock(1_234_567, secrets.token_bytes(32), TIME)
    anchorer = "0x" + secrets.token_hex(20)
    anchor = Anchor(anchorer, 1_234, tree.root, 0, count, secrets.token_bytes(32), block)
    granted, by_wallet, by_device = (
        replace(draft, proof=tuple(split_proof(proof)), anchor=anchor)
        for draft, proof in zip(drafts, tree.proofs[len(others) :], strict=True)
    )
    return Pair(by_wallet, replace(by_device, delegation=_proof_of(granted)))


def _message(author: str, **fields: Any) -> Message:
    reference = {"number": 1_234_000, "hash": "0x" + secrets.token_hex(32)}
    head = {"id": "0x" + secrets.token_hex(16), "author": author}
    return head | fields | {"notBefore": reference}


def _post(author: str) -> Message:
    empty = {"media": [], "replyTo": ZERO_HASH, "quotes": ZERO_HASH, "replaces": ZERO_HASH}
    salt = "0x" + secrets.token_hex(32)
    return _message(author, audience="public", text=TEXT, **empty, salt=salt)


def _bundle(
    kind: Kind, message: Message, signer: LocalAccount, position: int, previous: bytes
) -> Bundle:
    hashed = content(kind, message)
    signature = bytes(signer.unsafe_sign_hash(Hash32(digest(DOMAIN, hashed))).signature)
    record = bytes.fromhex(message["id"][2:])
    head = (position, message["author"], position, previous)
    entry = Entry(*head, record, kind, hashed, keccak256(signature))
    return Bundle(DOMAIN, kind, message, signature, None, None, entry, (), None)


def _proof_of(granted: Bundle) -> DelegationProof:
    if granted.message is None or granted.signature is None:
        raise ValueError("a Delegation is signed and never erased")
    return DelegationProof(
        granted.message, granted.signature, granted.entry, granted.proof, granted.anchor
    )
