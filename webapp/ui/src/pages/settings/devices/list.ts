/** Device keys as people think of them: one line for each key, whatever was signed about it. */

import type { Schemas } from "../../../api/client";

export type Allowed = Schemas["ListedDevice"];

export interface Device {
  address: string;
  author: string;
  state: Allowed["state"];
  /** When it was first allowed, and when the newest record that it signed was accepted. */
  since: string | null;
  usedAt: string | null;
  /** Milliseconds since 1970. */
  endsAt: number;
  revokedAt: string | null;
}

/**
 * One device for each key and wallet, of Delegations newest first: a key that was allowed twice is good while one of
 * both is. Those that may sign come first, then newest first.
 */
export function devicesOf(allowed: readonly Allowed[]): Device[] {
  const found = new Map<string, Device>();
  for (const one of allowed) {
    const key = `${one.author} ${one.address}`;
    const before = found.get(key);
    found.set(key, before === undefined ? deviceOf(one) : merged(before, deviceOf(one)));
  }
  return [...found.values()].sort((a, b) => Number(b.state === "active") - Number(a.state === "active"));
}

function deviceOf(one: Allowed): Device {
  return {
    address: one.address,
    author: one.author,
    state: one.state,
    since: one.created_at,
    usedAt: one.last_used_at,
    endsAt: one.expires_at * 1000,
    revokedAt: one.revoked_at,
  };
}

/** A device with what an older Delegation says of it. */
function merged(newer: Device, older: Device): Device {
  const active = newer.state === "active" ? newer : older.state === "active" ? older : newer;
  return {
    ...active,
    since: older.since ?? newer.since,
    usedAt:
      [newer.usedAt, older.usedAt]
        .filter((at) => at !== null)
        .sort()
        .at(-1) ?? null,
    endsAt: Math.max(newer.endsAt, older.endsAt),
  };
}
