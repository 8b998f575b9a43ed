/** Short sentences that appear at the edge of the page and go by themselves: what happened, and what to do. */

import { useSyncExternalStore } from "react";

export interface Notice {
  id: number;
  tone: "neutral" | "good" | "bad";
  text: string;
  link?: { to: string; text: string };
  act?: { text: string; run: () => void };
}

const SECONDS = 7;
let notices: readonly Notice[] = [];
let last = 0;
const listeners = new Set<() => void>();

/** Show a notice; the same text twice at a time is one. */
export function notice(one: Omit<Notice, "id">): void {
  last += 1;
  const id = last;
  set([...notices.filter((other) => other.text !== one.text), { ...one, id }].slice(-3));
  setTimeout(() => dismissNotice(id), (one.act || one.link ? 2 : 1) * SECONDS * 1000);
}

/** Take a notice away. */
export function dismissNotice(id: number): void {
  set(notices.filter((one) => one.id !== id));
}

/** All notices that show now. */
export function useNotices(): readonly Notice[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notices,
  );
}

function set(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}
