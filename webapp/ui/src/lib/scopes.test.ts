import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { KNOWN_SCOPES, scopeWords } from "./scopes";

it("has words for every scope that the server gives to apps", () => {
  const source = readFileSync(resolve(import.meta.dirname, "../../../accounts/scopes.py"), "utf8");
  const given = [...source.matchAll(/^ {4}[A-Z_]+ = "([a-z:]+)"$/gm)].map(([, scope]) => scope as string);
  expect(given).toContain("account");
  expect([...KNOWN_SCOPES].sort()).toEqual(given.filter((scope) => scope !== "account").sort());
});

it("names a scope that it does not know, and takes it for grave", () => {
  expect(scopeWords("money:spend")).toEqual({ text: "do what is called “money:spend”", grave: true });
});
