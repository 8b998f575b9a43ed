import { describe, expect, it } from "vitest";
import {
  fieldsOf,
  keepTrust,
  keptTrust,
  NOTHING,
  readFields,
  sameLog,
  samePins,
  type Trust,
  withIssuers,
} from "./trust";

const GENESIS = `0x${"ab".repeat(32)}`;
const ADDRESS = `0x${"cd".repeat(20)}`;
const WHOLE = {
  ...NOTHING,
  rpc: " http://127.0.0.1:8545 ",
  chainId: "131277322940537",
  genesis: GENESIS.toUpperCase().replace("0X", "0x"),
  contract: ADDRESS,
  anchorer: ADDRESS,
  depth: "3",
  registry: ADDRESS,
  issuers: ` ${ADDRESS.toUpperCase().replace("0X", "0x")},\n0x${"ef".repeat(20)} `,
};

function trustOf(fields = WHOLE): Trust {
  const { trust } = readFields(fields, "reader");
  if (trust === null) throw new Error("These fields cannot be used.");
  return trust;
}

describe("what the reader types", () => {
  it("becomes pins, in lower case and without blanks", () => {
    const { rpc, pins, by } = trustOf();
    expect({ rpc, by }).toEqual({ rpc: "http://127.0.0.1:8545", by: "reader" });
    expect(pins).toEqual({
      chainId: 131277322940537,
      genesis: GENESIS,
      contract: ADDRESS,
      anchorer: ADDRESS,
      depth: 3,
      operatorRunsChain: false,
      registry: ADDRESS,
      issuers: [ADDRESS, `0x${"ef".repeat(20)}`],
    });
  });

  it("may be a chain without a log, or nothing", () => {
    expect(trustOf({ ...WHOLE, contract: "", anchorer: "" }).pins?.anchorer).toBeNull();
    expect(trustOf(NOTHING)).toEqual({ rpc: "", pins: null, by: "reader" });
  });

  it.each([
    ["rpc", "ftp://x"],
    ["rpc", "node.example"],
    ["rpc", "https://user:secret@node.example"],
    ["chainId", "1.5"],
    ["chainId", "9007199254740992"],
    ["depth", "-1"],
    ["depth", ""],
    ["genesis", "0x12"],
    ["genesis", ""],
    ["contract", GENESIS],
    ["anchorer", "0x"],
    ["registry", "0x12"],
    ["issuers", `${ADDRESS} 0x12`],
  ] as const)("is refused at its field: %s %s", (name, value) => {
    const { trust, problems } = readFields({ ...WHOLE, [name]: value }, "reader");
    expect(trust).toBeNull();
    expect(Object.keys(problems)).toEqual([name]);
  });
});

describe("what is kept", () => {
  it("comes back", () => {
    keepTrust(trustOf());
    expect(keptTrust()).toEqual(trustOf());
    keepTrust(null);
    expect(keptTrust()).toBeNull();
  });

  it.each(["", "null", "[]", "7", "{", '{"rpc":7,"depth":"x"}', '{"rpc":"javascript:1","depth":"1"}'])(
    "is nothing where something else was written: %s",
    (text) => {
      localStorage.setItem("troth.trust", text);
      expect([null, ""]).toContain(keptTrust()?.rpc ?? null);
    },
  );

  it("tells other pins from another node", () => {
    const one = trustOf();
    expect(samePins(one, { ...one, rpc: "https://other.example" })).toBe(true);
    expect(samePins(one, trustOf({ ...WHOLE, depth: "4" }))).toBe(false);
    expect(sameLog(one, trustOf({ ...WHOLE, depth: "4" }))).toBe(false);
    const others = trustOf({ ...WHOLE, issuers: "" });
    expect([samePins(one, others), sameLog(one, others)]).toEqual([false, true]);
    expect(fieldsOf(null)).toEqual(NOTHING);
  });

  it("takes this server's issuers only where it named none before, for the same log", () => {
    const old: Trust = { ...trustOf({ ...WHOLE, registry: "", issuers: "" }), by: "server" };
    expect(withIssuers(old, trustOf()).pins).toEqual(trustOf().pins);
    expect(withIssuers({ ...old, by: "reader" }, trustOf()).pins?.issuers).toEqual([]);
    expect(withIssuers(old, trustOf({ ...WHOLE, depth: "4" })).pins?.issuers).toEqual([]);
    const kept: Trust = { ...trustOf(), by: "server" };
    expect(withIssuers(kept, trustOf({ ...WHOLE, issuers: ADDRESS }))).toBe(kept);
  });
});
