/**
 * What one publishes, edits and deletes, shown before the server has answered, and taken back visibly where it failed.
 *
 * It lies beside what was read and never in it: lists show it on top of what the server says, so nothing has to be
 * undone. It lives as long as the page. The draft stays on disk until the server has the post.
 */

import { notifyManager, type QueryClient } from "@tanstack/react-query";
import type { Me, Post } from "../api/types";
import { type Draft, dropDraft, keepDraft, type Place } from "../lib/drafts";
import { isStill } from "../session/session";
import type { Stage } from "../wallet/signing";
import { replacePost } from "./caches";
import {
  ArrivedBeforeError,
  ChangedMeanwhileError,
  erase,
  publish,
  type Wish,
  willBeSigned,
} from "./publish";
import { showPublished } from "./published";

export interface PendingPost {
  /** That of the post to be, or of the post that is edited. */
  id: string;
  author: Me["profile"];
  place: Place;
  draft: Draft;
  /** The post that is answered. */
  parent: string | null;
  quotes: { id: string; content: string | null } | null;
  edits: boolean;
  /** Whether it will be. */
  signed: boolean;
  /** Since when there is the post, RFC 3339. */
  at: string;
  stage: Stage;
}

/** A new post, whose it is and what it answers. */
export interface Fresh {
  id: string;
  account: string;
  parent: string | null;
}

interface Acts {
  publish: typeof publish;
  erase: typeof erase;
}

interface State {
  /** The newest first. */
  posts: readonly PendingPost[];
  /** What was published on this page, the newest first: it stays where it was shown while it was on its way. */
  fresh: readonly Fresh[];
  /** Posts whose deletion is signed and on its way, and whose they are. */
  erased: readonly { id: string; account: string }[];
}

type Sent = (account: string, place: Place) => void;

const MOST_FRESH = 50;

export class Pending {
  private now: State = { posts: [], fresh: [], erased: [] };
  private readonly listeners = new Set<() => void>();
  private readonly sent = new Set<Sent>();

  constructor(private readonly acts: Acts) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly state = (): State => this.now;

  /** Be told when a draft was published, in the moment in which the post takes its place. */
  onSent(listener: Sent): () => void {
    this.sent.add(listener);
    return () => this.sent.delete(listener);
  }

  /** What is on its way from a place. */
  at(account: string, place: Place): PendingPost | undefined {
    return this.now.posts.find((one) => one.author.id === account && one.place === place);
  }

  /**
   * Publish a draft and show it meanwhile. Raises what `publish` raises; where what was sent before had arrived, the
   * draft becomes that of the post's edit.
   */
  async post(queries: QueryClient, me: Me, place: Place, wish: Wish): Promise<Post> {
    const { id } = wish.edits ?? wish.draft;
    this.set({ posts: [pendingOf(id, me, place, wish), ...this.without(id)] });
    const tell = (stage: Stage) =>
      this.set({ posts: this.now.posts.map((one) => (one.id === id ? { ...one, stage } : one)) });
    try {
      const post = await this.acts.publish(me, wish, tell);
      this.arrived(queries, me.profile.id, place, post);
      return post;
    } catch (error) {
      if (error instanceof ArrivedBeforeError) {
        keepDraft(me.profile.id, `edit:${id}`, { ...wish.draft, sent: false, base: error.post.content });
        this.arrived(queries, me.profile.id, place, error.post);
      } else {
        this.set({ posts: this.without(id) });
      }
      // What is saved next replaces what the post says now.
      if (error instanceof ChangedMeanwhileError) void queries.invalidateQueries({ queryKey: ["post", id] });
      throw error;
    }
  }

  private arrived(queries: QueryClient, account: string, place: Place, post: Post): void {
    dropDraft(account, place, post.id);
    const { id, parent } = post;
    const still = isStill(queries, account);
    const fresh = still && post.version === 1 ? [{ id, account, parent }, ...this.now.fresh] : this.now.fresh;
    together(
      () => still && showPublished(queries, post, account),
      () => {
        this.set({ posts: this.without(id), fresh: fresh.slice(0, MOST_FRESH) });
        for (const listener of this.sent) listener(account, place);
      },
    );
  }

  /** Delete a post for good; it shows as erased from its signature on. Raises what `erase` raises. */
  async erase(queries: QueryClient, me: Me, post: Post): Promise<void> {
    const { id } = post;
    const account = me.profile.id;
    const back = () => this.set({ erased: this.now.erased.filter((one) => one.id !== id) });
    const tell = (stage: Stage) => {
      back();
      if (stage === "sending") this.set({ erased: [...this.now.erased, { id, account }] });
    };
    try {
      await this.acts.erase(me, post, tell);
      const deleted_at = new Date().toISOString();
      together(
        () => replacePost(queries, id, (one) => ({ ...one, text: null, media: [], deleted_at })),
        back,
      );
      for (const kind of ["post", "history"]) void queries.invalidateQueries({ queryKey: [kind, id] });
    } catch (error) {
      back();
      throw error;
    }
  }

  private without(id: string): PendingPost[] {
    return this.now.posts.filter((one) => one.id !== id);
  }

  private set(part: Partial<State>): void {
    this.now = { ...this.now, ...part };
    for (const listener of this.listeners) listener();
  }
}

/** Change lists and what is shown on top of them in one step, so that no moment has both, or neither. */
function together(lists: () => void, onTop: () => void): void {
  notifyManager.batch(() => {
    lists();
    notifyManager.schedule(onTop);
  });
}

function pendingOf(id: string, me: Me, place: Place, wish: Wish): PendingPost {
  const { draft, replyTo, quotes, edits } = wish;
  const quoted = quotes ?? (edits?.quoted ? { id: edits.quoted, content: edits.quotes } : null);
  return {
    id,
    author: me.profile,
    place,
    draft,
    parent: replyTo?.id ?? null,
    quotes: quoted && { id: quoted.id, content: quoted.content },
    edits: edits !== null,
    signed: willBeSigned(me, edits),
    at: edits?.created_at ?? new Date().toISOString(),
    stage: "sending",
  };
}

export const pending = new Pending({ publish, erase });

/** One's new posts and answers that are not among those that a list shows already; pure. */
export function newOnes(
  posts: readonly PendingPost[],
  account: string | undefined,
  shown: readonly { id: string }[],
): PendingPost[] {
  const known = new Set(shown.map(({ id }) => id));
  return posts.filter((one) => !one.edits && one.author.id === account && !known.has(one.id));
}
