import { describe, expect, it } from "vitest";
import {
  type Badge,
  type Claim,
  canRetry,
  claimMoves,
  claimSteps,
  publishOf,
  STATES,
  sorted,
} from "./claims";

const CLAIM: Claim = {
  id: "01",
  kind: "domain",
  value: "ada.example",
  shown: true,
  subject: "0xa1",
  issuer: "0xb2",
  digest: "0x01",
  basis: null,
  state: "requested",
  reason: null,
  requested_at: "2026-03-01T12:00:00Z",
  checked_at: null,
  owed_at: null,
  sent_at: null,
  mined_at: null,
  final_at: null,
  ended_at: null,
  expires_at: null,
  next_check_at: null,
  renews: true,
  publish: null,
  renewal: null,
  revocation: null,
  evidence: [],
};
const reached = (claim: Claim) => claimSteps(claim).map(({ state }) => state);

describe("a claim's way", () => {
  it("waits for the proof first, and ends where it was refused", () => {
    expect(reached(CLAIM)).toEqual(["done", "now", "later", "later", "later", "later"]);
    expect(reached({ ...CLAIM, state: "refused" })).not.toContain("now");
    expect(reached({ ...CLAIM, state: "mined", mined_at: "t" })).toEqual([
      "done",
      "done",
      "done",
      "done",
      "done",
      "now",
    ]);
  });

  it("is looked at again while it moves by itself", () => {
    expect(claimMoves({ state: "requested" })).toBe(true);
    expect(claimMoves({ state: "revoking" })).toBe(true);
    expect(claimMoves({ state: "final" })).toBe(false);
  });

  it("can be tried again where that does something", () => {
    expect(canRetry({ state: "requested", kind: "domain" })).toBe(true);
    expect(canRetry({ state: "requested", kind: "handle" })).toBe(false);
    expect(canRetry({ state: "halted", kind: "handle" })).toBe(true);
    expect(canRetry({ state: "final", kind: "domain" })).toBe(false);
  });

  it("calls nothing good but what is on the chain", () => {
    const good = Object.entries(STATES).filter(([, { tone }]) => tone === "good");
    expect(good.map(([state]) => state)).toEqual(["mined", "final"]);
  });

  it("reads what is to be published, whole or not at all", () => {
    const publish = { line: "troth=0xa1", file: "https://ada.example/x", txt: "_troth.ada.example" };
    expect(publishOf({ ...CLAIM, publish })).toEqual(publish);
    expect(publishOf({ ...CLAIM, publish: { line: 7 } })).toBeNull();
  });
});

describe("badges", () => {
  it("stand with the valid ones first, in their order", () => {
    const of = (digest: string, state: Badge["state"]) => ({ digest, state }) as Badge;
    const { badges, valid } = sorted([
      of("1", "revoked"),
      of("2", "valid"),
      of("3", "expired"),
      of("4", "valid"),
    ]);
    expect(badges.map(({ digest }) => digest)).toEqual(["2", "4", "1", "3"]);
    expect(valid).toBe(2);
  });
});
