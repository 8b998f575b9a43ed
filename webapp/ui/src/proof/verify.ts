// Verification of one bundle: a verdict for each claim, with the chain and the log as optional arguments.
import { judgeAnchor } from "./anchoring";
import { judgeAuthority } from "./authority";
import { judgeAuthor } from "./authorship";
import type { Bundle } from "./bundle";
import { judgeClaimAt } from "./claims";
import { Context } from "./context";
import { judgeIntegrity } from "./integrity";
import { judgeLatest } from "./latest";
import { walkLog } from "./logWalk";
import type { ChainReader, LogReader, Pins } from "./readers";
import { judgeBlock, judgeNotAfter, judgeNotBefore } from "./times";
import type { ClaimReport, Report } from "./verdicts";

export interface Sources {
  /** What is believed beforehand; never from the bundle. */
  pins?: Pins | null;
  /** Without a chain every chain claim is unknown. */
  chain?: ChainReader | null;
  /** Without a log `latest`, and mostly a delegate's `authority`, is unknown. */
  log?: LogReader | null;
}

/** A verdict for every claim of a bundle; never rejects for what a bundle, a chain or a log may contain. */
export async function verify(bundle: Bundle, sources: Sources = {}): Promise<Report> {
  const { pins = null, chain = null, log = null } = sources;
  const context = new Context(bundle, pins, chain, log);
  const { author } = bundle.entry;
  const anchored = await judgeAnchor(context, bundle.anchor, author);
  const logged =
    bundle.delegation === null ? null : await judgeAnchor(context, bundle.delegation.anchor, author);
  const named = await judgeBlock(context, bundle.message);
  const authorship = await judgeAuthor(context, anchored, named, logged);
  const walk = await walkLog(context, anchored);
  const found = { authorship, anchored, named, logged, walk };
  const authority = await judgeAuthority(context, found);
  const claims: ClaimReport[] = [];
  for (const one of bundle.claims) claims.push(await judgeClaimAt(context, one, anchored));
  const excused = authorship.unsigned && authorship.finding.verdict === "unknown";
  return {
    results: [
      judgeIntegrity(bundle),
      { claim: "author", ...authorship.finding, excused },
      { claim: "authority", ...authority },
      { claim: "anchored", ...anchored.finding },
      judgeNotAfter(context, anchored),
      judgeNotBefore(context, named),
      { claim: "latest", ...judgeLatest(context, anchored, walk) },
    ],
    signer: authorship.signer,
    unsigned: authorship.unsigned,
    erased: bundle.message === null,
    selfAnchored: anchored.byAuthor,
    claims,
  };
}
