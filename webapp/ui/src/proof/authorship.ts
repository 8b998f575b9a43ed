// Claim `author`: who signed, by recovery first and by contract wallet after. A Delegation in the file is judged
// as a whole even where the author signed without it: a file may not carry a broken proof past its reader.
import type { AnchorFinding } from "./anchoring";
import type { Bundle, DelegationProof } from "./bundle";
import type { ChainAccess, Context } from "./context";
import { digestOf } from "./domain";
import { pathProblems, recordProblems } from "./integrity";
import { accountAuthor, DELEGABLE, DELEGATION, SCOPE_POST, typeName, ZERO_ADDRESS } from "./records";
import type { Hex } from "./shapes";
import { isHighS, recover } from "./signatures";
import { type BlockFinding, judgeBlock } from "./times";
import { type Finding, failed, passed, unknown } from "./verdicts";

/** A verdict on the signature; `byDelegate` says that the named delegate made it. */
export interface Authorship {
  finding: Finding;
  signer: Hex | null;
  byDelegate: boolean;
  unsigned: boolean;
}

/** Judge `author`; `logged` is what became of the Delegation's anchor, null without a Delegation. */
export async function judgeAuthor(
  context: Context,
  anchored: AnchorFinding,
  named: BlockFinding,
  logged: AnchorFinding | null,
): Promise<Authorship> {
  const { bundle } = context;
  const { delegation, entry, signature } = bundle;
  const ends = (finding: Finding, rest: Partial<Authorship> = {}): Authorship => ({
    finding,
    signer: null,
    byDelegate: false,
    unsigned: false,
    ...rest,
  });
  if (signature === null) return ends(judgeUnsigned(bundle), { unsigned: true });
  if (bundle.account !== null) {
    return ends(failed("the file names an account, as only unsigned records do"));
  }
  const problems = delegation === null ? [] : delegationProblems(bundle, delegation);
  if (problems.length > 0) {
    return ends(failed(`the Delegation is not whole: ${problems.join("; ")}`));
  }
  const signed = digestOf(bundle.domain, entry.content);
  const signer = await recover(signed, signature);
  if (signer === entry.author) return ends(passed(`signed by its author ${signer}`), { signer });
  if (delegation !== null && logged !== null && signer === delegation.message.delegate) {
    const finding = await judgeDelegate(context, delegation, logged);
    return ends(finding, { signer, byDelegate: true });
  }
  const finding = await judgeContract(context, signed, signature, anchored, named);
  return ends(finding, { signer: finding.verdict === "pass" ? entry.author : signer });
}

/** Why a Delegation is no whole Delegation of the bundle's author, from the file alone. */
export function delegationProblems(bundle: Bundle, delegation: DelegationProof): string[] {
  const { entry, message, signature, proof, anchor } = delegation;
  const problems = recordProblems(DELEGATION, message, signature, entry);
  if (anchor !== null) problems.push(...pathProblems(entry, proof, anchor));
  if (entry.author !== bundle.entry.author) problems.push(`it is of ${entry.author}, another author`);
  if (message.scope !== SCOPE_POST) problems.push("its scope is not 'post'");
  if (message.delegate === ZERO_ADDRESS || message.delegate === entry.author) {
    problems.push("it names nobody else as delegate");
  }
  return problems;
}

function judgeUnsigned(bundle: Bundle): Finding {
  const { account, entry } = bundle;
  if (account === null || accountAuthor(account) !== entry.author) {
    return failed("unsigned, and the file names no account that this author is derived from");
  }
  if (bundle.delegation !== null) {
    return failed("unsigned, and yet the file carries a Delegation");
  }
  return unknown(`unsigned: the server alone says that account ${account} wrote this`);
}

async function judgeDelegate(
  context: Context,
  delegation: DelegationProof,
  logged: AnchorFinding,
): Promise<Finding> {
  const { author } = delegation.entry;
  const { domain, entry } = context.bundle;
  if (!DELEGABLE.includes(entry.kind)) {
    const what = typeName(entry.kind);
    return failed(`a delegate signed a ${what}, which only the author itself can sign`);
  }
  const signed = digestOf(domain, delegation.entry.content);
  if ((await recover(signed, delegation.signature)) !== author) {
    const named = await judgeBlock(context, delegation.message);
    const finding = await judgeContract(context, signed, delegation.signature, logged, named);
    return { ...finding, reason: `for the Delegation: ${finding.reason}` };
  }
  return passed(`signed by ${delegation.message.delegate}, whom its author ${author} allowed to`);
}

/** Judge a signature that recovery does not give to the author, as a contract wallet's. */
async function judgeContract(
  context: Context,
  signed: Hex,
  signature: Hex,
  anchored: AnchorFinding,
  named: BlockFinding,
): Promise<Finding> {
  const { author } = context.bundle.entry;
  const hint = isHighS(signature) ? "; its s is in the upper half" : "";
  const problem = `not signed by the key of ${author}${hint}; a contract wallet takes`;
  if (context.pins === null || context.chain === null) return unknown(`${problem} a chain`);
  return context.ask(async (access: ChainAccess) => {
    const acceptedAt = (number: number) => access.chain.isValidSignature(author, signed, signature, number);
    if (anchored.record === null) return unknown(`${problem} an anchor`);
    const accepted = await acceptedAt(anchored.record.blockNumber);
    if (accepted === null) {
      return unknown(`the state of ${author} at the anchor's block is not to be had`);
    }
    if (accepted) return passed(`signed by its author ${author}, a contract wallet`);
    const before = named.block === null ? null : await acceptedAt(named.block.number);
    return judgeStart(before, `${author}${hint}`);
  });
}

/** Judge a signature that was not valid at the anchor's block by the one that the message names. */
function judgeStart(accepted: boolean | null, author: string): Finding {
  if (accepted === null) {
    return unknown(`not valid for ${author} at its anchor, and at notBefore it is not known`);
  }
  if (accepted) return unknown(`valid for ${author} only at notBefore, no longer at its anchor`);
  return failed(`not signed by ${author}, nor valid as a contract wallet's`);
}
