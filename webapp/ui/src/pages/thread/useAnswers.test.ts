import { describe, expect, it } from "vitest";
import { beyondPages } from "./useAnswers";

const fresh = (...all: [id: string, parent: string | null][]) =>
  all.map(([id, parent]) => ({ id, parent })).reverse();

describe("beyondPages", () => {
  it("finds one's new answers that no page of the thread holds, and what one answered to them", () => {
    const own = fresh(
      ["on page", "a"],
      ["beyond", "a"],
      ["deeper", "beyond"],
      ["a post", null],
      ["else", "z"],
    );
    expect(beyondPages(["root", "a", "on page"], own)).toEqual(["beyond", "deeper"]);
    expect(beyondPages(["root"], own)).toEqual([]);
  });
});
