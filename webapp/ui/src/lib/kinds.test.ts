import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { inOrder, KINDS_IN_ORDER, kindWords } from "./kinds";

const SOURCE = readFileSync(resolve(import.meta.dirname, "../../../notifications/models.py"), "utf8");

describe("kinds of notifications", () => {
  it("has words for every kind that the server knows", () => {
    const body = /class Kind\(StrEnum\):.*?\n\n\n/s.exec(SOURCE)?.[0] ?? "";
    const known = [...body.matchAll(/= "([a-z_]+)"/g)].map(([, kind]) => kind as string);
    expect(known.length).toBeGreaterThan(5);
    expect([...KINDS_IN_ORDER].sort()).toEqual(known.sort());
  });

  it("offers 'people I follow' for exactly what the server takes it for", () => {
    const nobodys = /NOBODYS = frozenset\(\s*\{(.*?)\}/s.exec(SOURCE)?.[1] ?? "";
    const names = [...nobodys.matchAll(/Kind\.([A-Z_]+)/g)].map(([, name]) => (name as string).toLowerCase());
    expect(names.length).toBeGreaterThan(0);
    expect(KINDS_IN_ORDER.filter((kind) => !kindWords(kind).somebodys).sort()).toEqual(names.sort());
  });

  it("keeps unknown kinds, last", () => {
    expect(inOrder(["brand_new", "like", "mention"])).toEqual(["mention", "like", "brand_new"]);
    expect(kindWords("brand_new").text).toBe("brand new");
  });
});
