/**
 * What one publishes, edits and deletes, shown before the server has answered, and taken back visibly where it failed.
 *
 * It lies beside what was read and never in it: lists show it on top of what the server says, so nothing has to be
 * undone. It lives as long as the page. The draft stays on disk until the server has the post.
 */

import { notifyManager, type QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { Me, Post } from "../api/types";
import { type Draft, dropDraft, type Place } from "../lib/drafts";
import type { Stage } from "../wallet/signing";
import { changePost } from "./caches";
import { erase, publish, type Wish } from "./publish";
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
  stage: Stage;
}

interface Acts {
  publish: typeof publish;
  erase: typeof erase;
}

interface State {
  /** The newest first. */
  posts: readonly PendingPost[];
  /** What was published on this page, the newest first: it stays where it was shown while it was on its way. */
  fresh: readonly string[];
  /** Posts whose deletion is signed and on its way. */
  erased: readonly string[];
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

  /** Publish a draft and show it meanwhile. Raises what `publish` raises. */
  async post(queries: QueryClient, me: Me, place: Place, wish: Wish): Promise<Post> {
    const { id } = wish.edits ?? wish.draft;
    this.set({ posts: [pendingOf(id, me, place, wish), ...this.without(id)] });
    const tell = (stage: Stage) =>
      this.set({ posts: this.now.posts.map((one) => (one.id === id ? { ...one, stage } : one)) });
    try {
      const post = await this.acts.publish(me, wish, tell);
      dropDraft(me.profile.id, place);
      together(
        () => showPublished(queries, post, me.profile.id),
        () => {
          this.set({ posts: this.without(id), fresh: [id, ...this.now.fresh].slice(0, MOST_FRESH) });
          for (const listener of this.sent) listener(me.profile.id, place);
        },
      );
      return post;
    } catch (error) {
      this.set({ posts: this.without(id) });
      throw error;
    }
  }

  /** Delete a post for good; it shows as erased from its signature on. Raises what `erase` raises. */
  async erase(queries: QueryClient, me: Me, post: Post): Promise<void> {
    const { id } = post;
    const back = () => this.set({ erased: this.now.erased.filter((one) => one !== id) });
    const tell = (stage: Stage) => {
      back();
      if (stage === "sending") this.set({ erased: [...this.now.erased, id] });
    };
    try {
      await this.acts.erase(me, post, tell);
      const deleted_at = new Date().toISOString();
      together(() => changePost(queries, id, (one) => ({ ...one, text: null, media: [], deleted_at })), back);
      void queries.invalidateQueries({ queryKey: ["post", id] });
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

function pendingOf(id: string, me: Me, place: Place, { draft, replyTo, quotes, edits }: Wish): PendingPost {
  const quoted = quotes ?? (edits?.quoted ? { id: edits.quoted, content: edits.quotes } : null);
  return {
    id,
    author: me.profile,
    place,
    draft,
    parent: replyTo?.id ?? null,
    quotes: quoted && { id: quoted.id, content: quoted.content },
    edits: edits !== null,
    stage: "sending",
  };
}

export const pending = new Pending({ publish, erase });

const usePending = <Part>(read: (state: State) => Part): Part =>
  useSyncExternalStore(pending.subscribe, () => read(pending.state()));

/** One's new posts and answers that are on their way and not among those that a list shows already. */
export function usePendingPosts(
  account: string | undefined,
  shown: readonly { id: string }[],
): PendingPost[] {
  return newOnes(
    usePending(({ posts }) => posts),
    account,
    shown,
  );
}

/** The same; pure. */
export function newOnes(
  posts: readonly PendingPost[],
  account: string | undefined,
  shown: readonly { id: string }[],
): PendingPost[] {
  const known = new Set(shown.map(({ id }) => id));
  return posts.filter((one) => !one.edits && one.author.id === account && !known.has(one.id));
}

/** What is on its way from a place where one writes. */
export const usePendingAt = (account: string, place: Place): PendingPost | undefined =>
  usePending(({ posts }) => posts.find((one) => one.author.id === account && one.place === place));

/** The edit of a post that is on its way. */
export const usePendingEdit = (id: string): PendingPost | undefined =>
  usePending(({ posts }) => posts.find((one) => one.edits && one.id === id));

/** Whether a post's deletion is on its way. */
export const useErasing = (id: string): boolean => usePending(({ erased }) => erased.includes(id));

/** What was published on this page, the newest first. */
export const useFresh = (): readonly string[] => usePending(({ fresh }) => fresh);
