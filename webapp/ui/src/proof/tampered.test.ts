// Every change that the foreign client is tried with (tests/interop) must make the verifier fail as well.
import { describe, expect, it } from "vitest";
// @ts-expect-error -- plain JavaScript of the foreign client
import * as interop from "../../../../tests/interop/tamper.mjs";
import { parseBundle } from "./bundle";
import { MalformedError } from "./errors";
import { corpus, pinsOf, TapedChain, unpack } from "./testing/corpus";
import { exitCode } from "./verdicts";
import { verify } from "./verify";

const { tamper } = interop as { tamper: (bundle: unknown, part: string) => void };
const PARTS = [
  "text",
  "salt",
  "notBefore",
  "signature",
  "position",
  "previous",
  "proof",
  "sibling",
  "anchor",
  "anchorer",
  "block",
  "transaction",
  "count",
  "delegation",
  "noDelegation",
  "contract",
];
const asText = (parts: Parameters<typeof unpack>[0]) => new TextDecoder().decode(unpack(parts));
const whole = corpus.reports.find(
  ({ exit, chain, bundle }) =>
    exit === 0 && chain !== null && /"type":"Post".*"delegation":\{/.test(asText(bundle)),
);

function judge(part: string | null) {
  if (whole?.chain == null) throw new Error("The vectors hold no post by a device.");
  const value: unknown = JSON.parse(asText(whole.bundle));
  if (part !== null) tamper(value, part);
  const bundle = parseBundle(new TextEncoder().encode(JSON.stringify(value)));
  // What was not asked of the whole bundle is not on this chain, and nobody there has code.
  const chain = new TapedChain(whole.chain, ([method]) => (method === "is_valid_signature" ? false : null));
  return verify(bundle, { pins: pinsOf(whole.pins), chain });
}

describe("a post by a device", () => {
  it("passes as it is", async () => {
    expect(exitCode(await judge(null), { offline: false })).toBe(0);
  });

  it.each(PARTS)("fails with a changed %s", async (part) => {
    expect(exitCode(await judge(part), { offline: false })).toBe(1);
  });

  it("is refused with a part that is none", () => {
    expect(() => parseBundle(new TextEncoder().encode("{}"))).toThrow(MalformedError);
  });
});
