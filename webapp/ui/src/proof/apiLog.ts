// The public log over a Troth server's API; nothing in it is believed before it was rebuilt.
import { checkEntry, type Entry } from "./entries";
import { LogUnavailableError, MalformedError } from "./errors";
import type { LogBatch, LogReader } from "./readers";
import { checkMessage, PUBLIC_KINDS } from "./records";
import { readBytes } from "./rpc";
import { checkHex, checkList, checkObject, checkUint, type Hex } from "./shapes";
import { type Json, parseStrictJson } from "./strictJson";

export interface LogLimits {
  /** Of one answer, in milliseconds. */
  timeoutMs: number;
  maxBytes: number;
  /** Of one verification. */
  maxPages: number;
}

export const LOG_LIMITS: LogLimits = { timeoutMs: 30_000, maxBytes: 4 << 20, maxPages: 1_000 };
const PAGE = 1_000;
const MAX_DEPTH = 6;
/** Of one batch: a server could state any count. */
const MAX_COUNT = 100_000;
const ON_CHAIN = ["final", "mined"];

interface Item {
  entry: Entry;
  message: Json;
}

export class ApiLog implements LogReader {
  private pages = 0;

  /** `api` is the server's origin, without /api/v1. */
  constructor(
    private readonly api: string,
    private readonly anchorer: Hex,
    private readonly limits: LogLimits = LOG_LIMITS,
  ) {}

  async *batches(): AsyncGenerator<LogBatch> {
    const items = this.read("entries", itemOf);
    for await (const batch of this.read("batches", statedBatch)) {
      if (!ON_CHAIN.includes(batch.state)) return;
      const entries: Entry[] = [];
      const messages = new Map<Hex, Json>();
      // Fewer than it says do not give the root, so a wrong count needs no words of its own.
      while (entries.length < Math.min(batch.count, MAX_COUNT)) {
        const next = await items.next();
        if (next.done) break;
        const { entry, message } = next.value;
        entries.push(entry);
        if (message !== null) messages.set(entry.content, message);
      }
      yield { ...batch, entries, messages };
    }
  }

  private async *read<T>(name: string, parse: (value: Json, path: string) => T): AsyncGenerator<T> {
    let first: number | null = 0;
    while (first !== null) {
      const page = await this.page(name, first);
      const fields = checkObject(page, ["items", "next"], "$");
      const items = checkList(fields.get("items"), "$.items", PAGE);
      for (const [index, item] of items.entries()) yield parse(item, `$.items[${index}]`);
      const next: Json | undefined = fields.get("next");
      const following: number | null = next === null ? null : checkUint(next, "$.next");
      if (following !== null && (following <= first || items.length === 0)) {
        throw new LogUnavailableError(`it leads from ${first} of its ${name} back to ${following}`);
      }
      first = following;
    }
  }

  private async page(name: string, first: number): Promise<Json> {
    this.pages += 1;
    const { maxPages, maxBytes } = this.limits;
    if (this.pages > maxPages) {
      throw new LogUnavailableError(`it has more than ${maxPages} pages, which is as many as are read`);
    }
    const query = new URLSearchParams({
      first: String(first),
      limit: String(PAGE),
      anchorer: this.anchorer,
    });
    const data = await this.get(`${this.api}/api/v1/log/${name}?${query}`);
    return parseStrictJson(data, { maxBytes, maxDepth: MAX_DEPTH });
  }

  private async get(url: string): Promise<Uint8Array> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), this.limits.timeoutMs);
    try {
      const response = await fetch(url, {
        signal: stop.signal,
        redirect: "error",
        credentials: "omit",
        referrerPolicy: "no-referrer",
      });
      if (!response.ok) throw new LogUnavailableError(`it answers with status ${response.status}`);
      return await readBytes(response, this.limits.maxBytes);
    } catch (error) {
      if (error instanceof LogUnavailableError) throw error;
      const late = `no answer within ${this.limits.timeoutMs / 1000} s`;
      throw new LogUnavailableError(stop.signal.aborted ? late : "it could not be read");
    } finally {
      clearTimeout(timer);
    }
  }
}

function itemOf(value: Json, path: string): Item {
  const fields = checkObject(value, ["entry", "signature", "account", "message"], path);
  const entry = checkEntry(fields.get("entry"), `${path}.entry`);
  const message = fields.get("message") ?? null;
  if ((message !== null) !== PUBLIC_KINDS.includes(entry.kind)) {
    throw new MalformedError(`${path}.message`, "is there if and only if the kind is from 2 to 4");
  }
  if (message !== null) checkMessage(entry.kind, message, `${path}.message`);
  return { entry, message };
}

function statedBatch(value: Json, path: string) {
  // A server may say more of a batch; what it must say is checked.
  const fields = value instanceof Map ? value : checkObject(value, [], path);
  const state = fields.get("state");
  return {
    sequence: checkUint(fields.get("sequence"), `${path}.sequence`),
    root: checkHex(fields.get("root"), 32, `${path}.root`),
    first: checkUint(fields.get("first"), `${path}.first`),
    count: checkUint(fields.get("count"), `${path}.count`),
    state: typeof state === "string" ? state : "",
  };
}
