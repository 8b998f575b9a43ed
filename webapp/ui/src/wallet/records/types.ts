/** The records of the protocol (docs/protocol.md, section 2) as EIP-712 types and as the API takes them. */

import type { Schemas } from "../../api/client";

export type Hex = `0x${string}`;

export const ZERO_HASH: Hex = `0x${"0".repeat(64)}`;

const BLOCK_REF = [
  { name: "number", type: "uint64" },
  { name: "hash", type: "bytes32" },
] as const;

export const TYPES = {
  Post: [
    { name: "id", type: "bytes16" },
    { name: "author", type: "address" },
    { name: "audience", type: "string" },
    { name: "text", type: "string" },
    { name: "media", type: "Media[]" },
    { name: "replyTo", type: "bytes32" },
    { name: "quotes", type: "bytes32" },
    { name: "replaces", type: "bytes32" },
    { name: "notBefore", type: "BlockRef" },
    { name: "salt", type: "bytes32" },
  ],
  Deletion: [
    { name: "id", type: "bytes16" },
    { name: "author", type: "address" },
    { name: "replaces", type: "bytes32" },
    { name: "notBefore", type: "BlockRef" },
  ],
  Delegation: [
    { name: "id", type: "bytes16" },
    { name: "author", type: "address" },
    { name: "delegate", type: "address" },
    { name: "scope", type: "string" },
    { name: "expiresAt", type: "uint64" },
    { name: "notBefore", type: "BlockRef" },
  ],
  Revocation: [
    { name: "id", type: "bytes16" },
    { name: "author", type: "address" },
    { name: "delegate", type: "address" },
    { name: "notBefore", type: "BlockRef" },
  ],
  Media: [
    { name: "digest", type: "bytes32" },
    { name: "mime", type: "string" },
    { name: "alt", type: "string" },
  ],
  BlockRef: BLOCK_REF,
} as const;

export type RecordKind = "Post" | "Deletion" | "Delegation" | "Revocation";

interface Common {
  id: Hex;
  author: Hex;
  notBefore: { number: number; hash: Hex };
}

export interface PostMessage extends Common {
  audience: "public" | "followers";
  text: string;
  media: { digest: Hex; mime: string; alt: string }[];
  replyTo: Hex;
  quotes: Hex;
  replaces: Hex;
  salt: Hex;
}

export interface DeletionMessage extends Common {
  replaces: Hex;
}

export interface RevocationMessage extends Common {
  delegate: Hex;
}

export interface DelegationMessage extends RevocationMessage {
  scope: "post";
  expiresAt: number;
}

export interface Messages {
  Post: PostMessage;
  Deletion: DeletionMessage;
  Delegation: DelegationMessage;
  Revocation: RevocationMessage;
}

/** What wallets and viem sign. */
export interface TypedRecord {
  domain: { name: string; version: string; chainId: number; verifyingContract: Hex };
  types: Record<string, readonly { name: string; type: string }[]>;
  primaryType: RecordKind;
  message: Record<string, unknown>;
}

/** Dress a record as EIP-712 typed data of a log's domain. */
export function typedRecord<Kind extends RecordKind>(
  kind: Kind,
  message: Messages[Kind],
  domain: Schemas["Log"]["domain"],
): TypedRecord {
  const { [kind]: own, Media, BlockRef } = TYPES;
  return {
    domain: {
      name: "Troth",
      version: "1",
      chainId: domain.chainId,
      verifyingContract: domain.verifyingContract as Hex,
    },
    types: { [kind]: own, ...(kind === "Post" ? { Media } : {}), BlockRef },
    primaryType: kind,
    message: { ...message },
  };
}
