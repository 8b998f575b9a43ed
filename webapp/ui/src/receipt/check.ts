/** One verification as the pages show it: the file's bytes, what is believed, and what came of it. */

import {
  ApiLog,
  type Bundle,
  exitCode,
  explainHashes,
  explainPath,
  type HashStep,
  MalformedError,
  NodeReader,
  type PathStep,
  parseBundle,
  type Report,
  verify,
} from "../proof";
import type { Trust } from "./trust";

export interface Checked {
  bundle: Bundle;
  report: Report;
  hashes: HashStep[];
  path: PathStep[];
  /** As `troth verify` exits; 2, an unusable file, is `Unusable`. */
  code: 0 | 1 | 3;
  /** No node was asked: only integrity and author were asked for. */
  offline: boolean;
  /** The log was read too, for `authority` and `latest`. */
  withLog: boolean;
  milliseconds: number;
}

export interface Unusable {
  unusable: string;
}

/** Where the log is walked without being asked to: each batch takes a call to the node. */
const FEW_BATCHES = 200;

/** Verify a file; a file that is no bundle gives `unusable`. `api` is where its log can be read, if anywhere. */
export async function checkFile(
  data: Uint8Array,
  trust: Trust | null,
  api: string | null,
): Promise<Checked | Unusable> {
  let bundle: Bundle;
  try {
    bundle = parseBundle(data);
  } catch (error) {
    if (error instanceof MalformedError) return { unusable: error.message };
    throw error;
  }
  const started = performance.now();
  const pins = trust?.pins ?? null;
  const offline = pins === null || trust === null || trust.rpc === "";
  const chain = offline ? null : new NodeReader(trust.rpc);
  const log = pins?.anchorer && api !== null && chain !== null ? new ApiLog(api, pins.anchorer) : null;
  const report = await verify(bundle, { pins, chain, log });
  return {
    bundle,
    report,
    hashes: explainHashes(bundle),
    path: explainPath(bundle),
    code: exitCode(report, { offline }),
    offline,
    withLog: log !== null,
    milliseconds: performance.now() - started,
  };
}

/** Say whether the pinned log is short enough to be walked by itself; false where that cannot be told. */
export async function isShortLog(trust: Trust): Promise<boolean> {
  const { rpc, pins } = trust;
  if (rpc === "" || !pins?.contract || !pins.anchorer) return false;
  try {
    return (await new NodeReader(rpc).nextSequence(pins.contract, pins.anchorer)) <= FEW_BATCHES;
  } catch {
    return false;
  }
}

export function isUnusable(value: Checked | Unusable): value is Unusable {
  return "unusable" in value;
}
