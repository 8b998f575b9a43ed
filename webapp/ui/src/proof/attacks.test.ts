import { describe, expect, it } from "vitest";
import { parseBundle } from "./bundle";
import { parseClaimFile } from "./claimFile";
import { judgeClaim } from "./claims";
import { MalformedError } from "./errors";
import { recover } from "./signatures";
import { parseStrictJson } from "./strictJson";
import { corpus, pinsOf, TapedChain, TapedLog, unpack } from "./testing/corpus";
import { claimExitCode, exitCode } from "./verdicts";
import { verify } from "./verify";

/** Say whether it is refused; anything else that is thrown is thrown on. */
function refuses(attempt: () => unknown): boolean {
  try {
    attempt();
    return false;
  } catch (error) {
    if (error instanceof MalformedError) return true;
    throw error;
  }
}

/** Python writes None where JSON has null: how a wrong value is shown is not compared. */
const withoutShown = (reason: string) => reason.replace(/, got .*$/, "");

describe("every recorded report", () => {
  it.each(corpus.reports)("$name", async (recorded) => {
    const report = await verify(parseBundle(unpack(recorded.bundle)), {
      pins: pinsOf(recorded.pins),
      chain: recorded.chain && new TapedChain(recorded.chain),
      log: recorded.log && new TapedLog(recorded.log),
    });
    const results = report.results.map((each) => ({
      ...each,
      reason: withoutShown(each.reason),
      time: each.time ?? null,
      stated: each.stated ?? false,
      excused: each.excused ?? false,
    }));
    expect(results).toEqual(
      recorded.results.map((place) => {
        const expected = corpus.results[place];
        return { ...expected, reason: withoutShown(expected?.reason ?? "") };
      }),
    );
    expect(report.signer).toBe(recorded.signer);
    expect(report.unsigned).toBe(recorded.unsigned);
    expect(report.erased).toBe(recorded.erased);
    expect(report.selfAnchored).toBe(recorded.self_anchored);
    expect(report.claims).toEqual(recorded.claims);
    expect(exitCode(report, { offline: false })).toBe(recorded.exit);
    expect(exitCode(report, { offline: true })).toBe(recorded.exit_offline);
  });
});

describe("every recorded claim file", () => {
  it.each(corpus.claims)("$name", async (recorded) => {
    const chain = recorded.chain && new TapedChain(recorded.chain);
    const report = await judgeClaim(parseClaimFile(unpack(recorded.file)), pinsOf(recorded.pins), chain);
    expect(report).toEqual(recorded.report);
    expect(claimExitCode(report, { offline: false })).toBe(recorded.exit);
    expect(claimExitCode(report, { offline: true })).toBe(recorded.exit_offline);
  });

  it("is refused by both verifiers or by neither", () => {
    const wrong = corpus.claim_files
      .filter(({ text, refused }) => refuses(() => parseClaimFile(unpack(text))) !== refused)
      .map(({ name }) => name);
    expect(wrong).toEqual([]);
    expect(corpus.claims.length).toBeGreaterThan(20);
    expect(corpus.claim_files.filter(({ refused }) => refused).length).toBeGreaterThan(15);
    expect(corpus.reports.filter(({ claims }) => claims.length > 0).length).toBeGreaterThan(10);
  });
});

describe("every recorded file", () => {
  it("is refused by both verifiers or by neither", () => {
    const wrong = corpus.bundles
      .filter(({ text, refused }) => refuses(() => parseBundle(unpack(text))) !== refused)
      .map(({ name }) => name);
    expect(wrong).toEqual([]);
    expect(corpus.bundles.filter(({ refused }) => refused).length).toBeGreaterThan(600);
    expect(corpus.bundles.filter(({ refused }) => !refused).length).toBeGreaterThan(100);
  });
});

describe("every recorded JSON text", () => {
  it.each(corpus.json)("$name", ({ text, max_bytes, max_depth, refused }) => {
    const limits = { maxBytes: max_bytes, maxDepth: max_depth };
    expect(refuses(() => parseStrictJson(unpack(text), limits))).toBe(refused);
  });
});

describe("every recorded signature", () => {
  it.each(corpus.signatures)("$name", async ({ digest, signature, signer }) => {
    expect(await recover(digest, signature)).toBe(signer);
  });
});
