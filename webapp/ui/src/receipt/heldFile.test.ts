import { expect, it, vi } from "vitest";
import type { Bundle } from "../proof";
import { digestFile, judgeFile, namesFiles, withFile } from "./heldFile";

const ABC = "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const bundle = (kind: number, message: object | null) => ({ kind, message }) as unknown as Bundle;
const stamp = bundle(5, { digest: ABC });
const post = bundle(1, { media: [{ digest: `0x${"11".repeat(32)}` }, { digest: ABC }] });

it("hashes a file, also where the page has no WebCrypto", async () => {
  expect(await digestFile(new Blob(["abc"]))).toBe(ABC);
  vi.stubGlobal("crypto", {});
  expect(await digestFile(new Blob(["abc"]))).toBe(ABC);
  vi.unstubAllGlobals();
});

it("knows which records name files", () => {
  expect([stamp, post, bundle(5, null)].map(namesFiles)).toEqual([true, true, true]);
  expect([bundle(1, { media: [] }), bundle(2, {}), bundle(1, null)].map(namesFiles)).not.toContain(true);
});

it("compares the digest with those that the record names", () => {
  expect([stamp, post].map((one) => judgeFile(one, ABC).verdict)).toEqual(["pass", "pass"]);
  const other = judgeFile(post, "0x22");
  expect(other.verdict).toBe("fail");
  expect(other.reason).toBe(`its SHA-256 is 0x22, the record names 0x${"11".repeat(32)}, ${ABC}`);
  expect(judgeFile(bundle(5, null), ABC).verdict).toBe("unknown");
});

it("counts as the command line counts it: what fails outranks all", () => {
  const found = (verdict: "pass" | "fail" | "unknown") => ({ verdict, reason: "" });
  expect(([0, 1, 3] as const).map((code) => withFile(code, found("pass")))).toEqual([0, 1, 3]);
  expect(([0, 1, 3] as const).map((code) => withFile(code, found("fail")))).toEqual([1, 1, 1]);
  expect(([0, 1, 3] as const).map((code) => withFile(code, found("unknown")))).toEqual([3, 1, 3]);
});
