import { expect, it } from "vitest";
import { chooseTheme, chosenTheme } from "./theme";

it("holds until the system's is chosen again", () => {
  expect(chosenTheme()).toBe("system");
  chooseTheme("dark");
  expect([chosenTheme(), document.documentElement.dataset.theme]).toEqual(["dark", "dark"]);
  chooseTheme("system");
  expect([chosenTheme(), document.documentElement.dataset.theme]).toEqual(["system", undefined]);
});
