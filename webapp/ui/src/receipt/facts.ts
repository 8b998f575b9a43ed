/** What a bundle says beside its text, as names and values. */

import type { Bundle, Message } from "../proof";

export interface Fact {
  name: string;
  value: string;
  /** Shown as code, with a button that copies it. */
  hash?: boolean;
}

const ZERO = `0x${"00".repeat(32)}`;
const NAMES: [keyof Message, string][] = [
  ["audience", "Audience"],
  ["replyTo", "Answers"],
  ["quotes", "Quotes"],
  ["replaces", "Replaces"],
  ["delegate", "Delegate"],
  ["scope", "Scope"],
  ["expiresAt", "Expires at"],
  ["digest", "SHA-256 of the file"],
  ["salt", "Salt"],
];

/** The message's own fields, but for what the receipt shows elsewhere. */
export function messageFacts(message: Message): Fact[] {
  const facts: Fact[] = [];
  for (const [key, name] of NAMES) {
    const value = message[key];
    if (value === undefined || value === ZERO) continue;
    facts.push({ name, value: String(value), hash: String(value).startsWith("0x") });
  }
  return facts;
}

/** Its place in the log and on the chain. */
export function placeFacts({ entry, anchor, domain }: Bundle): Fact[] {
  const own: Fact[] = [
    { name: "Position in the log", value: String(entry.position) },
    { name: "Entry of its author", value: `${entry.sequence} (counted from 0)` },
    { name: "Entry before", value: entry.previous, hash: true },
    { name: "Chain", value: String(domain.chainId) },
    { name: "Contract", value: domain.verifyingContract, hash: true },
  ];
  if (anchor === null) return own;
  const last = anchor.first + anchor.count - 1;
  return [
    ...own,
    { name: "Batch", value: `${anchor.sequence}, with ${anchor.count} entries (${anchor.first} to ${last})` },
    { name: "Anchorer", value: anchor.anchorer, hash: true },
    { name: "Root", value: anchor.root, hash: true },
    { name: "Transaction", value: anchor.transaction, hash: true },
    { name: "Block", value: String(anchor.block.number) },
    { name: "Hash of the block", value: anchor.block.hash, hash: true },
  ];
}
