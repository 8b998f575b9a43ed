import { describe, expect, it } from "vitest";
import { added, evidenceOf, MOST_BYTES } from "./evidence";

const file = (name: string, type: string, content: BlobPart = "x") => new File([content], name, { type });

describe("evidence", () => {
  it("is what a reviewer can open, a few, and not too large", () => {
    const big = file("big.pdf", "application/pdf", new Uint8Array(MOST_BYTES));
    const { all, refused } = added([], [file("a.png", "image/png"), file("b.zip", "application/zip"), big]);
    expect(all.map((one) => one.file.name)).toEqual(["a.png"]);
    expect(refused.map((text) => text.split(" ")[0])).toEqual(["b.zip", "big.pdf"]);
    const many = ["1", "2", "3", "4", "5"].map((name) => file(name, "text/plain"));
    expect(added([], many).all).toHaveLength(4);
  });

  it("goes out in base64, whatever its bytes", async () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => index % 256);
    const [sent] = await evidenceOf(added([], [file("a.pdf", "application/pdf", bytes)]).all);
    expect(sent?.mime).toBe("application/pdf");
    expect(Buffer.from(sent?.data ?? "", "base64").equals(Buffer.from(bytes))).toBe(true);
  });
});
