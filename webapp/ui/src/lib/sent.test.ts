import { beforeEach, describe, expect, it } from "vitest";
import { forgetSent, noteSent, sentNotes } from "./sent";

const note = (at: number) => ({ hash: "0xab" as const, at, to: null });

describe("what one's wallet sent", () => {
  beforeEach(() => localStorage.clear());

  it("is known until it is forgotten", () => {
    noteSent("mint:1", note(Date.now()));
    noteSent("transfer:7", note(Date.now()));
    forgetSent("mint:1");
    expect(Object.keys(sentNotes())).toEqual(["transfer:7"]);
  });

  it("is forgotten after a day", () => {
    noteSent("mint:1", note(Date.now()));
    expect(sentNotes(Date.now() + 86_400_001)).toEqual({});
  });

  it("is the same object while nothing changed, and nothing where junk is kept", () => {
    noteSent("mint:1", note(Date.now()));
    expect(sentNotes()).toBe(sentNotes());
    for (const junk of ["{", "null", "7", '{"mint:1":{"hash":7}}']) {
      localStorage.setItem("troth.sent", junk);
      expect(sentNotes()).toEqual({});
    }
  });
});
