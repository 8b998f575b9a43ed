import { describe, expect, it } from "vitest";
import { type Allowed, devicesOf } from "./list";

const A = "0x00000000000000000000000000000000000000aa";
const D = "0x00000000000000000000000000000000000000dd";
const E = "0x00000000000000000000000000000000000000ee";

const allowed = (part: Partial<Allowed>): Allowed => ({
  address: D,
  author: A,
  expires_at: 1_800_000_000,
  created_at: "2026-01-01T00:00:00Z",
  revoked_at: null,
  anchoring: null,
  state: "active",
  last_used_at: null,
  ...part,
});

describe("devicesOf", () => {
  it("puts what may sign first, and keeps the order otherwise", () => {
    const found = devicesOf([
      allowed({ address: E, state: "revoked", revoked_at: "2026-02-01T00:00:00Z" }),
      allowed({}),
    ]);
    expect(found.map(({ address, state }) => [address, state])).toEqual([
      [D, "active"],
      [E, "revoked"],
    ]);
  });

  it("shows a key that was allowed twice once: since the first, until the last, by the newest use", () => {
    const [device, ...more] = devicesOf([
      allowed({ created_at: "2026-03-01T00:00:00Z", expires_at: 1_900_000_000 }),
      allowed({ state: "expired", expires_at: 1_700_000_000, last_used_at: "2026-01-05T00:00:00Z" }),
    ]);
    expect(more).toEqual([]);
    expect(device).toMatchObject({
      state: "active",
      since: "2026-01-01T00:00:00Z",
      usedAt: "2026-01-05T00:00:00Z",
      endsAt: 1_900_000_000_000,
    });
  });

  it("keeps a key apart that two wallets allowed", () => {
    expect(devicesOf([allowed({}), allowed({ author: E })])).toHaveLength(2);
  });

  it("is revoked where the newer permission was, though an older one had run out", () => {
    const found = devicesOf([
      allowed({ state: "revoked", revoked_at: "2026-02-01T00:00:00Z" }),
      allowed({ state: "expired" }),
    ]);
    expect(found[0]?.state).toBe("revoked");
  });
});
