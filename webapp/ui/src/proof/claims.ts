// Claim files: the message is what the digest says, the issuer is believed, and the registry holds it. A file of its own
// is judged now, at pinned depth; one in a bundle as it stood at the block that anchored the record.
import type { AnchorFinding } from "./anchoring";
import { type ClaimFile, claimDigest, kindOfClaim } from "./claimFile";
import { away, type ChainAccess, type Context, isFinding, openChain } from "./context";
import { ChainUnavailableError } from "./errors";
import type { ChainReader, ClaimRecord, Pins } from "./readers";
import type { Hex } from "./shapes";
import { type ClaimReport, type Finding, failed, passed, spellTime, unknown } from "./verdicts";

const NONE = 0,
  VALID = 1,
  EXPIRED = 2,
  DECLINED = 4;
const REASONS = [
  "for no stated reason",
  "since it was issued by mistake",
  "since it is no longer true",
  "since another claim replaced it",
  "since its subject asked for that",
  "since the issuer's key was not safe",
];

/** A verdict for each part of a claim file, as things stand now; never rejects for what it may hold. */
export async function judgeClaim(
  claim: ClaimFile,
  pins: Pins | null = null,
  chain: ChainReader | null = null,
): Promise<ClaimReport> {
  let status = conflictOf(claim, pins);
  if (status === null) {
    const access = await openChain(pins, chain);
    status = isFinding(access) ? access : await asked(access, claim, null);
  }
  return reportOf(claim, pins, status, null);
}

/** The same of a claim file in a bundle, as of the block that anchored the record. */
export async function judgeClaimAt(
  context: Context,
  claim: ClaimFile,
  { record }: AnchorFinding,
): Promise<ClaimReport> {
  const status =
    conflictOf(claim, context.pins) ??
    (record === null
      ? unknown("the record's anchor is not shown, so that its block is not known")
      : await context.ask((access) => asked(access, claim, record.blockNumber)));
  return reportOf(claim, context.pins, status, context.bundle.entry.author);
}

function reportOf(claim: ClaimFile, pins: Pins | null, status: Finding, author: Hex | null): ClaimReport {
  const { message, issuer } = claim;
  return {
    kind: kindOfClaim(message.schema),
    value: message.value,
    subject: message.subject,
    issuer,
    results: [
      { claim: "integrity", ...integrityOf(claim, author) },
      { claim: "issuer", ...issuerOf(claim, pins) },
      { claim: "status", ...status },
    ],
  };
}

function integrityOf({ message, digest }: ClaimFile, author: Hex | null): Finding {
  const actual = claimDigest(message);
  if (actual !== digest) return failed(`the message hashes to ${actual}, the file says ${digest}`);
  if (author !== null && message.subject !== author) {
    return failed(`it is about ${message.subject}, and the record is of ${author}`);
  }
  return passed("the message is what the digest stands for");
}

function issuerOf({ issuer }: ClaimFile, pins: Pins | null): Finding {
  const believed = pins?.issuers ?? [];
  if (believed.length === 0) {
    return unknown("no issuer is pinned; name one whom you believe (--issuer)");
  }
  if (!believed.includes(issuer)) return failed(`${issuer} is none of the issuers that are believed`);
  return passed("the issuer is one that is believed");
}

/** Where the file contradicts the pins, or why nothing can be asked; no node is needed for that. */
function conflictOf({ domain }: ClaimFile, pins: Pins | null): Finding | null {
  if (pins === null) return unknown("no chain is pinned; give its chain id and genesis hash");
  if (domain.chainId !== pins.chainId) {
    return failed(`the file is for chain ${domain.chainId}, the pin says ${pins.chainId}`);
  }
  const registry = pins.registry ?? null;
  if (registry === null) return unknown("no registry is pinned; give its address (--registry)");
  if (domain.verifyingContract !== registry) {
    return failed(`the file is for registry ${domain.verifyingContract}, the pin says ${registry}`);
  }
  return null;
}

/** What the registry says, after a block or (null) now. */
async function asked(access: ChainAccess, claim: ClaimFile, number: number | null): Promise<Finding> {
  try {
    return await (number === null ? asOfNow(access, claim) : asOfBlock(access, claim, number));
  } catch (error) {
    return away(error);
  }
}

async function asOfNow(access: ChainAccess, claim: ClaimFile): Promise<Finding> {
  const { number: head } = await access.head();
  const found = judged(await held(access, claim, head));
  const { depth } = access.pins;
  if (found.verdict !== "pass" || depth === 0) return found;
  const before = head < depth ? null : await held(access, claim, head - depth);
  if (before === null || before.status === NONE) {
    return unknown(`issued less than ${depth} blocks ago; ask later`);
  }
  return found;
}

/** Judge a claim after a block; where the node has that state no more, by what it holds now. */
async function asOfBlock(access: ChainAccess, claim: ClaimFile, number: number): Promise<Finding> {
  try {
    return judged(await held(access, claim, number), number);
  } catch (error) {
    if (!(error instanceof ChainUnavailableError)) throw error;
  }
  const block = await access.chain.block(number);
  const record = await held(access, claim, (await access.head()).number);
  if (block === null || record === null || record.status === NONE) {
    return unknown(`the node does not give the state after block ${number}`);
  }
  if (record.issuedAt > block.time) {
    return failed(`issued on ${spellTime(record.issuedAt)}, after block ${number}`);
  }
  if (record.endedAt !== 0 && record.endedAt <= block.time) {
    return failed(`ended on ${spellTime(record.endedAt)}, before block ${number}`);
  }
  // When it would have expired before it was last renewed is not kept.
  return unknown(`the node has no state as old as block ${number}; ask one that keeps it`);
}

function held(access: ChainAccess, claim: ClaimFile, number: number): Promise<ClaimRecord | null> {
  const { domain, issuer, message, digest } = claim;
  const key = { issuer, subject: message.subject, schema: message.schema, digest };
  return access.chain.claimOf(domain.verifyingContract, key, number);
}

function judged(record: ClaimRecord | null, number: number | null = null): Finding {
  const when = number === null ? "" : ` after block ${number}`;
  if (record === null || record.status === NONE) {
    return failed(`the registry holds no such claim of this issuer${when}`);
  }
  const { status, issuedAt, expiresAt, endedAt, reason } = record;
  if (status === VALID) {
    const until = expiresAt === 0 ? "" : `, good until ${spellTime(expiresAt)}`;
    return passed(`valid${when}, issued on ${spellTime(issuedAt)}${until}`);
  }
  if (status === EXPIRED) return failed(`expired on ${spellTime(expiresAt)}`);
  if (status === DECLINED) return failed(`declined by its subject on ${spellTime(endedAt)}`);
  const why = REASONS[reason] ?? `for reason ${reason} of the issuer's own`;
  return failed(`revoked on ${spellTime(endedAt)}, ${why}`);
}
