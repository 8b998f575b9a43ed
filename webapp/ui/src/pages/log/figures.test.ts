import { describe, expect, it } from "vitest";
import { median, places, rowsOf, spellNumber, ticksTo } from "./figures";
import type { Batch } from "./queries";

const anchor = { transaction: "0xt", block: { number: 1, hash: "0xb", time: 1_767_225_603 } };
const batch = {
  sequence: 4,
  root: "0xr",
  first: 8,
  count: 4,
  state: "final",
  sealed_at: "2026-01-01T00:00:00.500Z",
};

describe("the figures of a batch", () => {
  it("are gas for each record, and the wait from sealing to block", () => {
    const [row] = rowsOf([{ ...batch, anchor } as Batch], new Map([["0xt", 50_000]]));
    expect(row?.gasPerRecord).toBe(12_500);
    expect(row?.wait).toBe(2.5);
  });

  it("are not known before it is final, or without a node", () => {
    const [open, known] = rowsOf(
      [{ ...batch, anchor: null } as Batch, { ...batch, anchor } as Batch],
      new Map(),
    );
    expect([open?.gasPerRecord, open?.wait, known?.gasPerRecord]).toEqual([null, null, null]);
  });

  it("never wait less than nothing: blocks tell whole seconds", () => {
    const early = { ...anchor, block: { ...anchor.block, time: 1_767_225_600 } };
    expect(rowsOf([{ ...batch, anchor: early } as Batch], new Map())[0]?.wait).toBe(0);
  });
});

describe("axes", () => {
  it("have round ticks that hold the highest value", () => {
    expect(ticksTo(0)).toEqual([0, 1]);
    expect(ticksTo(17_406)).toEqual([0, 5000, 10000, 15000, 20000]);
    expect(ticksTo(2, 4, 1)).toEqual([0, 1, 2]);
    expect(ticksTo(0.3)).toEqual([0, 0.1, 0.2, 0.3]);
    for (const highest of [1, 3, 7, 99, 101, 12_345, 1e9]) {
      const ticks = ticksTo(highest);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest);
      expect(ticks.length).toBeLessThanOrEqual(7);
    }
  });

  it("name whole batches only", () => {
    expect(places(0, 0)).toEqual([0]);
    expect(places(0, 3)).toEqual([0, 1, 2, 3]);
    expect(places(151, 200)).toEqual([160, 170, 180, 190, 200]);
  });

  it("spell numbers", () => {
    expect([spellNumber(0), spellNumber(1.26), spellNumber(17_406.4)]).toEqual(["0", "1.3", "17,406"]);
  });
});

describe("the median", () => {
  it("leaves out what is not known", () => {
    expect(median([])).toBeNull();
    expect(median([null])).toBeNull();
    expect(median([5, null, 1, 3])).toBe(3);
    expect(median([4, 1])).toBe(2.5);
  });
});
