import { describe, expect, it } from "vitest";
import { relativeTime } from "./time";

const NOW = Date.parse("2026-03-02T12:00:00Z");

describe("relativeTime", () => {
  it.each([
    ["2026-03-02T11:59:31Z", "now"],
    ["2026-03-02T11:55:00Z", "5m ago"],
    ["2026-03-02T09:00:00Z", "3h ago"],
    ["2026-02-28T11:00:00Z", "2d ago"],
    ["2026-01-05T12:00:00Z", "Jan 5"],
    ["2025-12-31T12:00:00Z", "Dec 31, 2025"],
    ["2026-03-02T14:30:00Z", "in 2h"],
  ])("says %s as %s", (at, words) => {
    expect(relativeTime(at, NOW)).toBe(words);
  });
});
