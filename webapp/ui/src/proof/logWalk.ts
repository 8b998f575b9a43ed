// One author's entries out of the public log, from batches that were rebuilt and found on the chain.
import type { AnchorFinding } from "./anchoring";
import type { ChainAccess, Context } from "./context";
import { type Entry, leafOf } from "./entries";
import { LogUnavailableError, MalformedError, TreeError } from "./errors";
import type { AnchorRecord, LogBatch, LogReader } from "./readers";
import type { Hex } from "./shapes";
import type { Json } from "./strictJson";
import { treeRoot } from "./tree";
import { type Finding, unknown } from "./verdicts";

/** What the log shows of one author in its final batches; `gap` says why the walk ended early. */
export interface LogWalk {
  contract: Hex;
  anchorer: Hex;
  author: Hex;
  entries: { entry: Entry; leaf: Hex }[];
  messages: Map<Hex, Json>;
  batches: number;
  gap: string | null;
}

/** What the log shows of the bundle's author, or why it cannot be walked. */
export async function walkLog(context: Context, anchored: AnchorFinding): Promise<LogWalk | Finding> {
  const { log, bundle } = context;
  if (log === null) return unknown("the log was not read; give it to check this");
  if (anchored.record === null || bundle.anchor === null || anchored.byAuthor) {
    return unknown(`not shown to be in the log: ${anchored.finding.reason}`);
  }
  const walk: LogWalk = {
    contract: bundle.domain.verifyingContract,
    anchorer: bundle.anchor.anchorer,
    author: bundle.entry.author,
    entries: [],
    messages: new Map(),
    batches: 0,
    gap: null,
  };
  return context.ask((access) => walkThrough(access, log, walk));
}

async function walkThrough(access: ChainAccess, log: LogReader, walk: LogWalk): Promise<LogWalk> {
  try {
    const endedEarly = await takeBatches(access, log, walk);
    if (!endedEarly && walk.gap === null) walk.gap = await missingBatches(access, walk);
  } catch (error) {
    if (error instanceof LogUnavailableError) {
      walk.gap = `the log did not answer: ${error.reason}`;
    } else if (error instanceof MalformedError || error instanceof TreeError) {
      walk.gap = `batch ${walk.batches} of the log cannot be read: ${error.message}`;
    } else {
      throw error;
    }
  }
  return walk;
}

/** Take batches up to the first that is not final; say whether there was such a one. */
async function takeBatches(access: ChainAccess, log: LogReader, walk: LogWalk): Promise<boolean> {
  const { pins } = access;
  const last = pins.lastBatch ?? null;
  for await (const batch of log.batches()) {
    if (last !== null && batch.sequence > last) return true;
    if (batch.sequence !== walk.batches) {
      walk.gap = `the log gives batch ${batch.sequence} where ${walk.batches} is due`;
      return false;
    }
    const record = await access.chain.anchorOf(walk.contract, walk.anchorer, batch.root);
    if (record === null || !isNumberedAs(batch, record)) {
      walk.gap = disbelief(batch, record);
      return false;
    }
    if ((await access.head()).number - record.blockNumber < pins.depth) return true;
    rebuild(walk, batch);
    if (walk.gap !== null) return false;
  }
  return false;
}

function isNumberedAs(batch: LogBatch, record: AnchorRecord): boolean {
  return batch.sequence === record.sequence && batch.first === record.first && batch.count === record.count;
}

/** Why a batch's stated anchor is not what the chain holds. */
function disbelief(batch: LogBatch, record: AnchorRecord | null): string {
  return record === null
    ? `the chain does not hold the root of the log's batch ${batch.sequence}`
    : `the log's batch ${batch.sequence} is numbered otherwise on the chain`;
}

/** Take a batch whose entries give its root; set the walk's gap otherwise. */
function rebuild(walk: LogWalk, batch: LogBatch): void {
  const found = batch.entries
    .map((entry) => ({ entry, leaf: leafOf(entry) }))
    .sort((one, other) => one.entry.position - other.entry.position);
  const whole =
    found.length === batch.count && found.every(({ entry }, index) => entry.position === batch.first + index);
  if (treeRoot(found.map(({ leaf }) => leaf)) !== batch.root) {
    walk.gap = `the entries of the log's batch ${batch.sequence} do not give its root`;
  } else if (!whole) {
    walk.gap = `the positions in batch ${batch.sequence} are not without a gap: the log is forged`;
  } else {
    take(walk, batch, found);
  }
}

function take(walk: LogWalk, batch: LogBatch, found: LogWalk["entries"]): void {
  for (const each of found) {
    if (each.entry.author !== walk.author) continue;
    walk.entries.push(each);
    const message = batch.messages.get(each.entry.content);
    if (message !== undefined) walk.messages.set(each.entry.content, message);
  }
  walk.batches += 1;
}

/** Which batches the log kept back, by the contract's own count. */
async function missingBatches(access: ChainAccess, walk: LogWalk): Promise<string | null> {
  const last = access.pins.lastBatch ?? null;
  const held = await access.chain.nextSequence(walk.contract, walk.anchorer);
  const needed = last === null ? held : Math.min(held, last + 1);
  if (walk.batches >= needed) return null;
  return `the log gives ${walk.batches} batches of ${needed} on the chain`;
}
