import { describe, expect, it } from "vitest";
import { byDay } from "./days";

const NOW = new Date(2026, 2, 2, 12).getTime();
const at = (...parts: [number, number, number, number]) => new Date(...parts).toISOString();

describe("byDay", () => {
  it("puts neighbours of one day under its name", () => {
    const times = [
      at(2026, 2, 2, 11),
      at(2026, 2, 2, 0),
      at(2026, 2, 1, 23),
      at(2026, 1, 20, 9),
      at(2025, 11, 31, 9),
    ];
    const days = byDay(times, (time) => time, NOW);
    expect(days.map(({ name, items }) => [name, items.length])).toEqual([
      ["Today", 2],
      ["Yesterday", 1],
      ["Friday, February 20", 1],
      ["December 31, 2025", 1],
    ]);
  });

  it("begins a day anew where another one lies between", () => {
    const days = byDay([at(2026, 2, 2, 9), at(2026, 2, 1, 9), at(2026, 2, 2, 8)], (time) => time, NOW);
    expect(days.map(({ name }) => name)).toEqual(["Today", "Yesterday", "Today"]);
    expect(byDay([], String, NOW)).toEqual([]);
  });
});
