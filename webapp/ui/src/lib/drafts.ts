/**
 * What people write, kept in this browser until it is published: through reloads, ended sessions and lost networks.
 *
 * A draft belongs to an account and a place (a new post, the answer to one, the edit of one). Its `id` is that of the
 * post to be, so that sending it twice publishes it once.
 */

import { uuid7 } from "./uuid7";

export interface DraftMedia {
  id: string;
  digest: string;
  mime: string;
  width: number;
  height: number;
  alt: string;
}

/** A token to be attached, by its CAIP-19 id, whose SHA-256 is what is signed. */
export interface DraftToken {
  asset: string;
  digest: string;
  /** How it is shown here meanwhile. */
  name: string;
  image: string | null;
}

export interface Draft {
  id: string;
  text: string;
  audience: "public" | "followers";
  media: DraftMedia[];
  tokens: DraftToken[];
  /** The content of the version that an edit began from. */
  base?: string | null;
  /** It was sent once, and may have arrived: its id is kept until all that it says is taken out. */
  sent?: boolean;
  /** What it was sent as before all of it was taken out, as by cutting it: put back, it is the same post. */
  emptied?: { id: string; text: string };
  /** Milliseconds since 1970. */
  savedAt: number;
}

const PREFIX = "troth.draft";
/** The server removes uploads that nothing shows after a day. */
const MEDIA_MS = 23 * 3_600_000;
const OLDEST_MS = 30 * 86_400_000;

export type Place = "new" | `reply:${string}` | `quote:${string}` | `edit:${string}`;

const keyOf = (account: string, place: Place) => `${PREFIX}.${account}.${place}`;

/** What is not kept yet, or what this browser would not keep: here until the page goes. */
const memory = new Map<string, Draft>();

/** An empty draft. */
export function newDraft(): Draft {
  return { id: uuid7(), text: "", audience: "public", media: [], tokens: [], savedAt: Date.now() };
}

/** The draft of a place, null where there is none, or none that can be read; `lasting` is the media of its post. */
export function readDraft(
  account: string,
  place: Place,
  now = Date.now(),
  lasting: readonly DraftMedia[] = [],
): Draft | null {
  const key = keyOf(account, place);
  const found = memory.get(key) ?? parsed(localStorage.getItem(key));
  if (found === null || now - found.savedAt > OLDEST_MS) return null;
  if (now - found.savedAt <= MEDIA_MS) return found;
  return { ...found, media: found.media.filter(({ id }) => lasting.some((one) => one.id === id)) };
}

/** Hold a draft until it is kept: whoever reads it meanwhile reads this one. */
export function holdDraft(account: string, place: Place, draft: Draft): void {
  memory.set(keyOf(account, place), { ...draft, savedAt: Date.now() });
}

/** Keep a draft; an empty one that was never sent is dropped. False where this browser keeps nothing. */
export function keepDraft(account: string, place: Place, draft: Draft): boolean {
  const key = keyOf(account, place);
  const kept = { ...draft, savedAt: Date.now() };
  memory.delete(key);
  try {
    if (isNothing(draft)) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(kept));
    return true;
  } catch {
    memory.set(key, kept);
    return false; // full, or switched off
  }
}

/** A draft with a part of it changed; emptied after it was sent, it is that of another post. */
export function changed(draft: Draft, part: Partial<Draft>): Draft {
  const next = { ...draft, ...part };
  if (!draft.sent || isEmpty(draft) || !isEmpty(next)) return next;
  return { ...next, id: uuid7(), sent: false, emptied: { id: draft.id, text: draft.text } };
}

/** A draft as it is sent. */
export function sentDraft({ emptied, ...draft }: Draft): Draft {
  const back = emptied && emptied.text === draft.text && draft.text.trim() !== "";
  return { ...draft, id: back ? emptied.id : draft.id, sent: true };
}

const isEmpty = ({ text, media, tokens }: Draft): boolean =>
  text.trim() === "" && media.length + tokens.length === 0;

/** Whether a draft has nothing that could be lost. */
export const isNothing = (draft: Draft): boolean => !draft.sent && isEmpty(draft);

/** Forget a draft, once it is published or thrown away; one with another id, as of another tab, stays. */
export function dropDraft(account: string, place: Place, id: string): void {
  const key = keyOf(account, place);
  if (memory.get(key)?.id === id) memory.delete(key);
  const stored = parsed(localStorage.getItem(key));
  if (stored === null || stored.id === id) localStorage.removeItem(key);
}

/** Be told when another tab kept its own draft at a place, or dropped what was kept there. */
export function onDraftElsewhere(
  account: string,
  place: Place,
  tell: (dropped: boolean) => void,
): () => void {
  const key = keyOf(account, place);
  const listener = (event: StorageEvent) => event.key === key && tell(event.newValue === null);
  window.addEventListener("storage", listener);
  return () => window.removeEventListener("storage", listener);
}

function parsed(json: string | null): Draft | null {
  if (json === null) return null;
  try {
    const value: unknown = JSON.parse(json);
    if (!isDraft(value)) return null;
    // Drafts of before there were tokens have none.
    return { ...value, tokens: Array.isArray(value.tokens) ? value.tokens : [] };
  } catch {
    return null;
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const { id, text, audience, media, savedAt } = value as Record<string, unknown>;
  const typed = typeof id === "string" && typeof text === "string" && typeof savedAt === "number";
  return typed && Array.isArray(media) && (audience === "public" || audience === "followers");
}
