import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Anchoring, Post } from "../../api/types";
import { changePost } from "../../queries/caches";
import { postQuery } from "../../queries/posts";
import { useMe } from "../../session/session";

const SECOND = 1_000;
/** Up to which age a post is looked at again how soon: [age, wait], in milliseconds. */
const WATCHED: [number, number][] = [
  [30 * SECOND, 2.5 * SECOND],
  [300 * SECOND, 10 * SECOND],
];
const SELDOM = 30 * SECOND;

/**
 * A post's anchoring, looked at again until it is final: often for one's own new post and the one that a page is about,
 * seldom for all the others of a list.
 */
export function useAnchoring(post: Post, focal: boolean): Anchoring {
  const queries = useQueryClient();
  const watched = useMe()?.profile.id === post.account || focal;
  const settled = post.anchoring.state === "final";
  const every = lookEvery(Date.now() - Date.parse(post.anchoring.saved_at ?? ""), watched);
  const { data } = useQuery({
    ...postQuery(post.id),
    enabled: !settled,
    staleTime: every,
    initialData: post,
    refetchOnWindowFocus: !settled,
    refetchInterval: settled ? false : every,
  });
  const state = data?.anchoring.state;
  useEffect(() => {
    if (!data || state === post.anchoring.state || data.version !== post.version) return;
    changePost(queries, data.id, (one) => ({ ...one, anchoring: data.anchoring }));
  }, [data, state, post.anchoring.state, post.version, queries]);
  return post.anchoring;
}

/** How long to wait before a post of this age is looked at again; both in milliseconds. */
export function lookEvery(age: number, watched: boolean): number {
  const found = watched ? WATCHED.find(([limit]) => age < limit) : undefined;
  return found?.[1] ?? SELDOM;
}
