import { describe, expect, it } from "vitest";
import { lookEvery } from "./useAnchoring";

describe("lookEvery", () => {
  it("watches one's own new post closely, and a list of others hardly", () => {
    expect(lookEvery(1_000, true)).toBe(2_500);
    expect(lookEvery(60_000, true)).toBe(10_000);
    expect(lookEvery(3_600_000, true)).toBe(30_000);
    expect(lookEvery(1_000, false)).toBe(30_000);
    expect(lookEvery(Number.NaN, true)).toBe(30_000);
  });
});
