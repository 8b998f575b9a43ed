import { describe, expect, it } from "vitest";
import { EMPTY, problemsOf, wishOf } from "./form";

const image = { id: "m", digest: "0x00", mime: "image/png", width: 1, height: 1, alt: "" };
const form = { ...EMPTY, image, name: " One field " };

describe("a token to be", () => {
  it("needs a name and something to be of", () => {
    expect(Object.keys(problemsOf(EMPTY))).toEqual(["image", "name"]);
    expect(problemsOf(form)).toEqual({});
    expect(problemsOf({ ...form, image: null, animation: image })).toEqual({});
  });

  it("says which field is wrong", () => {
    expect(Object.keys(problemsOf({ ...form, royalty: "101", link: "http://example.org" }))).toEqual([
      "royalty",
      "link",
    ]);
  });

  it("is told to the API without what was left out", () => {
    expect(wishOf({ ...form, royalty: "2.5" })).toEqual({
      name: "One field",
      by: "permission",
      royalty: 250,
      image: "m",
    });
  });

  it("has numbers where they are numbers, and texts where they only look so", () => {
    const attributes = ["12", "007", "1e3", "-0.5", "1.0", "green", " "].map((value, id) => ({
      id,
      name: id === 0 ? "Edition" : "",
      value,
    }));
    expect(wishOf({ ...form, attributes }).attributes).toEqual([
      { trait_type: "Edition", value: 12 },
      { value: "007" },
      { value: "1e3" },
      { value: -0.5 },
      { value: "1.0" },
      { value: "green" },
    ]);
  });
});
