import { describe, expect, it } from "vitest";
import { readRefusal } from "./refusals";

/** As wagmi and viem throw it: the wallet's own error somewhere below. */
const wrapped = (error: unknown) =>
  Object.assign(new Error("outer"), { cause: Object.assign(new Error("inner"), { cause: error }) });

describe("readRefusal", () => {
  it.each([
    [{ code: 4001, message: "User rejected" }, "refused"],
    [{ code: -32002, message: "pending" }, "already-open"],
    [{ code: 4902, message: "Unrecognized chain" }, "unknown-chain"],
    [{ code: 4900, message: "gone" }, "disconnected"],
    [{ code: 4901, message: "not on it" }, "other-chain"],
    [{ code: -32603, message: 'Provided chainId "5" must match the active chainId "1"' }, "other-chain"],
    [{ code: -32603, message: "User denied message signature" }, "refused"],
    [{ code: -32603, data: { originalError: { code: 4001 } } }, "refused"],
    [{ code: 4902, cause: { code: -32002, message: "pending" } }, "already-open"],
  ])("understands %j", (error, is) => {
    expect(readRefusal(error).is).toBe(is);
    expect(readRefusal(wrapped(error)).is).toBe(is);
  });

  it("repeats the words of what it does not know, within bounds", () => {
    expect(readRefusal(new Error("the moon is full"))).toEqual({ is: "failed", text: "the moon is full" });
    expect(readRefusal(new Error("x".repeat(5_000)))).toMatchObject({ text: "x".repeat(300) });
    for (const odd of [null, undefined, 7, "no", {}]) expect(readRefusal(odd).is).toBe("failed");
  });

  it("ends where causes go round", () => {
    const error: { cause?: unknown } = {};
    error.cause = error;
    expect(readRefusal(error).is).toBe("failed");
  });
});
