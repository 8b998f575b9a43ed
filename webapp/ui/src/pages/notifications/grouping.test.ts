import { describe, expect, it } from "vitest";
import type { Notification } from "../../queries/notifications";
import { beginnings, placeOf, saying, whoOf } from "./grouping";

const viewer = { following: false, followed_by: false, muted: false, blocking: false };
const card = (name: string) => ({ id: name, handle: name.toLowerCase(), name, avatar: null, viewer });
const ME = { id: "me", handle: "me" };

function told(change: Partial<Notification>): Notification {
  return {
    id: "7",
    kind: "like",
    created_at: "2026-03-02T10:00:00Z",
    profiles: [card("Ada")],
    people: 1,
    count: 1,
    read: false,
    post: null,
    about: null,
    subject: null,
    ...change,
  };
}

const post = (id: string) => ({ id }) as Notification["post"];

describe("whoOf", () => {
  it.each([
    [["Ada"], 1, "Ada"],
    [["Ada", "Bob"], 2, "Ada and Bob"],
    [["Ada", "Bob", "Cy"], 3, "Ada and 2 others"],
    [["Ada", "Bob", "Cy"], 1000, "Ada and 999 others"],
    [[], 1, "Somebody"],
    [["Ada"], 2, "Ada and 1 other"],
  ])("says %j of %i as %s", (names, people, words) => {
    expect(whoOf({ profiles: names.map(card), people })).toBe(words);
  });
});

describe("saying", () => {
  it("counts answers and messages, and says of whom proofs are", () => {
    expect(saying(told({ kind: "comment", count: 3 }))).toEqual({
      who: "Ada",
      did: "answered your post, 3 times",
    });
    expect(saying(told({ kind: "message" })).did).toBe("sent a message");
    const anchored = saying(told({ kind: "anchored", profiles: [], people: 0, count: 12 }));
    expect(anchored.who).toBeNull();
    expect(anchored.did).toMatch(/^12 posts of yours are anchored/);
  });
});

describe("placeOf", () => {
  it("leads to what it is about", () => {
    expect(placeOf(told({ post: post("p") }), ME)).toBe("/posts/p");
    expect(placeOf(told({ kind: "comment", post: post("p"), about: post("a") }), ME)).toBe("/posts/a");
    expect(placeOf(told({ kind: "comment", post: post("p") }), ME)).toBe("/posts/p");
    expect(placeOf(told({ kind: "message", subject: "c" }), ME)).toBe("/messages/c");
    expect(placeOf(told({ kind: "anchored", post: post("p") }), ME)).toBe("/posts/p/receipt");
  });

  it("leads to the token or the claim, where it is one", () => {
    expect(placeOf(told({ kind: "asset_received", subject: "7", count: 1 }), ME)).toBe("/tokens/7");
    expect(placeOf(told({ kind: "asset_minted", subject: "7", count: 2 }), ME)).toBe("/@me/gallery");
    expect(placeOf(told({ kind: "verified", subject: "c" }), ME)).toBe("/claims/c");
    expect(placeOf(told({ kind: "revoked", subject: null }), ME)).toBe("/claims");
  });

  it("leads to the one who follows, or to all of them", () => {
    expect(placeOf(told({ kind: "follow" }), ME)).toBe("/@ada");
    expect(placeOf(told({ kind: "follow", people: 4 }), ME)).toBe("/@me/followers");
  });
});

describe("beginnings", () => {
  it("names each day at its first item, once where pages overlap", () => {
    const now = new Date(2026, 2, 2, 12).getTime();
    const at = (day: number, hour: number) => new Date(2026, 2, day, hour).toISOString();
    const items = [
      told({ id: "9", created_at: at(2, 11) }),
      told({ id: "8", created_at: at(2, 1) }),
      told({ id: "5", created_at: at(1, 20) }),
      told({ id: "5", created_at: at(1, 20) }),
    ];
    expect([...beginnings(items, now)]).toEqual([
      ["9", "Today"],
      ["5", "Yesterday"],
    ]);
  });
});
