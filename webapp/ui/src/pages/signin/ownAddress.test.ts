import { expect, it } from "vitest";
import { ownAddress } from "./ownAddress";

it("goes on to addresses of this site", () => {
  expect(ownAddress("/settings/apps")).toBe("/settings/apps");
  expect(ownAddress("/oauth/authorize?state=a%26b&scope=read+posts:write#x")).toBe(
    "/oauth/authorize?state=a%26b&scope=read+posts:write#x",
  );
});

it.each([
  null,
  "",
  "home",
  "https://evil.example/",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "/\n\\evil.example",
  "/.//evil.example",
  "javascript:alert(1)",
])("and to none that a browser reads as somebody else's: %j", (next) => {
  expect(ownAddress(next)).toBe("/");
});
