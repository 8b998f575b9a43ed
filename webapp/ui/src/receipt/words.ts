/** How claims and verdicts are called on the pages. */

import type { Claim, ClaimPart, Verdict } from "../proof";

export const CLAIM_WORDS: Record<Claim, { title: string; about: string }> = {
  integrity: { title: "Integrity", about: "The file agrees with itself, from the text up to the root." },
  author: { title: "Author", about: "Whose key signed it." },
  authority: { title: "Authority", about: "Whoever signed was allowed to." },
  anchored: { title: "Anchored", about: "The chain holds its root, deep enough." },
  not_after: { title: "Not after", about: "It existed by this time." },
  not_before: { title: "Not before", about: "It was written after this time." },
  latest: { title: "Latest", about: "Nothing newer of this record is in the log." },
};

export const PART_WORDS: Record<ClaimPart, { title: string; about: string }> = {
  integrity: {
    title: "Integrity",
    about: "The words are what the digest stands for, and about this author.",
  },
  issuer: { title: "Issuer", about: "Who vouches is somebody whom you believe." },
  status: { title: "Status", about: "The registry on the chain holds it as valid." },
};

export const VERDICT_WORDS: Record<Verdict, string> = {
  pass: "holds",
  fail: "does NOT hold",
  unknown: "not decided",
};
