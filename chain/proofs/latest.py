"""Claim `latest`: nothing newer of this record is in the final batches."""

from chain.proofs.anchoring import AnchorFinding
from chain.proofs.context import Context
from chain.proofs.log_walk import LogWalk
from chain.proofs.verdicts import Finding, failed, passed, unknown


def judge_latest(context: Context, anchored: AnchorFinding, walk: LogWalk | Finding) -> Finding:
    """Judge `latest` against a walk of the whole log, or say why there is none."""
    if anchored.by_author:
        return unknown("anchored by its author, so the log says nothing of later versions")
    if isinstance(walk, Finding):
        return walk
    entry = context.bundle.entry
    known = {each.content for each, _ in walk.entries if each.position <= entry.position}
    later = [
        each.position
        for each, _ in walk.entries
        if each.position > entry.position
        and each.record == entry.record
        and each.content not in known
    ]
    if later:
        return failed(f"a later version of this record is in the log, at position {later[0]}")
    if walk.gap is not None:
        return unknown(f"no later version in {walk.batches} batches, but {walk.gap}")
    return passed(f"no later version of this record in the log's {walk.batches} final batches")
