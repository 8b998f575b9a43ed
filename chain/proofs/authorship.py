"""Claim `author`: who signed, by recovery first and by contract wallet after.

A Delegation in the file is judged as a whole even where the author signed without it: a file may not
carry a broken proof past its reader.
"""

from dataclasses import dataclass

from chain.proofs.anchoring import AnchorFinding
from chain.proofs.bundle import Bundle, DelegationProof
from chain.proofs.context import ChainAccess, Context
from chain.proofs.domain import digest
from chain.proofs.integrity import path_problems, record_problems
from chain.proofs.records import DELEGABLE, SCOPE_POST, ZERO_ADDRESS, Kind, account_author
from chain.proofs.signatures import is_high_s, recover
from chain.proofs.times import BlockFinding, judge_block
from chain.proofs.verdicts import Finding, Verdict, failed, passed, unknown


@dataclass(frozen=True, slots=True)
class Authorship:
    """A verdict on the signature; `by_delegate` says that the named delegate made it."""

    finding: Finding
    signer: str | None = None
    by_delegate: bool = False
    unsigned: bool = False


def judge_author(
    context: Context, anchored: AnchorFinding, named: BlockFinding, logged: AnchorFinding | None
) -> Authorship:
    """Judge `author`.

    `anchored` and `named` are what became of the entry's anchor and `notBefore`, `logged` of the
    Delegation's anchor (None without a Delegation).
    """
    bundle = context.bundle
    if bundle.signature is None:
        return Authorship(_judge_unsigned(bundle), unsigned=True)
    if bundle.account is not None:
        return Authorship(failed("the file names an account, as only unsigned records do"))
    problems = [] if bundle.delegation is None else delegation_problems(bundle, bundle.delegation)
    if problems:
        return Authorship(failed("the Delegation is not whole: " + "; ".join(problems)))
    signed = digest(bundle.domain, bundle.entry.content)
    signer = recover(signed, bundle.signature)
    if signer == bundle.entry.author:
        return Authorship(passed(f"signed by its author {signer}"), signer)
    delegation = bundle.delegation
    if delegation is not None and logged is not None and signer == delegation.message["delegate"]:
        finding = _judge_delegate(context, delegation, logged)
        return Authorship(finding, signer, by_delegate=True)
    finding = _judge_contract(context, signed, bundle.signature, anchored, named)
    return Authorship(finding, bundle.entry.author if finding.verdict is Verdict.PASS else signer)


def delegation_problems(bundle: Bundle, delegation: DelegationProof) -> list[str]:
    """Return why a Delegation is no whole Delegation of the bundle's author, from the file alone."""
    entry, message = delegation.entry, delegation.message
    problems = record_problems(Kind.DELEGATION, message, delegation.signature, entry)
    if delegation.anchor is not None:
        problems += path_problems(entry, delegation.proof, delegation.anchor)
    checks = [
        (entry.author == bundle.entry.author, f"it is of {entry.author}, another author"),
        (message["scope"] == SCOPE_POST, "its scope is not 'post'"),
        (
            message["delegate"] not in {ZERO_ADDRESS, entry.author},
            "it names nobody else as delegate",
        ),
    ]
    return problems + [problem for holds, problem in checks if not holds]


def _judge_unsigned(bundle: Bundle) -> Finding:
    if bundle.account is None or account_author(bundle.account) != bundle.entry.author:
        return failed("unsigned, and the file names no account that this author is derived from")
    if bundle.delegation is not None:
        return failed("unsigned, and yet the file carries a Delegation")
    return unknown(f"unsigned: the server alone says that account {bundle.account} wrote this")


def _judge_delegate(
    context: Context, delegation: DelegationProof, logged: AnchorFinding
) -> Finding:
    author, kind = delegation.entry.author, context.bundle.entry.kind
    delegate = delegation.message["delegate"]
    if kind not in DELEGABLE:
        return failed(
            f"a delegate signed a {kind.type_name}, which only the author itself can sign"
        )
    signed = digest(context.bundle.domain, delegation.entry.content)
    if recover(signed, delegation.signature) != author:
        named = judge_block(context, delegation.message)
        finding = _judge_contract(context, signed, delegation.signature, logged, named)
        return Finding(finding.verdict, f"for the Delegation: {finding.reason}")
    return passed(f"signed by {delegate}, whom its author {author} allowed to")


def _judge_contract(
    context: Context,
    signed: bytes,
    signature: bytes,
    anchored: AnchorFinding,
    named: BlockFinding,
) -> Finding:
    """Judge a signature that recovery does not give to the author, as a contract wallet's."""
    author, block = context.bundle.entry.author, named.block
    hint = "; its s is in the upper half" if is_high_s(signature) else ""
    if context.pins is None or context.chain is None:
        return unknown(f"not signed by the key of {author}{hint}; a contract wallet takes a chain")

    def question(access: ChainAccess) -> Finding:
        def accepted_at(number: int) -> bool | None:
            return access.chain.is_valid_signature(author, signed, signature, number)

        if anchored.record is None:
            return unknown(
                f"not signed by the key of {author}{hint}; a contract wallet takes an anchor"
            )
        accepted = accepted_at(anchored.record.block_number)
        if accepted:
            return passed(f"signed by its author {author}, a contract wallet")
        if accepted is None:
            return unknown(f"the state of {author} at the anchor's block is not to be had")
        return _judge_start(None if block is None else accepted_at(block.number), f"{author}{hint}")

    return context.ask(question)


def _judge_start(accepted: bool | None, author: str) -> Finding:
    """Judge a signature that was not valid at the anchor's block by the one that the message names."""
    if accepted is None:
        return unknown(f"not valid for {author} at its anchor, and at notBefore it is not known")
    if accepted:
        return unknown(f"valid for {author} only at notBefore, no longer at its anchor")
    return failed(f"not signed by {author}, nor valid as a contract wallet's")
