import { afterEach, describe, expect, it, vi } from "vitest";
import { ChainUnavailableError } from "./errors";
import { gasUsed, NodeReader } from "./nodeReader";

const WORD = `0x${"ab".repeat(32)}` as const;
const ADDRESS = `0x${"cd".repeat(20)}` as const;
const LIMITS = { timeoutMs: 50, maxBytes: 10_000, maxCalls: 20 };
const BLOCK = { number: "0x5", hash: WORD, timestamp: "0x10", transactions: [WORD] };

interface Call {
  method: string;
  params: unknown[];
}
type Reply = { result: unknown } | { error: unknown };
const calls: Call[] = [];

/** A node that answers so; a Response is given as it is. */
function node(reply: (call: Call) => Reply | Response | Promise<Response>): NodeReader {
  vi.stubGlobal("fetch", async (_url: string, options: RequestInit) => {
    const { id, ...call } = JSON.parse(String(options.body)) as Call & { id: number };
    calls.push(call);
    expect(options).toMatchObject({ credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" });
    const given = await reply(call);
    return given instanceof Response ? given : Response.json({ jsonrpc: "2.0", id, ...given });
  });
  return new NodeReader("http://node.example", LIMITS);
}

const word = (value: number) => value.toString(16).padStart(64, "0");
const refused = (message: string, code = -32000): Reply => ({ error: { code, message } });

afterEach(() => {
  vi.unstubAllGlobals();
  calls.length = 0;
});

describe("a node", () => {
  it("gives blocks", async () => {
    const reader = node(({ params }) => ({ result: params[0] === "0x6" ? null : BLOCK }));
    const block = { number: 5, hash: WORD, time: 16, transactions: [WORD] };
    expect(await reader.block(5)).toEqual(block);
    expect(await reader.head()).toEqual(block);
    expect(await reader.block(6)).toBeNull();
    await expect(reader.block(7)).rejects.toThrow("it gives block 5 for 7");
  });

  it("gives what the contract holds, null where it holds nothing or is another one", async () => {
    const answers = [
      { result: `0x${[1, 2, 3, 4, 5].map(word).join("")}` },
      { result: `0x${[0, 0, 0, 0, 0].map(word).join("")}` },
      { result: "0x" },
      { result: "0x1234" },
      refused("execution reverted", 3),
      refused("VM Exception: revert"),
    ] as Reply[];
    const reader = node(() => answers.shift() ?? { result: null });
    const ask = () => reader.anchorOf(ADDRESS, ADDRESS, WORD);
    expect(await ask()).toEqual({ sequence: 1, first: 2, count: 3, time: 4, blockNumber: 5 });
    for (let round = 0; round < 5; round += 1) expect(await ask()).toBeNull();
  });

  it.each([
    [() => Response.json([1]), "no JSON-RPC"],
    [() => Response.json({ id: 99, result: "0x1" }), "no JSON-RPC"],
    [() => new Response("<html>"), "no JSON"],
    [() => new Response("x".repeat(10_001)), "more than 10000 bytes"],
    [() => ({ result: "1" }), "malformed"],
    [() => ({ result: "0x20000000000000" }), "malformed"],
    [() => refused("header not found"), "refused the request"],
    [() => Promise.reject(new TypeError("Failed to fetch")), "could not be reached"],
    [() => new Promise<Response>(() => undefined), "no answer within 0.05 s"],
  ] as const)("that answers nonsense, or not at all, is unavailable (%#)", async (reply, said) => {
    const reader = node(reply as () => Reply);
    // A fetch that never ends is stopped by its signal.
    const slow = globalThis.fetch;
    vi.stubGlobal("fetch", (url: string, options: RequestInit) =>
      Promise.race([
        slow(url, options),
        new Promise((_, reject) =>
          options.signal?.addEventListener("abort", () => reject(new Error("stopped"))),
        ),
      ]),
    );
    const error = await reader.chainId().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ChainUnavailableError);
    expect((error as ChainUnavailableError).reason).toContain(said);
  });

  it("is asked so often and no more", async () => {
    const reader = node(() => ({ result: "0x1" }));
    for (let round = 0; round < LIMITS.maxCalls; round += 1) expect(await reader.chainId()).toBe(1);
    await expect(reader.chainId()).rejects.toThrow("more than 20 calls");
    expect(calls).toHaveLength(LIMITS.maxCalls);
  });

  it("is not asked at an address that is no URL of HTTP", async () => {
    node(() => ({ result: "0x1" }));
    for (const url of ["", "ftp://x", "file:///etc/passwd", "https://a:b@c.example"]) {
      await expect(new NodeReader(url).chainId()).rejects.toBeInstanceOf(ChainUnavailableError);
    }
    expect(calls).toEqual([]);
  });
});

describe("a contract wallet's signature", () => {
  const judge = (reader: NodeReader, signature: `0x${string}` = "0x1234") =>
    reader.isValidSignature(ADDRESS, WORD, signature, 7);

  it("is nobody's where there is no code, unless it brings the code along (ERC-6492)", async () => {
    const reader = node(({ method }) => ({ result: method === "eth_getCode" ? "0x" : "0x01" }));
    expect(await judge(reader)).toBe(false);
    expect(calls.map(({ method }) => method)).toEqual(["eth_getCode"]);
    expect(await judge(reader, `0x12${"6492".repeat(16)}`)).toBe(true);
    expect(calls.map(({ method }) => method)).toEqual(["eth_getCode", "eth_call"]);
    expect(calls[1]?.params[1]).toBe("0x7");
  });

  it.each([
    [{ result: "0x01" }, true],
    [{ result: "0x00" }, false],
    [{ result: "0x" }, false],
    [refused("execution reverted", 3), false],
    [refused("missing trie node 1234"), null],
    [refused("state is pruned"), null],
    [refused("out of gas"), null],
  ] as [Reply, boolean | null][])("is what the check answers: %o", async (answer, expected) => {
    const reader = node(({ method }) => (method === "eth_getCode" ? { result: "0x60" } : answer));
    expect(await judge(reader)).toBe(expected);
  });

  it("is not known from a node that refuses otherwise", async () => {
    const reader = node(() => refused("rate limited"));
    await expect(judge(reader)).rejects.toBeInstanceOf(ChainUnavailableError);
  });
});

describe("a transaction", () => {
  it("is in a block, waits, or is not known", async () => {
    const answers: unknown[] = [
      { blockNumber: "0x5", blockHash: WORD },
      { blockNumber: null, blockHash: null },
      null,
    ];
    const reader = node(() => ({ result: answers.shift() }));
    expect(await reader.transactionBlock(WORD)).toEqual({ number: 5, hash: WORD });
    expect(await reader.transactionBlock(WORD)).toBeNull();
    expect(await reader.transactionBlock(WORD)).toBeNull();
  });

  it("used gas, which is told or not known", async () => {
    const answers: unknown[] = [{ gasUsed: "0x64" }, null, { gasUsed: "many" }];
    node(() => ({ result: answers.shift() }));
    expect(await gasUsed("http://node.example", WORD)).toBe(100);
    expect(await gasUsed("http://node.example", WORD)).toBeNull();
    await expect(gasUsed("http://node.example", WORD)).rejects.toBeInstanceOf(ChainUnavailableError);
  });
});
