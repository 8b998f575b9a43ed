import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SessionChangedError, SessionEndedError, UnreachableError } from "./problem";
import { onSessionEnded, send, sessionBegins, sessionKnown, sessionNow } from "./send";

const URL_ = "http://localhost:3000/api/v1/posts";
const answers: ((signal: AbortSignal) => Response | Promise<Response>)[] = [];
const sent: Request[] = [];

function cookies(values: Record<string, string>) {
  vi.spyOn(document, "cookie", "get").mockReturnValue(
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join("; "),
  );
}

const answer =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    new Response(null, { status, headers });
const nothing = () => {
  throw new TypeError("Failed to fetch");
};

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, no) => signal.addEventListener("abort", () => no(signal.reason)));
const hangs = () => new Promise<never>(() => {});

describe("send", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", async (request: Request, { signal }: { signal: AbortSignal }) => {
      sent.push(request);
      const next = answers.shift() ?? answer(500);
      return Promise.race([next(signal), aborted(signal)]);
    });
    cookies({});
    sessionKnown(sessionNow());
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    answers.length = 0;
    sent.length = 0;
  });

  const finish = async <Result>(work: Promise<Result>): Promise<Result> => {
    work.catch(() => undefined);
    await vi.runAllTimersAsync();
    return work;
  };

  it("carries one Idempotency-Key through all tries of a POST", async () => {
    answers.push(nothing, answer(503, { "Retry-After": "1" }), answer(201));
    const response = await finish(send(new Request(URL_, { method: "POST", body: "{}" })));
    expect(response.status).toBe(201);
    const keys = sent.map((request) => request.headers.get("Idempotency-Key"));
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(keys).size).toBe(1);
  });

  it("needs nothing for its keys that pages without https lack", async () => {
    vi.spyOn(crypto, "randomUUID").mockImplementation(() => {
      throw new TypeError("crypto.randomUUID is not a function");
    });
    answers.push(answer(201));
    const response = await finish(send(new Request(URL_, { method: "POST", body: "{}" })));
    expect(response.status).toBe(201);
    expect(sent[0]?.headers.get("Idempotency-Key")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("does not say a DELETE again that was answered, nor wait longer than people do", async () => {
    answers.push(answer(503));
    expect((await finish(send(new Request(URL_, { method: "DELETE" })))).status).toBe(503);
    answers.push(answer(503, { "Retry-After": "600" }));
    expect((await finish(send(new Request(URL_)))).status).toBe(503);
    expect(sent).toHaveLength(2);
  });

  it("says that nothing answers, after three tries", async () => {
    answers.push(nothing, nothing, nothing);
    await expect(finish(send(new Request(URL_)))).rejects.toBeInstanceOf(UnreachableError);
    expect(sent).toHaveLength(3);
  });

  it("sends the CSRF value with writes alone", async () => {
    cookies({ troth_csrf_access: "abc", troth_csrf_refresh: "def" });
    answers.push(answer(200), answer(200));
    await finish(send(new Request(URL_)));
    await finish(send(new Request(URL_, { method: "PUT" })));
    expect(sent.map((request) => request.headers.get("X-CSRF-Token"))).toEqual([null, "abc"]);
  });

  it("exchanges the refresh token once for all who meet a 401", async () => {
    cookies({ troth_csrf_access: "abc", troth_csrf_refresh: "def" });
    answers.push(answer(401), answer(401), answer(200), answer(200), answer(200));
    const both = Promise.all([send(new Request(URL_)), send(new Request(URL_))]);
    expect((await finish(both)).map((one) => one.status)).toEqual([200, 200]);
    const exchanges = sent.filter((request) => request.url.endsWith("/auth/refresh"));
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]?.headers.get("X-CSRF-Token")).toBe("def");
  });

  it("tells once that the session is over", async () => {
    cookies({ troth_csrf_access: "abc", troth_csrf_refresh: "def" });
    const told = vi.fn();
    const off = onSessionEnded(told);
    answers.push(answer(401), answer(401));
    await expect(finish(send(new Request(URL_)))).rejects.toBeInstanceOf(SessionEndedError);
    expect(told).toHaveBeenCalledTimes(1);
    off();
  });

  it("refreshes before it reads as a stranger", async () => {
    cookies({ troth_csrf_refresh: "def" });
    answers.push(answer(200), answer(200));
    await finish(send(new Request(URL_)));
    expect(sent.map((request) => new URL(request.url).pathname)).toEqual([
      "/api/v1/auth/refresh",
      "/api/v1/posts",
    ]);
  });

  it("knows a session that was ended elsewhere, and lets a visitor be a visitor", async () => {
    cookies({ troth_csrf_access: "abc", troth_csrf_refresh: "def" });
    answers.push(answer(200), answer(401), answer(401));
    await finish(send(new Request(URL_)));
    cookies({});
    await expect(finish(send(new Request(URL_)))).rejects.toBeInstanceOf(SessionEndedError);
    sessionBegins();
    expect((await finish(send(new Request(URL_)))).status).toBe(401);
  });

  it("tells at once who signs in that a part is down", async () => {
    answers.push(answer(503, { "Retry-After": "1" }));
    const request = new Request("http://localhost:3000/api/v1/auth/siwe", { method: "POST", body: "{}" });
    expect((await finish(send(request))).status).toBe(503);
    expect(sent).toHaveLength(1);
  });

  it("leaves a wrong password to the form that asked", async () => {
    cookies({ troth_csrf_access: "abc", troth_csrf_refresh: "def" });
    answers.push(answer(401));
    const request = new Request("http://localhost:3000/api/v1/auth/password", { method: "POST", body: "{}" });
    expect((await finish(send(request))).status).toBe(401);
  });

  it("waits half a minute for an answer and no longer, and leaves another try to people", async () => {
    answers.push(hangs);
    const work = send(new Request(URL_, { method: "POST", body: "{}" }));
    const failed = vi.fn();
    work.catch(failed);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(failed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(failed.mock.calls).toEqual([[expect.any(UnreachableError)]]);
    await expect(work).rejects.toThrow("Troth takes too long to answer.");
    expect(sent).toHaveLength(1);
  });

  it("waits as long for the rest of an answer, and for the exchange of a token", async () => {
    const headers = { "Content-Type": "application/json" };
    answers.push((signal) => {
      const start = (body: ReadableStreamDefaultController) =>
        signal.addEventListener("abort", () => body.error(signal.reason));
      return new Response(new ReadableStream({ start }), { headers });
    });
    await expect(finish(send(new Request(URL_)))).rejects.toThrow("too long");
    cookies({ troth_csrf_refresh: "def" });
    answers.push(hangs);
    await expect(finish(send(new Request(URL_)))).rejects.toThrow("too long");
  });

  it("gives a file the time that it takes", async () => {
    const headers = { "Content-Type": "application/octet-stream" };
    answers.push(() => new Promise((done) => setTimeout(() => done(new Response()), 120_000)));
    const request = new Request(URL_, { method: "POST", headers, body: "a long one" });
    expect((await finish(send(request))).status).toBe(200);
  });

  it("leaves an abort to who asked for it", async () => {
    const stop = new AbortController();
    answers.push(hangs);
    const work = send(new Request(URL_, { signal: stop.signal }));
    work.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    stop.abort(new Error("enough"));
    await expect(work).rejects.toThrow("enough");
  });

  it("says a write no second time once somebody else may be signed in", async () => {
    const changes = () => {
      sessionBegins();
      return nothing();
    };
    answers.push(changes, answer(201));
    const writes = send(new Request(URL_, { method: "POST", body: "{}" }));
    await expect(finish(writes)).rejects.toBeInstanceOf(SessionChangedError);
    expect(sent).toHaveLength(1);
    answers.length = 0;
    answers.push(changes, answer(200));
    expect((await finish(send(new Request(URL_)))).status).toBe(200);
  });

  it("begins no write until the page knows who signed in, and no earlier answer says so", async () => {
    const write = () => finish(send(new Request(URL_, { method: "POST", body: "{}" })));
    const before = sessionNow();
    sessionBegins();
    sessionKnown(before);
    await expect(write()).rejects.toBeInstanceOf(SessionChangedError);
    expect(sent).toHaveLength(0);
    answers.push(answer(200), answer(201), answer(201));
    expect((await finish(send(new Request(URL_)))).status).toBe(200);
    const signsIn = new Request("http://localhost:3000/api/v1/auth/siwe", { method: "POST", body: "{}" });
    expect((await finish(send(signsIn))).status).toBe(201);
    sessionKnown(sessionNow());
    expect((await write()).status).toBe(201);
  });

  it("tells at once who is offline", async () => {
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    answers.push(nothing);
    await expect(finish(send(new Request(URL_)))).rejects.toBeInstanceOf(UnreachableError);
    expect(sent).toHaveLength(1);
  });
});
