// The attack vectors that the Python verifier wrote (tests/vectors/attacks-v1.json), for tests alone.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkEntry, type Entry } from "../entries";
import { ChainUnavailableError, LogUnavailableError, MalformedError } from "../errors";
import type {
  AnchorRecord,
  Block,
  ChainReader,
  ClaimKey,
  ClaimRecord,
  LogBatch,
  LogReader,
  Pins,
} from "../readers";
import type { Hex } from "../shapes";
import { type Json, parseStrictJson } from "../strictJson";
import type { ClaimReport, ClaimResult } from "../verdicts";

type Part = string | [base: number, start: number, end: number] | { of: string; times: number };
type Answer = { is: unknown } | { away: string };
type Asked = [question: unknown[], answer: Answer];
interface Batch {
  sequence: number;
  root: Hex;
  first: number;
  count: number;
  entries: object[];
  messages: Record<Hex, object>;
}
type LogError = { gone: string } | { path: string; problem: string };

export interface RecordedReport {
  name: string;
  bundle: Part[];
  pins: RecordedPins | null;
  chain: number[] | null;
  log: { batches: number[]; error: LogError | null } | null;
  results: number[];
  signer: string | null;
  unsigned: boolean;
  erased: boolean;
  self_anchored: boolean;
  claims: ClaimReport[];
  exit: number;
  exit_offline: number;
}
interface RecordedPins {
  chain_id: number;
  genesis: Hex;
  contract: Hex | null;
  anchorer: Hex | null;
  depth: number;
  last_batch: number | null;
  operator_runs_chain: boolean;
  registry: Hex | null;
  issuers: Hex[];
}
interface RecordedClaim {
  name: string;
  file: Part[];
  pins: RecordedPins | null;
  chain: number[] | null;
  report: ClaimReport;
  exit: number;
  exit_offline: number;
}
interface RecordedClaimRecord {
  status: number;
  issued_at: number;
  expires_at: number;
  ended_at: number;
  reason: number;
}
interface Corpus {
  bases: string[];
  answers: Asked[];
  batches: Batch[];
  results: Required<ClaimResult>[];
  reports: RecordedReport[];
  claims: RecordedClaim[];
  bundles: { name: string; text: Part[]; refused: boolean }[];
  claim_files: { name: string; text: Part[]; refused: boolean }[];
  json: { name: string; text: Part[]; max_bytes: number; max_depth: number; refused: boolean }[];
  signatures: { name: string; digest: Hex; signature: Hex; signer: Hex | null }[];
}

const VECTORS = join(import.meta.dirname, "../../../../../tests/vectors");

/** Read a file of tests/vectors. */
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(VECTORS, name), "utf8")) as T;
}

export const corpus = readVectors<Corpus>("attacks-v1.json");

/** The bytes of the parts of a text; each character stands for one byte. */
export function unpack(parts: Part[]): Uint8Array {
  const text = parts
    .map((part) => {
      if (typeof part === "string") return part;
      if (Array.isArray(part)) return (corpus.bases[part[0]] ?? "").slice(part[1], part[2]);
      return part.of.repeat(part.times);
    })
    .join("");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function pinsOf(pins: RecordedPins | null): Pins | null {
  return (
    pins && {
      chainId: pins.chain_id,
      genesis: pins.genesis,
      contract: pins.contract,
      anchorer: pins.anchorer,
      depth: pins.depth,
      lastBatch: pins.last_batch,
      operatorRunsChain: pins.operator_runs_chain,
      registry: pins.registry,
      issuers: pins.issuers,
    }
  );
}

/** A chain that answers what was asked in Python, and fails a test that asks anything else. */
export class TapedChain implements ChainReader {
  private readonly tape: Asked[];

  constructor(
    places: number[],
    private readonly otherwise?: (question: unknown[]) => unknown,
  ) {
    this.tape = places.map((place) => corpus.answers[place] as Asked);
  }

  private ask<T>(...question: unknown[]): Promise<T> {
    const asked = JSON.stringify(question);
    const index = this.tape.findIndex(([known]) => JSON.stringify(known) === asked);
    if (index < 0) {
      if (this.otherwise) return Promise.resolve(this.otherwise(question) as T);
      return Promise.reject(new Error(`nobody asked ${asked} when this was recorded`));
    }
    const [, answer] = (this.otherwise ? [this.tape[index]] : this.tape.splice(index, 1))[0] as Asked;
    if ("away" in answer) return Promise.reject(new ChainUnavailableError(answer.away));
    return Promise.resolve(answer.is as T);
  }

  chainId = () => this.ask<number>("chain_id");
  genesis = () => this.ask<Hex>("genesis");
  head = () => this.ask<Block>("head");
  block = (number: number) => this.ask<Block | null>("block", number);
  nextSequence = (contract: Hex, anchorer: Hex) => this.ask<number>("next_sequence", contract, anchorer);
  isValidSignature = (signer: Hex, digest: Hex, signature: Hex, block: number) =>
    this.ask<boolean | null>("is_valid_signature", signer, digest, signature, block);

  async anchorOf(contract: Hex, anchorer: Hex, root: Hex): Promise<AnchorRecord | null> {
    const found = await this.ask<(AnchorRecord & { block_number: number }) | null>(
      "anchor_of",
      contract,
      anchorer,
      root,
    );
    return found && { ...found, blockNumber: found.block_number };
  }

  async claimOf(registry: Hex, key: ClaimKey, block: number): Promise<ClaimRecord | null> {
    const { issuer, subject, schema, digest } = key;
    const found = await this.ask<RecordedClaimRecord | null>(
      "claim_of",
      registry,
      issuer,
      subject,
      schema,
      digest,
      block,
    );
    if (found === null) return null;
    const { issued_at: issuedAt, expires_at: expiresAt, ended_at: endedAt, ...rest } = found;
    return { ...rest, issuedAt, expiresAt, endedAt };
  }

  async transactionBlock(hash: Hex): Promise<{ number: number; hash: Hex } | null> {
    const found = await this.ask<[number, Hex] | null>("transaction_block", hash);
    return found && { number: found[0], hash: found[1] };
  }
}

/** The batches that were read in Python, then what went wrong, if anything did. */
export class TapedLog implements LogReader {
  constructor(private readonly recorded: { batches: number[]; error: LogError | null }) {}

  // eslint-disable-next-line @typescript-eslint/require-await -- a reader of the network waits here
  async *batches(): AsyncGenerator<LogBatch> {
    for (const place of this.recorded.batches) yield batchOf(corpus.batches[place] as Batch);
    const { error } = this.recorded;
    if (error === null) return;
    if ("gone" in error) throw new LogUnavailableError(error.gone);
    throw new MalformedError(error.path, error.problem);
  }
}

/** A plain value as the strict reader would give it. */
export function strict(value: unknown): Json {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return parseStrictJson(bytes, { maxBytes: 1 << 24, maxDepth: 20 });
}

function batchOf(batch: Batch): LogBatch {
  const entries: Entry[] = batch.entries.map((entry) => checkEntry(strict(entry)));
  const messages = new Map(
    Object.entries(batch.messages).map(([content, message]) => [content as Hex, strict(message)]),
  );
  return { ...batch, entries, messages };
}
