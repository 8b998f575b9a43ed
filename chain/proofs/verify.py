"""Verification of one bundle: a verdict for each claim, pure, with the chain as an optional argument."""

from chain.proofs.anchoring import judge_anchor
from chain.proofs.authority import judge_authority
from chain.proofs.authorship import judge_author
from chain.proofs.bundle import Bundle
from chain.proofs.claims import judge_claim_at
from chain.proofs.context import Context
from chain.proofs.integrity import judge_integrity
from chain.proofs.latest import judge_latest
from chain.proofs.log_walk import walk_log
from chain.proofs.readers import ChainReader, LogReader, Pins
from chain.proofs.times import judge_block, judge_not_after, judge_not_before
from chain.proofs.verdicts import Claim, ClaimResult, Finding, Report, Verdict


def verify(
    bundle: Bundle,
    pins: Pins | None,
    chain: ChainReader | None = None,
    log: LogReader | None = None,
) -> Report:
    """Return a verdict for every claim of a bundle.

    Nothing in the bundle is believed; `pins` come from elsewhere. Without `chain` (offline) chain claims
    are `unknown`; readers that cannot answer make them so too, with the reason. Never raises for what a
    parsed bundle, a chain or a log may contain.
    """
    context = Context(bundle, pins, chain, log)
    author = bundle.entry.author
    anchored = judge_anchor(context, bundle.anchor, author)
    delegation = bundle.delegation
    logged = None if delegation is None else judge_anchor(context, delegation.anchor, author)
    named = judge_block(context, bundle.message)
    authorship = judge_author(context, anchored, named, logged)
    walk = walk_log(context, anchored)
    authority = judge_authority(context, authorship, anchored, named, logged, walk)
    excused = authorship.unsigned and authorship.finding.verdict is Verdict.UNKNOWN
    return Report(
        results=(
            judge_integrity(bundle),
            _result(Claim.AUTHOR, authorship.finding, excused=excused),
            _result(Claim.AUTHORITY, authority),
            _result(Claim.ANCHORED, anchored.finding),
            judge_not_after(context, anchored),
            judge_not_before(context, named),
            _result(Claim.LATEST, judge_latest(context, anchored, walk)),
        ),
        signer=authorship.signer,
        unsigned=authorship.unsigned,
        erased=bundle.message is None,
        self_anchored=anchored.by_author,
        claims=tuple(judge_claim_at(context, one, anchored) for one in bundle.claims),
    )


def _result(claim: Claim, finding: Finding, *, excused: bool = False) -> ClaimResult:
    return ClaimResult(claim, finding.verdict, finding.reason, excused=excused)
