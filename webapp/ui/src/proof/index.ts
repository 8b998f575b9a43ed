// An independent verifier of Troth's bundles: written from the protocol's page, on viem alone. Nothing here
// imports from the rest of the interface, and what it computes never changes for version 1.
export { sha256 } from "viem/utils";
export { ApiLog } from "./apiLog";
export {
  type Anchor,
  type Bundle,
  type DelegationProof,
  MAX_BUNDLE_BYTES,
  MEDIA_TYPE,
  parseBundle,
} from "./bundle";
export { CLAIM_MEDIA_TYPE, type ClaimFile, isClaim, parseClaimFile } from "./claimFile";
export { judgeClaim } from "./claims";
export { digestOf } from "./domain";
export { type Entry, leafOf } from "./entries";

export { MalformedError } from "./errors";
export { explainHashes, explainPath, type HashStep, isWrong, type PathStep } from "./explain";
export { gasUsed, NodeReader } from "./nodeReader";
export type { ChainReader, LogReader, Pins } from "./readers";
export { contentOf, type Kind, type Message, typeName } from "./records";
export { urlProblem } from "./rpc";
export type { Hex } from "./shapes";
export { parentOf } from "./tree";
export {
  CLAIMS,
  type Claim,
  type ClaimPart,
  type ClaimReport,
  type ClaimResult,
  CONCLUSIONS,
  claimExitCode,
  exitCode,
  type Finding,
  type Report,
  resultOf,
  spellTime,
  type Verdict,
} from "./verdicts";
export { type Sources, verify } from "./verify";
export { warmUp } from "./warmUp";
