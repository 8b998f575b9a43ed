import { expect, it } from "vitest";
import { codesFile } from "./codes";

it("says whose codes they are and where they work, and holds each on a line of its own", () => {
  const lines = codesFile(["aaaa-bbbb", "cccc-dddd"], "ada", "https://troth.example").split("\n");
  expect(lines[0]).toContain("@ada");
  expect(lines[1]).toContain("https://troth.example/signin/recover");
  expect(lines).toEqual(expect.arrayContaining(["aaaa-bbbb", "cccc-dddd"]));
});
