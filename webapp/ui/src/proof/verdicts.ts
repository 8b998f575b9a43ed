// Verdicts: what a verifier says of each claim, with a reason in plain words.
import type { Hex } from "./shapes";

export type Verdict = "pass" | "fail" | "unknown";

/** The claims that a bundle makes, in the order in which they are reported. */
export const CLAIMS = [
  "integrity",
  "author",
  "authority",
  "anchored",
  "not_after",
  "not_before",
  "latest",
] as const;
export type Claim = (typeof CLAIMS)[number];

/** A verdict with its reason, before it is given to a claim. */
export interface Finding {
  verdict: Verdict;
  reason: string;
}

/**
 * One claim's verdict. `time` (seconds since 1970) belongs to the two bounds: read from the chain, or, where
 * `stated`, only written in the file. An unknown that is `excused` follows from what the record is.
 */
export interface ClaimResult extends Finding {
  claim: Claim;
  time?: number;
  stated?: boolean;
  excused?: boolean;
}

/** What a claim file says of a person, in the order in which it is reported. */
export type ClaimPart = "integrity" | "issuer" | "status";

/** All verdicts on one claim file: what it says of whom, and whether that holds. `kind` names the schema. */
export interface ClaimReport {
  kind: string;
  value: string;
  subject: Hex;
  issuer: Hex;
  results: ({ claim: ClaimPart } & Finding)[];
}

/** All verdicts on one bundle; `signer` is who signed, or whom the bytes name where `author` fails. */
export interface Report {
  results: ClaimResult[];
  signer: Hex | null;
  unsigned: boolean;
  erased: boolean;
  selfAnchored: boolean;
  /** Those that the file carries about its author, each judged on its own. */
  claims: ClaimReport[];
}

export const passed = (reason: string): Finding => ({ verdict: "pass", reason });
export const failed = (reason: string): Finding => ({ verdict: "fail", reason });
export const unknown = (reason: string): Finding => ({ verdict: "unknown", reason });

/** The first that failed, else the first undecided, else the last. */
export function worst(findings: readonly [Finding, ...Finding[]]): Finding {
  const first = (verdict: Verdict) => findings.find((each) => each.verdict === verdict);
  return first("fail") ?? first("unknown") ?? (findings[findings.length - 1] as Finding);
}

export function resultOf(report: Report, claim: Claim): ClaimResult {
  const found = report.results.find((each) => each.claim === claim);
  if (found === undefined) throw new Error(`The report has no claim ${claim}.`);
  return found;
}

/**
 * 1 if any claim fails, 3 if one asked for is undecided, else 0; as `troth verify` exits. A claim file in the bundle that
 * is undecided does not count.
 */
export function exitCode(report: Report, { offline }: { offline: boolean }): 0 | 1 | 3 {
  const fails = ({ results }: { results: Finding[] }) => results.some(({ verdict }) => verdict === "fail");
  if (fails(report) || report.claims.some(fails)) return 1;
  const asked: Claim[] = offline
    ? ["integrity", "author"]
    : ["integrity", "author", "anchored", "not_after", "not_before"];
  const owed = report.results.some(
    (each) => asked.includes(each.claim) && each.verdict === "unknown" && !each.excused,
  );
  return owed ? 3 : 0;
}

/** The same of a claim file alone; offline only integrity is asked for. */
export function claimExitCode({ results }: ClaimReport, { offline }: { offline: boolean }): 0 | 1 | 3 {
  if (results.some(({ verdict }) => verdict === "fail")) return 1;
  return !offline && results.some(({ verdict }) => verdict === "unknown") ? 3 : 0;
}

/** What an exit code means, in one sentence. */
export const CONCLUSIONS = {
  0: "Everything that was asked for holds.",
  1: "At least one claim does NOT hold.",
  3: "Nothing fails, but something asked for could not be decided.",
} as const;

// Beyond the year 9999 there is no calendar date to show, and a file may state any number.
const LAST_DATE = 253402300799;

/** A time as people read it, for instance `2026-01-02 03:04:05 UTC`. */
export function spellTime(seconds: number): string {
  if (seconds > LAST_DATE) return `${seconds} seconds after 1970`;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
