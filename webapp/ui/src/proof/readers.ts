// What a verifier believes beforehand, and what it may ask: a chain and a log.
import type { Entry } from "./entries";
import type { Hex } from "./shapes";
import type { Json } from "./strictJson";

/** What is believed of one log; never taken from the bundle. Addresses in lower case. */
export interface Pins {
  chainId: number;
  genesis: Hex;
  contract: Hex | null;
  anchorer: Hex | null;
  /** Blocks that must lie on an anchor: head - block. */
  depth: number;
  /** The sequence of the last batch believed; null for no end. */
  lastBatch?: number | null;
  /** Every time is then reported as the operator's word. */
  operatorRunsChain?: boolean;
  /** IdentityRegistry's address. */
  registry?: Hex | null;
  /** Who is believed about people. */
  issuers?: readonly Hex[];
}

/** A canonical block; `transactions` is null where the reader left them out. */
export interface Block {
  number: number;
  hash: Hex;
  time: number;
  transactions: readonly Hex[] | null;
}

/** What AnchorLog keeps of one root. */
export interface AnchorRecord {
  sequence: number;
  first: number;
  count: number;
  time: number;
  blockNumber: number;
}

/** Under what IdentityRegistry keeps a claim. */
export interface ClaimKey {
  issuer: Hex;
  subject: Hex;
  schema: Hex;
  digest: Hex;
}

/**
 * What IdentityRegistry keeps of a claim. `status`: 0 none, 1 valid, 2 expired, 3 revoked, 4 declined. Times in seconds
 * since 1970, 0 for none.
 */
export interface ClaimRecord {
  status: number;
  issuedAt: number;
  expiresAt: number;
  endedAt: number;
  reason: number;
}

/** One chain through one node. Every method throws ChainUnavailableError when the node cannot answer. */
export interface ChainReader {
  chainId(): Promise<number>;
  /** The hash of block 0. */
  genesis(): Promise<Hex>;
  head(): Promise<Block>;
  /** The canonical block of this number; null if the node has none. */
  block(number: number): Promise<Block | null>;
  /** What the contract holds of a root at the head; null if nothing, or no such contract. */
  anchorOf(contract: Hex, anchorer: Hex, root: Hex): Promise<AnchorRecord | null>;
  /**
   * What the registry held of a claim after a block; null if no such contract is there. Throws ChainUnavailableError
   * also where the node no longer has that state.
   */
  claimOf(registry: Hex, key: ClaimKey, blockNumber: number): Promise<ClaimRecord | null>;
  /** How many batches this anchorer has written. */
  nextSequence(contract: Hex, anchorer: Hex): Promise<number>;
  /**
   * Whether the contract at `signer` accepted the signature at the end of that block, by ERC-6492 and
   * ERC-1271 alone; null where that state is not to be had.
   */
  isValidSignature(signer: Hex, digest: Hex, signature: Hex, blockNumber: number): Promise<boolean | null>;
  /** The block that holds a transaction; null if this node does not know it. */
  transactionBlock(hash: Hex): Promise<{ number: number; hash: Hex } | null>;
}

/** One batch as a public log gives it, with messages of kinds 2 to 4 by content; none of it believed yet. */
export interface LogBatch {
  sequence: number;
  root: Hex;
  first: number;
  count: number;
  entries: Entry[];
  messages: ReadonlyMap<Hex, Json>;
}

/** The public log of one anchorer. */
export interface LogReader {
  /** Every batch in ascending sequence; throws LogUnavailableError or MalformedError. */
  batches(): AsyncIterable<LogBatch>;
}
