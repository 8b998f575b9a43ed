// Claim `authority`: whoever signed was allowed to when it was anchored.
import type { AnchorFinding } from "./anchoring";
import type { Authorship } from "./authorship";
import type { DelegationProof } from "./bundle";
import { type Context, isFinding } from "./context";
import { type Entry, leafOf, sameEntry } from "./entries";
import { MalformedError } from "./errors";
import type { LogWalk } from "./logWalk";
import { checkMessage, contentOf, type DelegationMessage, REVOCATION, ZERO_WORD } from "./records";
import type { Hex } from "./shapes";
import { type BlockFinding, judgeBlock } from "./times";
import { type Finding, failed, passed, spellTime, unknown, worst } from "./verdicts";

export const MAX_DELEGATION_SECONDS = 90 * 24 * 60 * 60;

/** What was found out before about the entry's anchor and `notBefore`, the Delegation's anchor, the log. */
export interface Found {
  authorship: Authorship;
  anchored: AnchorFinding;
  named: BlockFinding;
  logged: AnchorFinding | null;
  walk: LogWalk | Finding;
}

export async function judgeAuthority(context: Context, found: Found): Promise<Finding> {
  const { authorship, anchored, logged } = found;
  const { verdict, reason } = authorship.finding;
  if (verdict !== "pass") return { verdict, reason: `as for the author: ${reason}` };
  const { delegation, entry } = context.bundle;
  if (!authorship.byDelegate || delegation === null || logged === null) {
    return passed("the author itself signed");
  }
  if (anchored.byAuthor || logged.byAuthor) {
    return unknown("anchored by its author, so nothing shows the order of the log");
  }
  const forDelegation = `for the Delegation: ${logged.finding.reason}`;
  return worst([
    judgeOrder(entry, delegation.entry),
    anchored.finding,
    { verdict: logged.finding.verdict, reason: forDelegation },
    await judgeLifetime(context, delegation.message),
    judgeExpiry(delegation.message.expiresAt, anchored, found.named),
    judgeRevocation(entry, delegation, found.walk),
  ]);
}

function judgeOrder(entry: Entry, granted: Entry): Finding {
  if (granted.sequence >= entry.sequence || granted.position >= entry.position) {
    return failed("the Delegation was not logged before this entry");
  }
  if (entry.sequence === granted.sequence + 1 && entry.previous !== leafOf(granted)) {
    return failed("this entry does not follow the Delegation, as its sequence says");
  }
  return passed("the Delegation was logged before this entry");
}

async function judgeLifetime(context: Context, message: DelegationMessage): Promise<Finding> {
  const named = await judgeBlock(context, message);
  if (named.block === null) {
    const { verdict, reason } = named.finding;
    return { verdict, reason: `for the Delegation: ${reason}` };
  }
  if (message.expiresAt - MAX_DELEGATION_SECONDS > named.block.time) {
    return failed("the Delegation lasts longer than the 90 days allowed");
  }
  return passed("the Delegation lasts no longer than allowed");
}

function judgeExpiry(expiresAt: number, anchored: AnchorFinding, named: BlockFinding): Finding {
  if (anchored.record === null) {
    return unknown("not shown to be anchored, so not before the Delegation expired");
  }
  if (anchored.record.time <= expiresAt) return passed("anchored before the Delegation expired");
  const when = spellTime(expiresAt);
  if (named.block !== null && named.block.time > expiresAt) {
    return failed(`written after the Delegation had expired at ${when}`);
  }
  return unknown(`anchored after the Delegation expired at ${when}; it may have been written before`);
}

function judgeRevocation(entry: Entry, delegation: DelegationProof, walk: LogWalk | Finding): Finding {
  const granted = delegation.entry;
  if (isFinding(walk)) {
    // Adjacent entries alone do not do: this may be a Delegation logged again after its revocation.
    if (granted.sequence === 0 && entry.sequence === 1 && entry.previous === leafOf(granted)) {
      return passed("signed by the delegate in the entry after the author's first, the Delegation");
    }
    return unknown(`whether the Delegation was revoked takes the author's entries: ${walk.reason}`);
  }
  const chain = authorChain(walk, entry);
  if (!Array.isArray(chain)) return chain;
  if (!chain.some((each) => sameEntry(each, granted))) {
    return failed("the log holds another entry in the place of the Delegation");
  }
  return findRevocation(chain, delegation, walk);
}

/** The author's entries from the first to this one, if they are linked without a gap. */
function authorChain(walk: LogWalk, entry: Entry): Entry[] | Finding {
  const chain: Entry[] = [];
  let previous: Hex = ZERO_WORD;
  for (const { entry: each, leaf } of walk.entries) {
    if (each.sequence !== chain.length || each.previous !== previous) {
      return unknown(`the author's entries in the log break at sequence ${chain.length}`);
    }
    chain.push(each);
    if (sameEntry(each, entry)) return chain;
    previous = leaf;
  }
  return unknown(`the log does not show this entry: ${walk.gap ?? "its batch is not final"}`);
}

/** Judge by the entries since the Delegation's first: logged again it has no effect. */
function findRevocation(chain: Entry[], delegation: DelegationProof, walk: LogWalk): Finding {
  const { entry: granted, message } = delegation;
  const first = chain.findIndex((each) => each.content === granted.content);
  for (const each of chain.slice(first + 1)) {
    if (each.kind !== REVOCATION) continue;
    const revoked = revokedBy(each, walk);
    if (typeof revoked !== "string") return revoked;
    if (revoked === message.delegate) {
      return failed(`the Delegation was revoked in the author's entry ${each.sequence}`);
    }
  }
  return passed("allowed by a Delegation that was logged before, not expired and not revoked");
}

/** Whom a Revocation names, from a message that hashes to the entry's content. */
function revokedBy(entry: Entry, walk: LogWalk): Hex | Finding {
  try {
    const message = checkMessage(REVOCATION, walk.messages.get(entry.content) ?? null);
    if (contentOf(REVOCATION, message) === entry.content) return message.delegate as Hex;
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return unknown(`the log does not say whom entry ${entry.sequence} revokes: ${error.message}`);
  }
  return unknown(`the log gives another message for the Revocation ${entry.sequence}`);
}
