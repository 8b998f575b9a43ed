/** Where this instance's log is: its chain, and what the UI must know to lead a wallet there. */

import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../api/client";
import type { Log } from "../api/types";

export interface UiConfig {
  public_url: string;
  chain: { embedded: boolean; rpc: string | null };
}

export const logQuery = queryOptions({
  queryKey: ["log", "here"],
  queryFn: () => take(api.GET("/api/v1/log")),
  staleTime: 5_000,
});

export const configQuery = queryOptions({ queryKey: ["config"], queryFn: readConfig, staleTime: Infinity });

let config: Promise<UiConfig> | null = null;

/** What the server tells the UI of itself, asked once. */
export function readConfig(): Promise<UiConfig> {
  config ??= fetch("/ui/config.json")
    .then((response) => response.json() as Promise<UiConfig>)
    .catch((error: unknown) => {
      config = null;
      throw error;
    });
  return config;
}

/** The log as it is now: domain, and a fresh notBefore block. */
export const readLog = (): Promise<Log> => take(api.GET("/api/v1/log"));

/** The RPC of this page's embedded chain as this page reaches it, null elsewhere. */
export async function embeddedRpc(): Promise<string | null> {
  const { chain } = await readConfig();
  return chain.embedded ? chain.rpc : null;
}
