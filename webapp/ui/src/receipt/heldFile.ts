/** Whether a file is the one that a bundle names by its digest; as `troth verify --file` judges it. */

import { type Bundle, type Finding, type Hex, sha256 } from "../proof";

const STAMP = 5;

/** The most that is read: a browser hashes a file as a whole. */
export const MAX_HELD_BYTES = 512 * 1024 * 1024;

export interface HeldFile {
  name: string;
  digest: Hex;
}

/** Whether the record names files: a Stamp, or a Post by its media. */
export const namesFiles = ({ kind, message }: Bundle): boolean =>
  kind === STAMP || (message?.media ?? []).length > 0;

/** The SHA-256 of a file; throws what reading it throws, and RangeError for one that is too long. */
export async function digestFile(file: Blob): Promise<Hex> {
  if (file.size > MAX_HELD_BYTES) throw new RangeError("The file is too long for a browser.");
  const bytes = new Uint8Array(await file.arrayBuffer());
  // Browsers have it only for pages that come by https or from this machine.
  if (!globalThis.crypto?.subtle) return sha256(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `0x${[...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Compare a file's SHA-256 with the digests that the bundle's record names. */
export function judgeFile({ kind, message }: Bundle, digest: Hex): Finding {
  if (message === null) {
    return { verdict: "unknown", reason: "the record was erased, and its digest with it" };
  }
  const media = (message.media ?? []).map((one) => one.digest);
  const named = kind === STAMP && message.digest ? [message.digest] : media;
  if (named.includes(digest)) {
    return { verdict: "pass", reason: "its SHA-256 is the one that the record names" };
  }
  const shown = named.join(", ") || "none";
  return { verdict: "fail", reason: `its SHA-256 is ${digest}, the record names ${shown}` };
}

/** The exit code of a verification that also asked for the file: what fails outranks all. */
export function withFile(code: 0 | 1 | 3, { verdict }: Finding): 0 | 1 | 3 {
  if (verdict === "fail" || code === 1) return 1;
  return verdict === "unknown" ? 3 : code;
}
