"""Claim `authority`: whoever signed was allowed to when it was anchored."""

from chain.proofs.anchoring import AnchorFinding
from chain.proofs.authorship import Authorship
from chain.proofs.bundle import DelegationProof
from chain.proofs.context import Context
from chain.proofs.entries import ZERO_WORD, Entry
from chain.proofs.errors import MalformedError
from chain.proofs.log_walk import LogWalk
from chain.proofs.records import Kind, Message, check_message, content
from chain.proofs.times import BlockFinding, judge_block
from chain.proofs.verdicts import Finding, Verdict, failed, passed, spell_time, unknown, worst

MAX_DELEGATION_SECONDS = 90 * 24 * 60 * 60


def judge_authority(
    context: Context,
    authorship: Authorship,
    anchored: AnchorFinding,
    named: BlockFinding,
    logged: AnchorFinding | None,
    walk: LogWalk | Finding,
) -> Finding:
    """Judge `authority`.

    `anchored` and `named` are the entry's anchor and `notBefore`, `logged` the Delegation's anchor, `walk`
    the author's entries in the log or why they are not to be had.
    """
    if authorship.finding.verdict is not Verdict.PASS:
        return Finding(
            authorship.finding.verdict, f"as for the author: {authorship.finding.reason}"
        )
    delegation = context.bundle.delegation
    if not authorship.by_delegate or delegation is None or logged is None:
        return passed("the author itself signed")
    if anchored.by_author or logged.by_author:
        return unknown("anchored by its author, so nothing shows the order of the log")
    return worst(
        [
            _judge_order(context.bundle.entry, delegation.entry),
            anchored.finding,
            Finding(logged.finding.verdict, f"for the Delegation: {logged.finding.reason}"),
            _judge_lifetime(context, delegation.message),
            _judge_expiry(delegation.message["expiresAt"], anchored, named),
            _judge_revocation(context.bundle.entry, delegation, walk),
        ]
    )


def _judge_order(entry: Entry, granted: Entry) -> Finding:
    if granted.sequence >= entry.sequence or granted.position >= entry.position:
        return failed("the Delegation was not logged before this entry")
    if entry.sequence == granted.sequence + 1 and entry.previous != granted.leaf():
        return failed("this entry does not follow the Delegation, as its sequence says")
    return passed("the Delegation was logged before this entry")


def _judge_lifetime(context: Context, message: Message) -> Finding:
    named = judge_block(context, message)
    if named.block is None:
        return Finding(named.finding.verdict, f"for the Delegation: {named.finding.reason}")
    if message["expiresAt"] > named.block.time + MAX_DELEGATION_SECONDS:
        return failed("the Delegation lasts longer than the 90 days allowed")
    return passed("the Delegation lasts no longer than allowed")


def _judge_expiry(expires_at: int, anchored: AnchorFinding, named: BlockFinding) -> Finding:
    if anchored.record is None:
        return unknown("not shown to be anchored, so not before the Delegation expired")
    if anchored.record.time <= expires_at:
        return passed("anchored before the Delegation expired")
    when = spell_time(expires_at)
    if named.block is not None and named.block.time > expires_at:
        return failed(f"written after the Delegation had expired at {when}")
    return unknown(
        f"anchored after the Delegation expired at {when}; it may have been written before"
    )


def _judge_revocation(
    entry: Entry, delegation: DelegationProof, walk: LogWalk | Finding
) -> Finding:
    granted = delegation.entry
    if isinstance(walk, Finding):
        # Adjacent entries alone do not do: this may be a Delegation logged again after its revocation.
        if granted.sequence == 0 and entry.sequence == 1 and entry.previous == granted.leaf():
            return passed(
                "signed by the delegate in the entry after the author's first, the Delegation"
            )
        return unknown(
            f"whether the Delegation was revoked takes the author's entries: {walk.reason}"
        )
    chain = _author_chain(walk, entry)
    if isinstance(chain, Finding):
        return chain
    if granted not in chain:
        return failed("the log holds another entry in the place of the Delegation")
    return _find_revocation(chain, delegation, walk.messages)


def _author_chain(walk: LogWalk, entry: Entry) -> list[Entry] | Finding:
    """Return the author's entries from the first to this one, if they are linked without a gap."""
    chain: list[Entry] = []
    previous = ZERO_WORD
    for each, leaf in walk.entries:
        if each.sequence != len(chain) or each.previous != previous:
            return unknown(f"the author's entries in the log break at sequence {len(chain)}")
        chain.append(each)
        if each == entry:
            return chain
        previous = leaf
    return unknown(f"the log does not show this entry: {walk.gap or 'its batch is not final'}")


def _find_revocation(
    chain: list[Entry], delegation: DelegationProof, messages: dict[bytes, Message]
) -> Finding:
    """Judge by the entries since the Delegation's first: logged again it has no effect."""
    granted, delegate = delegation.entry, delegation.message["delegate"]
    first = next(entry for entry in chain if entry.content == granted.content)
    for entry in chain[first.sequence + 1 :]:
        if entry.kind is Kind.REVOCATION:
            revoked = _revoked(entry, messages)
            if isinstance(revoked, Finding):
                return revoked
            if revoked == delegate:
                return failed(f"the Delegation was revoked in the author's entry {entry.sequence}")
    return passed("allowed by a Delegation that was logged before, not expired and not revoked")


def _revoked(entry: Entry, messages: dict[bytes, Message]) -> str | Finding:
    """Return whom a Revocation names, from a message that hashes to the entry's content."""
    message: object = messages.get(entry.content)
    try:
        checked = check_message(Kind.REVOCATION, message)
    except MalformedError as error:
        return unknown(f"the log does not say whom entry {entry.sequence} revokes: {error}")
    if content(Kind.REVOCATION, checked) != entry.content:
        return unknown(f"the log gives another message for the Revocation {entry.sequence}")
    return str(checked["delegate"])
