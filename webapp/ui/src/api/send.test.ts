import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SessionEndedError, UnreachableError } from "./problem";
import { onSessionEnded, send, sessionBegins } from "./send";

const URL_ = "http://localhost:3000/api/v1/posts";
const answers: (() => Response)[] = [];
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

describe("send", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("fetch", async (request: Request) => {
      sent.push(request);
      const next = answers.shift() ?? answer(500);
      return next();
    });
    cookies({});
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
});
