import { beforeEach, describe, expect, it } from "vitest";
import { forgetSearch, keepSearch, recentSearches } from "./recent";

describe("recent searches", () => {
  beforeEach(() => localStorage.clear());

  it("keeps the newest eight, each once whatever its case", () => {
    for (let at = 1; at <= 9; at += 1) keepSearch("ada", `q${at}`);
    expect(keepSearch("ada", " Q5 ")).toEqual(["Q5", "q9", "q8", "q7", "q6", "q4", "q3", "q2"]);
    expect(recentSearches("ada")).toHaveLength(8);
  });

  it("belongs to one account, and keeps no blanks", () => {
    keepSearch("ada", "engine");
    keepSearch("ada", "  ");
    expect(recentSearches("ada")).toEqual(["engine"]);
    expect(recentSearches("bob")).toEqual([]);
  });

  it("forgets one, or all", () => {
    keepSearch("ada", "one");
    keepSearch("ada", "two");
    expect(forgetSearch("ada", "two")).toEqual(["one"]);
    expect(forgetSearch("ada")).toEqual([]);
    expect(recentSearches("ada")).toEqual([]);
  });

  it("bears what it cannot read", () => {
    localStorage.setItem("troth.searches.ada", "{");
    expect(recentSearches("ada")).toEqual([]);
    localStorage.setItem("troth.searches.ada", '[1, "engine"]');
    expect(recentSearches("ada")).toEqual(["engine"]);
  });
});
