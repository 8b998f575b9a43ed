/**
 * What the reader believes: a node, and the pins of a log. Kept in this browser alone. Never taken from a bundle;
 * at first they are what this server suggests, which every surface says.
 */

import { type Hex, type Pins, urlProblem } from "../proof";

export interface Trust {
  /** The node's URL; empty: none is asked. */
  rpc: string;
  pins: Pins | null;
  /** Who chose them: the server whose page this is, or the reader. */
  by: "server" | "reader";
}

/** The same as people type it. */
export interface TrustFields {
  rpc: string;
  chainId: string;
  genesis: string;
  contract: string;
  anchorer: string;
  depth: string;
  registry: string;
  /** Addresses, apart by blanks or commas. */
  issuers: string;
  operatorRunsChain: boolean;
}

export type Problems = Partial<Record<keyof TrustFields, string>>;

const KEY = "troth.trust";
export const NOTHING: TrustFields = {
  rpc: "",
  chainId: "",
  genesis: "",
  contract: "",
  anchorer: "",
  depth: "12",
  registry: "",
  issuers: "",
  operatorRunsChain: false,
};

/** Fill the form with what is believed. */
export function fieldsOf(trust: Trust | null): TrustFields {
  if (trust === null) return NOTHING;
  const { pins } = trust;
  if (pins === null) return { ...NOTHING, rpc: trust.rpc };
  return {
    rpc: trust.rpc,
    chainId: String(pins.chainId),
    genesis: pins.genesis,
    contract: pins.contract ?? "",
    anchorer: pins.anchorer ?? "",
    depth: String(pins.depth),
    registry: pins.registry ?? "",
    issuers: (pins.issuers ?? []).join(" "),
    operatorRunsChain: pins.operatorRunsChain ?? false,
  };
}

/** Read the form; `problems` names the fields that cannot be used, `trust` is then null. */
export function readFields(
  fields: TrustFields,
  by: Trust["by"],
): { trust: Trust | null; problems: Problems } {
  const problems: Problems = {};
  const text = (name: Exclude<keyof TrustFields, "operatorRunsChain">) => fields[name].trim();
  const hex = (name: "genesis" | "contract" | "anchorer" | "registry", bytes: number): Hex | null => {
    const given = text(name).toLowerCase();
    if (given === "") return null;
    if (isHex(given, bytes)) return given;
    problems[name] = `This needs 0x and ${2 * bytes} hex digits.`;
    return null;
  };
  const whole = (name: "chainId" | "depth"): number => {
    const given = text(name);
    if (/^[0-9]{1,16}$/.test(given) && Number.isSafeInteger(Number(given))) return Number(given);
    problems[name] = "This needs a whole number.";
    return 0;
  };
  const rpc = text("rpc");
  const bad = rpc === "" ? null : urlProblem(rpc);
  if (bad !== null) problems.rpc = bad;
  const genesis = hex("genesis", 32);
  const contract = hex("contract", 20);
  const anchorer = hex("anchorer", 20);
  const registry = hex("registry", 20);
  const issuers = text("issuers")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  if (!issuers.every((one): one is Hex => isHex(one, 20)))
    problems.issuers = "Each issuer needs 0x and 40 hex digits; put blanks between them.";
  const named = [genesis, contract, anchorer, registry].some((one) => one !== null) || text("chainId") !== "";
  if (named && genesis === null)
    problems.genesis ??= "Pins need the hash of block 0: chain ids alone repeat.";
  const chainId = named ? whole("chainId") : 0;
  const depth = whole("depth");
  if (Object.keys(problems).length > 0) return { trust: null, problems };
  const { operatorRunsChain } = fields;
  const log = { chainId, contract, anchorer, depth, operatorRunsChain };
  const pins = genesis && { genesis, ...log, registry, issuers: issuers as Hex[] };
  return { trust: { rpc, pins, by }, problems };
}

const isHex = (text: string, bytes: number): text is Hex =>
  new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`).test(text);

/** What was kept in this browser; null if nothing usable is. */
export function keptTrust(): Trust | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<TrustFields & Trust> | null;
    if (kept === null || typeof kept !== "object") return null;
    const fields = { ...NOTHING };
    for (const name of Object.keys(NOTHING) as (keyof TrustFields)[]) {
      if (typeof kept[name] === typeof NOTHING[name]) Object.assign(fields, { [name]: kept[name] });
    }
    return readFields(fields, kept.by === "reader" ? "reader" : "server").trust;
  } catch {
    return null; // written by something else, or no storage is allowed
  }
}

/** Keep it for next time; null forgets it. */
export function keepTrust(trust: Trust | null): void {
  try {
    if (trust === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify({ ...fieldsOf(trust), by: trust.by }));
  } catch {
    // Without storage it holds for this page alone.
  }
}

/** Say whether two pin the same log; the node and the issuers may differ. */
export function sameLog(one: Trust, other: Trust): boolean {
  const log = (trust: Trust) => JSON.stringify({ ...fieldsOf(trust), rpc: "", registry: "", issuers: "" });
  return log(one) === log(other);
}

/** Say whether two name the same pins, issuers too; the node may differ. */
export function samePins(one: Trust, other: Trust): boolean {
  const pins = (trust: Trust) => JSON.stringify({ ...fieldsOf(trust), rpc: "" });
  return pins(one) === pins(other);
}

/** What was kept before this server told of issuers, with those that it suggests for the same log. */
export function withIssuers(kept: Trust, suggested: Trust): Trust {
  const told = kept.pins?.registry || kept.pins?.issuers?.length;
  return kept.by === "server" && !told && sameLog(kept, suggested) ? { ...suggested, rpc: kept.rpc } : kept;
}
