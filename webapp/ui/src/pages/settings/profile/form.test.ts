import { describe, expect, it } from "vitest";
import { changeOf, type Form, isChanged, linksOf } from "./form";

const BEGAN: Form = {
  handle: "ada",
  name: "Ada",
  bio: "Notes.",
  links: ["https://ada.example/"],
  avatar: "01930000-0000-7000-8000-000000000001",
};

describe("changeOf", () => {
  it("sends what was changed, and nothing of what was left alone", () => {
    expect(changeOf(BEGAN, BEGAN)).toEqual({});
    expect(changeOf(BEGAN, { ...BEGAN, bio: "More notes." })).toEqual({ bio: "More notes." });
  });

  it("takes away by null what is empty now", () => {
    const emptied = { ...BEGAN, name: "  ", bio: " \n", links: [""], avatar: null };
    expect(changeOf(BEGAN, emptied)).toEqual({ name: null, bio: null, links: [], avatar: null });
  });

  it("takes a handle as people write it", () => {
    expect(changeOf({ ...BEGAN, handle: "" }, { ...BEGAN, handle: " @ada " })).toEqual({ handle: "ada" });
  });

  it("does not take blanks and an empty line for a change", () => {
    const same = { ...BEGAN, name: "Ada ", links: ["https://ada.example/", "", " "] };
    expect(isChanged(BEGAN, same)).toBe(false);
  });
});

describe("linksOf", () => {
  it("writes https before what has no scheme, and leaves the rest for the server to judge", () => {
    expect(linksOf(["ada.example", "localhost:8000/x", "http://old.example", "javascript:alert(1)"])).toEqual(
      ["https://ada.example", "https://localhost:8000/x", "http://old.example", "javascript:alert(1)"],
    );
  });
});
