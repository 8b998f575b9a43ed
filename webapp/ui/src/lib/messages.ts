/** Messages of the server and of one's own outbox as one talk. Pure. */

import type { Conversation, Message, Talk } from "../queries/messages";
import type { Outgoing } from "../queries/outbox";

/** A talk with newer messages on top: each once, newest first. `newest` moves on where a page says it. */
export function withNewer(talk: Talk, newer: { items: Message[]; newest?: string }): Talk {
  const [first, ...older] = talk.pages;
  if (!first) return talk;
  const known = new Set(talk.pages.flatMap((page) => page.items.map((item) => item.id)));
  const fresh = newer.items.filter((item) => !known.has(item.id));
  const newest = newer.newest ?? first.newest;
  if (fresh.length === 0 && newest === first.newest) return talk;
  const items = [...fresh, ...first.items].sort(newestFirst);
  return { ...talk, pages: [{ ...first, items, newest }, ...older] };
}

/** A talk with one message in another state. */
export function changedText(talk: Talk, message: Message): Talk {
  const pages = talk.pages.map((page) => ({
    ...page,
    items: page.items.map((item) => (item.id === message.id ? message : item)),
  }));
  return { ...talk, pages };
}

function newestFirst(one: Message, other: Message): number {
  const [a, b] = [one.created_at ?? "", other.created_at ?? ""];
  if (a !== b) return a < b ? 1 : -1;
  return one.id < other.id ? 1 : -1;
}

export interface Line {
  id: string;
  account: string;
  message: Message | null;
  outgoing: Outgoing | null;
  /** The first, or the last, of what one person says in a row. */
  begins: boolean;
  ends: boolean;
  /** The first one that was unread when the talk was opened. */
  firstNew: boolean;
}

/** A row ends when so much time goes by. */
const ROW_MS = 5 * 60_000;

/** All messages oldest first, then what is still on its way; what arrived is shown once. */
export function linesOf(
  messages: readonly Message[],
  outgoing: readonly Outgoing[],
  me: string,
  firstNew: string | null,
): Line[] {
  const unique = [...new Map(messages.map((one) => [one.id, one])).values()].reverse();
  const arrived = new Set(unique.map((one) => one.id));
  const all: Omit<Line, "begins" | "ends">[] = [
    ...unique.map((message) => ({
      id: message.id,
      account: message.account,
      message,
      outgoing: null,
      firstNew: message.id === firstNew,
    })),
    ...outgoing
      .filter((one) => !arrived.has(one.id))
      .map((one) => ({ id: one.id, account: me, message: null, outgoing: one, firstNew: false })),
  ];
  return all.map((line, at) => ({
    ...line,
    begins: !sameRow(all[at - 1], line),
    ends: !sameRow(line, all[at + 1]),
  }));
}

type Bare = Omit<Line, "begins" | "ends">;

function sameRow(one: Bare | undefined, next: Bare | undefined): boolean {
  if (!one || !next || one.account !== next.account || next.firstNew) return false;
  return timeOf(next) - timeOf(one) < ROW_MS;
}

function timeOf({ message, outgoing }: Bare): number {
  return message?.created_at ? Date.parse(message.created_at) : (outgoing?.at ?? 0);
}

/** The oldest of so many unread messages of others; null where none is unread. */
export function firstUnread(messages: readonly Message[], unread: number, me: string): string | null {
  const others = messages.filter((one) => one.account !== me).slice(0, unread);
  return unread > 0 ? (others.at(-1)?.id ?? null) : null;
}

/** What a conversation is called. */
export function titleOf(
  { kind, title, other, member_count }: Pick<Conversation, "kind" | "title" | "other" | "member_count">,
  nameOf: (card: { name: string | null; handle: string | null }) => string,
): string {
  if (kind === "direct") return other ? nameOf(other) : "Somebody who is gone";
  return title ?? `Group of ${member_count}`;
}
