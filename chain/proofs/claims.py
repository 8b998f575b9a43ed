"""Claim files: the message is what the digest says, the issuer is believed, and the registry holds it.

A file of its own is judged now, at pinned depth; one in a bundle as it stood at the block that anchored the
record. Whom to believe is the reader's choice, so that without a pinned issuer nothing passes.
"""

from chain.proofs.anchoring import AnchorFinding
from chain.proofs.claim_file import ClaimFile
from chain.proofs.context import ChainAccess, Context, away, open_chain
from chain.proofs.errors import ChainUnavailableError
from chain.proofs.readers import ChainReader, ClaimRecord, Pins
from chain.proofs.shapes import to_hex
from chain.proofs.verdicts import (
    ClaimPart,
    ClaimReport,
    Finding,
    failed,
    passed,
    spell_time,
    unknown,
)

NONE, VALID, EXPIRED, REVOKED, DECLINED = range(5)
_REASONS = {
    0: "for no stated reason",
    1: "since it was issued by mistake",
    2: "since it is no longer true",
    3: "since another claim replaced it",
    4: "since its subject asked for that",
    5: "since the issuer's key was not safe",
}


def judge_claim(claim: ClaimFile, pins: Pins | None, chain: ChainReader | None) -> ClaimReport:
    """Return a verdict for each part of a claim file, as things stand now; never raises for what it may hold."""
    status = _conflict(claim, pins)
    if status is None:
        access = open_chain(pins, chain)
        status = access if isinstance(access, Finding) else _asked(access, claim, None)
    return _report(claim, pins, status, None)


def judge_claim_at(context: Context, claim: ClaimFile, anchored: AnchorFinding) -> ClaimReport:
    """Return the same of a claim file in a bundle, as of the block that anchored the record."""
    status = _conflict(claim, context.pins)
    if status is None and anchored.record is None:
        status = unknown("the record's anchor is not shown, so that its block is not known")
    if status is None and anchored.record is not None:
        number = anchored.record.block_number
        found = context.ask(lambda access: _asked(access, claim, number))
        status = found
    assert status is not None  # noqa: S101 - one of the three above
    return _report(claim, context.pins, status, context.bundle.entry.author)


def claim_exit_code(report: ClaimReport, *, offline: bool) -> int:
    """Return a verifier's exit code: 1 if anything fails, 3 if something asked for is undecided, else 0.

    Offline only integrity is asked for. 2, an unusable file or call, is the caller's.
    """
    if report.failed:
        return 1
    return 3 if report.undecided and not offline else 0


def _report(
    claim: ClaimFile, pins: Pins | None, status: Finding, author: str | None
) -> ClaimReport:
    results = (
        (ClaimPart.INTEGRITY, _integrity(claim, author)),
        (ClaimPart.ISSUER, _issuer(claim, pins)),
        (ClaimPart.STATUS, status),
    )
    message = claim.message
    return ClaimReport(message.kind, message.value, message.subject, claim.issuer, results)


def _integrity(claim: ClaimFile, author: str | None) -> Finding:
    actual = claim.message.digest()
    if actual != claim.digest:
        return failed(
            f"the message hashes to {to_hex(actual)}, the file says {to_hex(claim.digest)}"
        )
    if author is not None and claim.message.subject != author:
        return failed(f"it is about {claim.message.subject}, and the record is of {author}")
    return passed("the message is what the digest stands for")


def _issuer(claim: ClaimFile, pins: Pins | None) -> Finding:
    if pins is None or not pins.issuers:
        return unknown("no issuer is pinned; name one whom you believe (--issuer)")
    if claim.issuer not in pins.issuers:
        return failed(f"{claim.issuer} is none of the issuers that are believed")
    return passed("the issuer is one that is believed")


def _conflict(claim: ClaimFile, pins: Pins | None) -> Finding | None:
    """Return where the file contradicts the pins, or why nothing can be asked; no node is needed for that."""
    if pins is None:
        return unknown("no chain is pinned; give its chain id and genesis hash")
    if claim.domain.chain_id != pins.chain_id:
        return failed(
            f"the file is for chain {claim.domain.chain_id}, the pin says {pins.chain_id}"
        )
    if pins.registry is None:
        return unknown("no registry is pinned; give its address (--registry)")
    if claim.domain.verifying_contract != pins.registry:
        named = claim.domain.verifying_contract
        return failed(f"the file is for registry {named}, the pin says {pins.registry}")
    return None


def _asked(access: ChainAccess, claim: ClaimFile, number: int | None) -> Finding:
    """Ask the registry, at a block or now."""
    try:
        return _now(access, claim) if number is None else _then(access, claim, number)
    except ChainUnavailableError as error:
        return away(error)


def _now(access: ChainAccess, claim: ClaimFile) -> Finding:
    head = access.head.number
    found = _judged(_held(access, claim, head))
    deep = head - access.pins.depth
    if found.verdict != "pass" or not access.pins.depth:
        return found
    before = None if deep < 0 else _held(access, claim, deep)
    if before is None or before.status == NONE:
        return unknown(f"issued less than {access.pins.depth} blocks ago; ask later")
    return found


def _then(access: ChainAccess, claim: ClaimFile, number: int) -> Finding:
    """Judge a claim after a block; where the node has that state no more, by what it holds now."""
    try:
        return _judged(_held(access, claim, number), number)
    except ChainUnavailableError:
        block = access.chain.block(number)
        record = _held(access, claim, access.head.number)
        if block is None or record is None or record.status == NONE:
            return unknown(f"the node does not give the state after block {number}")
    if record.issued_at > block.time:
        return failed(f"issued on {spell_time(record.issued_at)}, after block {number}")
    if record.ended_at and record.ended_at <= block.time:
        return failed(f"ended on {spell_time(record.ended_at)}, before block {number}")
    # When it would have expired before it was last renewed is not kept.
    return unknown(f"the node has no state as old as block {number}; ask one that keeps it")


def _held(access: ChainAccess, claim: ClaimFile, number: int) -> ClaimRecord | None:
    message = claim.message
    key = (claim.issuer, message.subject, message.schema, claim.digest)
    return access.chain.claim_of(claim.domain.verifying_contract, *key, number)


def _judged(record: ClaimRecord | None, number: int | None = None) -> Finding:
    when = "" if number is None else f" after block {number}"
    if record is None or record.status == NONE:
        return failed(f"the registry holds no such claim of this issuer{when}")
    if record.status == VALID:
        until = f", good until {spell_time(record.expires_at)}" if record.expires_at else ""
        return passed(f"valid{when}, issued on {spell_time(record.issued_at)}{until}")
    if record.status == EXPIRED:
        return failed(f"expired on {spell_time(record.expires_at)}")
    if record.status == DECLINED:
        return failed(f"declined by its subject on {spell_time(record.ended_at)}")
    why = _REASONS.get(record.reason, f"for reason {record.reason} of the issuer's own")
    return failed(f"revoked on {spell_time(record.ended_at)}, {why}")
