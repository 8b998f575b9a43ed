/** The command line that checks the same file with the same pins. */

import type { Bundle } from "../proof";
import type { Trust } from "./trust";

/** What a file of this bundle is called. */
export function fileName({ entry }: Bundle): string {
  return `${entry.record.slice(2, 10)}-${entry.content.slice(2, 10)}.troth.json`;
}

/** `troth verify …`, safe to paste into a shell; `held` is a file beside the bundle. */
export function commandFor(bundle: Bundle, trust: Trust | null, api: string | null, held?: string): string {
  const words = ["troth", "verify", fileName(bundle)];
  if (held !== undefined) words.push("--file", quoted(held));
  const about = bundle.claims.length > 0;
  return [...words, ...rest(trust, api, { log: true, issuers: about })].join(" ");
}

/** The same for a claim file. */
export function commandForClaim(name: string, trust: Trust | null): string {
  return ["troth", "verify", quoted(name), ...rest(trust, null, { log: false, issuers: true })].join(" ");
}

function rest(trust: Trust | null, api: string | null, about: { log: boolean; issuers: boolean }): string[] {
  const { rpc = "", pins = null } = trust ?? {};
  const words: string[] = [];
  const add = (option: string, value: string | number | null | undefined) => {
    if (value !== null && value !== undefined && value !== "") words.push(option, quoted(String(value)));
  };
  if (pins !== null) {
    add("--chain-id", pins.chainId);
    add("--genesis", pins.genesis);
    if (about.log) {
      add("--contract", pins.contract);
      add("--anchorer", pins.anchorer);
    }
    add("--depth", pins.depth);
    if (about.issuers) {
      add("--registry", pins.registry);
      for (const issuer of pins.issuers ?? []) add("--issuer", issuer);
    }
  }
  if (rpc === "" || pins === null) return [...words, "--offline"];
  add("--rpc", rpc);
  add("--api", api);
  return words;
}

function quoted(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
