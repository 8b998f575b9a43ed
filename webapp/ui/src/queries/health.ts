/** How the server's parts are, for the one line that says when proofs are late. */

import { queryOptions } from "@tanstack/react-query";

interface Part {
  state: "ok" | "degraded" | "down";
  reason: string | null;
}

export interface Health {
  state: Part["state"];
  parts: Record<string, Part>;
}

const PROVING = ["chain", "nodes", "log", "worker"];
const EVERY_MS = 60_000;

export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: readHealth,
  refetchInterval: EVERY_MS,
  staleTime: EVERY_MS / 2,
});

/** Why proofs are late now; null while they are not, or where that cannot be told. */
export function lateBecause(health: Health | null | undefined): string | null {
  for (const name of PROVING) {
    const part = health?.parts[name];
    if (part && part.state !== "ok") return part.reason ?? `${name} is ${part.state}`;
  }
  return null;
}

async function readHealth(): Promise<Health | null> {
  const response = await fetch("/health", { headers: { Accept: "application/json" } }).catch(() => null);
  const body: unknown = await response?.json().catch(() => null);
  return isHealth(body) ? body : null;
}

function isHealth(body: unknown): body is Health {
  return typeof body === "object" && body !== null && "parts" in body;
}
