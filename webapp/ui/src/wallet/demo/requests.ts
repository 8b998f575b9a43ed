/** What the demo wallet asks its person; DemoWallet.tsx shows it. */

import { useSyncExternalStore } from "react";

export interface DemoRequest {
  title: string;
  /** What is signed, as text. */
  shown: string;
  yes: () => void;
  no: () => void;
}

let open: DemoRequest | null = null;
const listeners = new Set<() => void>();

/** The request that waits for an answer; null if none does. */
export function useDemoRequest(): DemoRequest | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}

/** Ask the person; false where they refuse. Raises where a request is open already, as wallets do. */
export function askPerson(title: string, shown: string): Promise<boolean> {
  if (open !== null) {
    return Promise.reject(Object.assign(new Error("A request is open already."), { code: -32002 }));
  }
  return new Promise((resolve) => {
    const answer = (value: boolean) => () => {
      set(null);
      resolve(value);
    };
    set({ title, shown, yes: answer(true), no: answer(false) });
  });
}

function set(next: DemoRequest | null): void {
  open = next;
  for (const listener of listeners) listener();
}
