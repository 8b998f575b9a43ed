// JSON-RPC over plain fetch to a node that the reader chose: bounded in time, in bytes and in calls, and told
// nothing about the reader that the call does not need.
import { ChainUnavailableError } from "./errors";
import { shown } from "./strictJson";

export interface RpcLimits {
  /** Of one call, in milliseconds. */
  timeoutMs: number;
  /** Of one answer. */
  maxBytes: number;
  /** Of one reader, that is, of one verification. */
  maxCalls: number;
}

export const RPC_LIMITS: RpcLimits = { timeoutMs: 10_000, maxBytes: 4 << 20, maxCalls: 5_000 };

/** The node answered with an error; `sort` is what it comes to for a verifier. */
export class RpcRefusedError extends Error {
  constructor(
    readonly sort: "reverted" | "no state" | "out of gas" | "other",
    message: string,
  ) {
    super(message);
    this.name = "RpcRefusedError";
  }
}

// What nodes write: geth, anvil and the embedded chain, then besu, nethermind and erigon.
const REVERTED = /\brevert|invalid opcode|invalid jump|stack (under|over)flow|evm error (?!out)/i;
const NO_STATE =
  /missing trie node|header not found|block not found|unknown block|historical state|state.*(not available|unavailable|pruned)|pruned|out ?of ?range|could not find block/i;
const OUT_OF_GAS = /out ?of ?gas|gas uint64 overflow|gas required exceeds allowance/i;
const REVERT_CODE = 3;

/** Say what is wrong with a node's URL; null if it can be asked. */
export function urlProblem(url: string): string | null {
  let parts: URL;
  try {
    parts = new URL(url);
  } catch {
    return "This is no URL; give one that starts with http:// or https://.";
  }
  if (parts.protocol !== "http:" && parts.protocol !== "https:") {
    return "Give a URL that starts with http:// or https://.";
  }
  if (parts.username !== "" || parts.password !== "") {
    return "Browsers send no user and password in a URL; give one without.";
  }
  return null;
}

export class JsonRpc {
  private calls = 0;

  constructor(
    private readonly url: string,
    private readonly limits: RpcLimits = RPC_LIMITS,
  ) {}

  /** The result of one call; throws RpcRefusedError and ChainUnavailableError. */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    this.calls += 1;
    if (this.calls > this.limits.maxCalls) {
      throw new ChainUnavailableError(
        `this takes more than ${this.limits.maxCalls} calls, which is as many as are made`,
      );
    }
    const id = this.calls;
    const answer = await this.post(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
      throw new ChainUnavailableError("its answer is no JSON-RPC");
    }
    const { error, result } = answer as { error?: unknown; result?: unknown };
    if (error !== undefined && error !== null) throw refusal(error);
    if ((answer as { id?: unknown }).id !== id || result === undefined) {
      throw new ChainUnavailableError("its answer is no JSON-RPC");
    }
    return result;
  }

  private async post(body: string): Promise<unknown> {
    const problem = urlProblem(this.url);
    if (problem !== null) throw new ChainUnavailableError(problem);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), this.limits.timeoutMs);
    try {
      const response = await fetch(this.url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
        signal: stop.signal,
        redirect: "error",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        cache: "no-store",
      });
      const text = await readBounded(response, this.limits.maxBytes);
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw new ChainUnavailableError(
        stop.signal.aborted ? `no answer within ${this.limits.timeoutMs / 1000} s` : why(error),
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Read a body as text; throws TooLongError beyond so many bytes. */
export async function readBounded(response: Response, maxBytes: number): Promise<string> {
  return new TextDecoder().decode(await readBytes(response, maxBytes));
}

class TooLongError extends Error {}

/** Read a body; throws TooLongError beyond so many bytes. */
export async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw new TooLongError(`the answer has more than ${maxBytes} bytes`);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function why(error: unknown): string {
  if (error instanceof TooLongError) return error.message;
  if (error instanceof SyntaxError) return "its answer is no JSON";
  return "it could not be reached (not running, another address, or it lets no web page ask it)";
}

function refusal(error: unknown): RpcRefusedError {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = typeof message === "string" ? message : "no message";
  const said = shown(text);
  if (code === REVERT_CODE || REVERTED.test(text)) return new RpcRefusedError("reverted", said);
  if (NO_STATE.test(text)) return new RpcRefusedError("no state", said);
  if (OUT_OF_GAS.test(text)) return new RpcRefusedError("out of gas", said);
  return new RpcRefusedError("other", said);
}
