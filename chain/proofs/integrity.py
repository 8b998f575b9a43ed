"""Claim `integrity`: the file agrees with itself, from the message up to the root."""

from chain.proofs.bundle import Anchor, Bundle
from chain.proofs.entries import ZERO_WORD, Entry
from chain.proofs.keccak import keccak256
from chain.proofs.records import Kind, Message, content
from chain.proofs.shapes import to_hex
from chain.proofs.tree import proof_length_fits, root_of
from chain.proofs.verdicts import Claim, ClaimResult, Verdict


def record_problems(
    kind: Kind, message: Message | None, signature: bytes | None, entry: Entry
) -> list[str]:
    """Return what in a record (message None: erased) and its signature contradicts its entry."""
    expected = ZERO_WORD if signature is None else keccak256(signature)
    checks = [
        (kind == entry.kind, f"the type {kind.type_name} is not the entry's kind {entry.kind}"),
        (expected == entry.signature, "the signature is not the one that the entry was made with"),
    ]
    if message is not None:
        checks += [
            (message["id"] == to_hex(entry.record), "the message's id is not the entry's record"),
            (message["author"] == entry.author, "the message's author is not the entry's author"),
            (
                content(kind, message) == entry.content,
                "the message does not hash to the entry's content",
            ),
        ]
    return [problem for holds, problem in checks if not holds]


def path_problems(entry: Entry, proof: tuple[bytes, ...], anchor: Anchor) -> list[str]:
    """Return what in an entry's path to its root contradicts the anchor that the file states."""
    inside = anchor.first <= entry.position < anchor.first + anchor.count
    checks = [
        (
            root_of(entry.leaf(), proof) == anchor.root,
            "the entry and its proof do not lead to the root",
        ),
        (inside, f"position {entry.position} is outside of the batch"),
        (
            proof_length_fits(len(proof), anchor.count),
            f"a proof of {len(proof)} siblings does not fit a batch of {anchor.count}",
        ),
    ]
    return [problem for holds, problem in checks if not holds]


def judge_integrity(bundle: Bundle) -> ClaimResult:
    """Judge `integrity`: any mismatch fails, and outranks what cannot be checked.

    Unknown and excused where the message is erased; unknown and not excused before there is an anchor,
    since then nothing holds the proof's end.
    """
    problems = record_problems(bundle.kind, bundle.message, bundle.signature, bundle.entry)
    if bundle.anchor is not None:
        problems += path_problems(bundle.entry, bundle.proof, bundle.anchor)
    if problems:
        return ClaimResult(Claim.INTEGRITY, Verdict.FAIL, "; ".join(problems))
    if bundle.anchor is None:
        reason = "not anchored yet, so the path from the entry to a root cannot be checked"
        return ClaimResult(Claim.INTEGRITY, Verdict.UNKNOWN, reason)
    if bundle.message is None:
        reason = "the message is erased: something was there, and all that remains of it agrees"
        return ClaimResult(Claim.INTEGRITY, Verdict.UNKNOWN, reason, excused=True)
    reason = "message, signature, entry, proof and root agree with each other"
    return ClaimResult(Claim.INTEGRITY, Verdict.PASS, reason)
