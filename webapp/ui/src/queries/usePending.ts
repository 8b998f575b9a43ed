/** What is on its way, as pages show it. */

import { useSyncExternalStore } from "react";
import type { Place } from "../lib/drafts";
import { type Fresh, newOnes, type PendingPost, pending } from "./pending";

const usePending = <Part>(read: (state: ReturnType<typeof pending.state>) => Part): Part =>
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

/** What is on its way from a place where one writes. */
export const usePendingAt = (account: string, place: Place): PendingPost | undefined =>
  usePending(() => pending.at(account, place));

/** The edit of one's own post that is on its way. */
export const usePendingEdit = (account: string | undefined, id: string): PendingPost | undefined =>
  usePending(({ posts }) => posts.find((one) => one.edits && one.id === id && one.author.id === account));

/** Whether the deletion of one's own post is on its way. */
export const useErasing = (account: string | undefined, id: string): boolean =>
  usePending(({ erased }) => erased.some((one) => one.id === id && one.account === account));

/** What somebody published on this page, the newest first. */
export const useFresh = (account: string | undefined): readonly Fresh[] =>
  usePending(({ fresh }) => fresh).filter((one) => one.account === account);
