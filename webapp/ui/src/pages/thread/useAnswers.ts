import { useQueries } from "@tanstack/react-query";
import type { Post } from "../../api/types";
import type { Fresh, PendingPost } from "../../queries/pending";
import { postQuery, type Thread } from "../../queries/posts";
import { useFresh, usePendingPosts } from "../../queries/usePending";
import { useMe } from "../../session/session";
import { branchesOf } from "./branches";

/** What answers a post, with one's own answers: those on their way, and new ones that stand on a page not read yet. */
export function useAnswers(id: string, pages: Thread[] = []) {
  const me = useMe();
  const items = pages.flatMap((page) => page.items);
  const fresh = useFresh(me?.profile.id);
  const beyond = beyondPages([id, ...items.map((item) => item.id)], fresh);
  const own = useQueries({ queries: beyond.map(postQuery) }).flatMap(({ data }) => data ?? []);
  const shown = [...own, ...items];
  const known = new Set([id, ...shown.map((one) => one.id)]);
  const coming = usePendingPosts(me?.profile.id, shown).filter(({ parent }) => known.has(parent ?? ""));
  return branchesOf<Post | PendingPost>(
    id,
    [...shown, ...coming],
    [...coming, ...fresh].map((one) => one.id),
  );
}

/** Which new ones belong to a thread and are not on its pages; `fresh` is the newest first. */
export function beyondPages(
  shown: readonly string[],
  fresh: readonly Pick<Fresh, "id" | "parent">[],
): string[] {
  const known = new Set(shown);
  const found: string[] = [];
  for (const { id, parent } of [...fresh].reverse()) {
    if (parent === null || !known.has(parent) || known.has(id)) continue;
    known.add(id);
    found.push(id);
  }
  return found;
}
