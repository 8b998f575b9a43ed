import { expect, it } from "vitest";
import { sizeWords } from "./words";

it("says sizes in the unit that people would", () => {
  expect([0, 999, 1_000, 3_420, 27_400_000, 1_250_000_000].map(sizeWords)).toEqual([
    "0 bytes",
    "999 bytes",
    "1.0 kB",
    "3.4 kB",
    "27 MB",
    "1.3 GB",
  ]);
});
