import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiLog } from "./apiLog";
import { LogUnavailableError, MalformedError } from "./errors";
import type { LogBatch } from "./readers";

const ANCHORER = `0x${"a0".repeat(20)}` as const;
const WORD = `0x${"ab".repeat(32)}`;
const LIMITS = { timeoutMs: 1_000, maxBytes: 5_000, maxPages: 4 };
const NONE = { items: [], next: null };
const asked: string[] = [];

const item = (position: number) => ({
  entry: {
    position,
    author: ANCHORER,
    sequence: position,
    previous: WORD,
    record: `0x${"11".repeat(16)}`,
    kind: 1,
    content: WORD,
    signature: WORD,
  },
  signature: "0x12",
  account: null,
  message: null as unknown,
});
const batch = (sequence: number, state = "final") => ({
  sequence,
  root: WORD,
  first: sequence * 2,
  count: 2,
  state,
  sealed_at: "2026-01-01T00:00:00Z",
  anchor: null,
});

function serve(pages: Record<string, unknown>): ApiLog {
  vi.stubGlobal("fetch", (url: string) => {
    const { pathname, searchParams } = new URL(url);
    const name = `${pathname.split("/").at(-1)} ${searchParams.get("first")}`;
    asked.push(name);
    const found = pages[name];
    if (found instanceof Response) return Promise.resolve(found);
    return Promise.resolve(found === undefined ? new Response("", { status: 404 }) : Response.json(found));
  });
  return new ApiLog("http://troth.example", ANCHORER, LIMITS);
}

async function all(log: ApiLog): Promise<LogBatch[]> {
  const found: LogBatch[] = [];
  for await (const each of log.batches()) found.push(each);
  return found;
}

afterEach(() => {
  vi.unstubAllGlobals();
  asked.length = 0;
});

describe("a public log", () => {
  it("is read over its pages, up to the first batch that is not on the chain", async () => {
    const found = await all(
      serve({
        "batches 0": { items: [batch(0)], next: 1 },
        "batches 1": { items: [batch(1, "mined"), batch(2, "sent")], next: null },
        "entries 0": { items: [item(0), item(1), item(2)], next: 3 },
        "entries 3": { items: [item(3), item(4)], next: null },
      }),
    );
    expect(found.map(({ entries }) => entries.map(({ position }) => position))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(asked).toEqual(["batches 0", "entries 0", "batches 1", "entries 3"]);
  });

  it("may hold fewer entries than it says, which then give no root", async () => {
    const pages = {
      "batches 0": { items: [batch(0)], next: null },
      "entries 0": { items: [item(0)], next: null },
    };
    expect((await all(serve(pages)))[0]?.entries).toHaveLength(1);
  });

  it.each([
    [{}, LogUnavailableError, "status 404"],
    [{ "batches 0": new Response("x".repeat(5_001)) }, LogUnavailableError, "could not be read"],
    [{ "batches 0": { items: [batch(0)], next: 0 }, "entries 0": NONE }, LogUnavailableError, "leads from 0"],
    [{ "batches 0": { items: [], next: 5 } }, LogUnavailableError, "leads from 0"],
    [{ "batches 0": { items: [] } }, MalformedError, "lacks the key"],
    [{ "batches 0": { items: [{ ...batch(0), count: "2" }], next: null } }, MalformedError, "count"],
    [{ "batches 0": new Response('{"items":[],"items":[],"next":null}') }, MalformedError, "twice"],
  ] as const)("that is away or answers nonsense ends with a reason (%#)", async (pages, kind, said) => {
    const error = await all(serve(pages)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toContain(said);
  });

  it("gives messages of kinds 2 to 4 alone", async () => {
    const pages = {
      "batches 0": { items: [batch(0)], next: null },
      "entries 0": { items: [{ ...item(0), message: { text: "private" } }], next: null },
    };
    await expect(all(serve(pages))).rejects.toBeInstanceOf(MalformedError);
  });

  it("is read up to so many pages", async () => {
    const pages = Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [`batches ${at}`, { items: [batch(at)], next: at + 1 }]),
    );
    await expect(all(serve({ ...pages, "entries 0": { items: [], next: null } }))).rejects.toThrow(
      "more than 4 pages",
    );
  });
});
