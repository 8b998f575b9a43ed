import { describe, expect, it } from "vitest";
import { stepsOf } from "./steps";

const stage = (name: string, at: string | null) => ({ name, about: "", at });
const states = (...times: (string | null)[]) =>
  stepsOf(times.map((at, index) => stage(`${index}`, at))).map(({ state }) => state);

describe("steps", () => {
  it("waits for the one after the last that was reached", () => {
    expect(states("t", "t", null, null)).toEqual(["done", "done", "now", "later"]);
    expect(states(null, null)).toEqual(["now", "later"]);
    expect(states("t", "t")).toEqual(["done", "done"]);
  });

  it("leaves no gap before one that was reached", () => {
    expect(states("t", null, "t", null)).toEqual(["done", "done", "done", "now"]);
  });

  it("waits for none once it has stopped", () => {
    expect(stepsOf([stage("a", "t"), stage("b", null)], true).map(({ state }) => state)).toEqual([
      "done",
      "later",
    ]);
  });
});
