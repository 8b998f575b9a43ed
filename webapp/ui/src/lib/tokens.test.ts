import { describe, expect, it } from "vitest";
import { contentPath, mintSteps, nameOfToken, royaltyOf, royaltyWords, textOf } from "./tokens";

const CID = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";

describe("metadata", () => {
  it("shows content of this server alone", () => {
    expect(contentPath(`ipfs://${CID}`)).toBe(`/ipfs/${CID}`);
    expect(contentPath(`ipfs://ipfs/${CID}`)).toBe(`/ipfs/${CID}`);
    for (const link of [
      "https://example.org/a.png",
      "javascript:alert(1)",
      `ipfs://${CID}/../../api/v1/me`,
      "ipfs://short",
      "data:image/png;base64,AA",
      7,
      null,
    ])
      expect(contentPath(link)).toBeNull();
  });

  it("believes no shape", () => {
    const text = textOf({
      name: 7,
      description: " ",
      external_url: "javascript:alert(1)",
      attributes: [
        null,
        { value: {} },
        { trait_type: "Hue", value: "green" },
        { value: 3 },
        { trait_type: "Made", value: 86_400, display_type: "date" },
      ],
    });
    expect(text).toMatchObject({ name: null, description: null, link: null, image: null });
    expect(text.attributes).toEqual([
      { name: "Hue", value: "green" },
      { name: "Attribute", value: "3" },
      { name: "Made", value: "1970-01-02" },
    ]);
    expect(textOf({ attributes: "no list", external_url: "https://example.org/x" })).toMatchObject({
      attributes: [],
      link: "https://example.org/x",
    });
    expect(nameOfToken(textOf(null), "12345678901234567890")).toBe("Token 123456…567890");
  });
});

describe("royalties", () => {
  it("are read to the hundredth of a percent, and no further", () => {
    expect([royaltyOf(""), royaltyOf("2.5"), royaltyOf("2,25"), royaltyOf("100"), royaltyOf("0.29")]).toEqual(
      [0, 250, 225, 10_000, 29],
    );
    for (const no of ["100.01", "-1", "2.555", "x", "1e2"]) expect(royaltyOf(no)).toBeNull();
    expect([royaltyWords(0), royaltyWords(250), royaltyWords(25)]).toEqual(["None", "2.5%", "0.25%"]);
  });
});

describe("a mint", () => {
  const nothing = { saved_at: "a", signed_at: null, sent_at: null, mined_at: null, final_at: null };
  const brief = (...args: Parameters<typeof mintSteps>) =>
    mintSteps(...args).map(({ name, state }) => `${name}: ${state}`);

  it("waits for the creator's permission, then for the server", () => {
    expect(brief({ ...nothing, state: "saved" }, "permission", null)).toEqual([
      "Kept: done",
      "Permitted: now",
      "Sent: later",
      "In a block: later",
      "Final: later",
    ]);
    expect(brief({ ...nothing, state: "mined", mined_at: "b" }, "permission", null)).toEqual([
      "Kept: done",
      "Permitted: done",
      "Sent: done",
      "In a block: done",
      "Final: now",
    ]);
  });

  it("of one's own wallet knows what this browser sent", () => {
    expect(brief({ ...nothing, state: "saved" }, "wallet", null)[1]).toBe("Sent: now");
    expect(brief({ ...nothing, state: "saved" }, "wallet", "b").slice(1, 3)).toEqual([
      "Sent: done",
      "In a block: now",
    ]);
  });

  it("that expired waits for nothing", () => {
    expect(brief({ ...nothing, state: "expired" }, "permission", null)).not.toContain("Permitted: now");
  });
});
