/**
 * Messages on their way: shown at once, sent one after the other in each conversation, kept while they fail.
 *
 * They live as long as the page, so that neither another page nor an ended session loses them, and never in the
 * browser's storage: they are private. The id is ours, so a message that is sent twice is one.
 */

import { useSyncExternalStore } from "react";
import { api, take } from "../api/client";
import { sentenceOf } from "../api/problem";
import { uuid7 } from "../lib/uuid7";
import type { Message } from "./messages";

export interface Outgoing {
  id: string;
  account: string;
  conversation: string;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
  state: "waiting" | "sending" | "failed";
  problem: string | null;
}

type Send = (message: Outgoing) => Promise<Message>;
type Arrived = (message: Message) => void;

export class Outbox {
  private all: readonly Outgoing[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly busy = new Set<string>();

  constructor(private readonly send: Send) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly list = (): readonly Outgoing[] => this.all;

  /** Add a message and send it as soon as those before it are through. */
  add(account: string, conversation: string, text: string, arrived: Arrived): void {
    const one: Outgoing = {
      id: uuid7(),
      account,
      conversation,
      text,
      at: Date.now(),
      state: "waiting",
      problem: null,
    };
    this.set([...this.all, one]);
    void this.run(account, conversation, arrived);
  }

  /** Send one that failed again, and those that waited behind it. */
  again(id: string, arrived: Arrived): void {
    const one = this.all.find((other) => other.id === id);
    if (!one) return;
    this.change(id, { state: "waiting", problem: null });
    void this.run(one.account, one.conversation, arrived);
  }

  /** Give one up; those behind it go on. */
  discard(id: string, arrived: Arrived): void {
    const one = this.all.find((other) => other.id === id);
    if (!one || one.state === "sending") return;
    this.set(this.all.filter((other) => other.id !== id));
    void this.run(one.account, one.conversation, arrived);
  }

  private async run(account: string, conversation: string, arrived: Arrived): Promise<void> {
    const place = `${account}.${conversation}`;
    if (this.busy.has(place)) return;
    this.busy.add(place);
    try {
      for (;;) {
        const next = this.all.find((one) => one.account === account && one.conversation === conversation);
        // One that failed holds up those behind it: what is said keeps its order.
        if (next?.state !== "waiting") return;
        await this.one(next, arrived);
      }
    } finally {
      this.busy.delete(place);
    }
  }

  private async one(message: Outgoing, arrived: Arrived): Promise<void> {
    this.change(message.id, { state: "sending" });
    try {
      const sent = await this.send(message);
      this.set(this.all.filter((other) => other.id !== message.id));
      arrived(sent);
    } catch (error) {
      this.change(message.id, { state: "failed", problem: sentenceOf(error) });
    }
  }

  private change(id: string, change: Partial<Outgoing>): void {
    this.set(this.all.map((one) => (one.id === id ? { ...one, ...change } : one)));
  }

  private set(next: readonly Outgoing[]): void {
    this.all = next;
    for (const listener of this.listeners) listener();
  }
}

export const outbox = new Outbox(({ conversation, text, id }) =>
  take(api.POST("/api/v1/messages", { body: { conversation, text, id } })),
);

/** What one still has on its way in a conversation. */
export function useOutgoing(account: string, conversation: string): Outgoing[] {
  const all = useSyncExternalStore(outbox.subscribe, outbox.list);
  return all.filter((one) => one.account === account && one.conversation === conversation);
}

/** Write the first message to a person; the message says in which conversation it is. */
export function writeTo(to: string, text: string, id: string): Promise<Message> {
  return take(api.POST("/api/v1/messages", { body: { to, text, id } }));
}
