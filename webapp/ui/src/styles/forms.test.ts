import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const SOURCES = resolve(import.meta.dirname, "..");

/** A file's rules, one for each selector, in a form in which the same ones are equal. */
const rulesOf = (file: string): string[] =>
  [...readFileSync(join(SOURCES, file), "utf8").matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(
    ([, selectors = "", body = ""]) =>
      selectors
        .replace(/\/\*.*?\*\//gs, "")
        .split(",")
        .map(
          (one) =>
            `${one.trim()} {${body
              .split(";")
              .map((line) => line.trim())
              .sort()
              .join(";")}}`,
        ),
  );

it("has what forms share in one place: no page repeats it", () => {
  const shared = new Set(rulesOf("styles/forms.module.css"));
  const pages = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((file) =>
    /^pages\/.*\.css$/.test(file),
  );
  expect(shared.size).toBeGreaterThan(5);
  expect(pages.length).toBeGreaterThan(20);
  const repeated = pages.flatMap((file) =>
    rulesOf(file)
      .filter((rule) => shared.has(rule))
      .map((rule) => `${file}: ${rule}`),
  );
  expect(repeated).toEqual([]);
});
