/**
 * What one's own wallet sent and the server has not seen yet, kept in this browser: neither a reload nor another page
 * offers it as if nothing had been sent. A note is dropped once the chain has it, or after a day.
 */

import { useSyncExternalStore } from "react";

export interface SentNote {
  hash: `0x${string}`;
  /** Milliseconds since 1970. */
  at: number;
  /** Who gets a token that was given away; lower case. */
  to: string | null;
}

/** What was sent: a mint by its id, or the transfer of a token by its number. */
export type SentKey = `mint:${string}` | `transfer:${string}`;

const PLACE = "troth.sent";
const DAY_MS = 86_400_000;
const listeners = new Set<() => void>();
let read: { text: string | null; notes: Record<string, SentNote> } | null = null;

/** All notes that are younger than a day. */
export function sentNotes(now = Date.now()): Record<string, SentNote> {
  const text = storedText();
  if (read === null || read.text !== text) read = { text, notes: parsed(text) };
  const young = Object.entries(read.notes).filter(([, note]) => now - note.at < DAY_MS);
  if (young.length < Object.keys(read.notes).length) read = { text, notes: Object.fromEntries(young) };
  return read.notes;
}

/** Note that something was sent. */
export function noteSent(key: SentKey, note: SentNote): void {
  write({ ...sentNotes(), [key]: note });
}

/** Forget a note: the chain has it, or never will. */
export function forgetSent(key: SentKey): void {
  const { [key]: gone, ...rest } = sentNotes();
  if (gone) write(rest);
}

/** The note of something, null where nothing was sent. */
export function useSent(key: SentKey): SentNote | null {
  return useSyncExternalStore(subscribe, sentNotes)[key] ?? null;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}

let memory: string | null = null;

function storedText(): string | null {
  try {
    return memory ?? localStorage.getItem(PLACE);
  } catch {
    return memory; // switched off
  }
}

function write(notes: Record<string, SentNote>): void {
  const text = JSON.stringify(notes);
  try {
    localStorage.setItem(PLACE, text);
    memory = null;
  } catch {
    memory = text; // full, or switched off: at least until the page goes
  }
  for (const listener of listeners) listener();
}

function parsed(text: string | null): Record<string, SentNote> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, note]) => isNote(note)));
  } catch {
    return {};
  }
}

function isNote(value: unknown): value is SentNote {
  if (typeof value !== "object" || value === null) return false;
  const { hash, at } = value as Record<string, unknown>;
  return typeof hash === "string" && typeof at === "number";
}
