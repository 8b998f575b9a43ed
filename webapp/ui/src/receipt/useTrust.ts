import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Hex } from "../proof";
import { issuersQuery } from "../queries/claims";
import { configQuery, logQuery } from "../wallet/place";
import { keepTrust, keptTrust, sameLog, samePins, type Trust, withIssuers } from "./trust";

export interface TrustState {
  /** What is believed now; null while not even the server has suggested anything. */
  trust: Trust | null;
  /** What this server suggests; null while it is not known or the server is away. */
  suggested: Trust | null;
  /** The kept pins are not those that the server suggests now. */
  differs: boolean;
  /** So does the log that it suggests, and not only whom one may believe about people. */
  otherLog: boolean;
  /** Whether the server's answer is still awaited. */
  waiting: boolean;
  save: (trust: Trust) => void;
  /** Believe what the server suggests. */
  reset: () => void;
}

/** What the reader believes: what was kept, else what this server suggests, which is then kept. */
export function useTrust(): TrustState {
  const [kept, setKept] = useState(keptTrust);
  const { suggested, waiting } = useSuggestion();
  const save = (trust: Trust) => {
    keepTrust(trust);
    setKept(trust);
  };
  if (suggested !== null) {
    const now = kept === null ? suggested : withIssuers(kept, suggested);
    if (now !== kept) save(now);
  }
  return {
    trust: kept ?? suggested,
    suggested,
    differs: kept !== null && suggested !== null && !samePins(kept, suggested),
    otherLog: kept !== null && suggested !== null && !sameLog(kept, suggested),
    waiting: kept === null && waiting,
    save,
    reset: () => suggested && save(suggested),
  };
}

function useSuggestion(): { suggested: Trust | null; waiting: boolean } {
  const log = useQuery(logQuery);
  const config = useQuery(configQuery);
  const people = useQuery(issuersQuery);
  const waiting = log.isPending || config.isPending || people.isPending;
  if (waiting || !log.data || !config.data) return { suggested: null, waiting };
  const { domain, genesis, anchorer, depth } = log.data;
  const { embedded, rpc } = config.data.chain;
  const pins = {
    chainId: domain.chainId,
    genesis: genesis as Hex,
    contract: domain.verifyingContract as Hex,
    anchorer: anchorer as Hex,
    depth,
    operatorRunsChain: embedded,
    registry: (people.data?.registry ?? null) as Hex | null,
    issuers: (people.data?.items ?? []).map(({ address }) => address as Hex),
  };
  return { suggested: { rpc: rpc ?? "", pins, by: "server" }, waiting: false };
}
