/** Posts lie in many lists at once; what changes of one is changed wherever it lies. */

import type { Query, QueryClient, QueryKey } from "@tanstack/react-query";
import type { Post } from "../api/types";

/** First parts of keys under which posts lie. */
const HOLDERS = new Set(["post", "feed", "thread", "person", "tag", "search", "posts"]);
const holdsPosts = { predicate: ({ queryKey }: { queryKey: QueryKey }) => HOLDERS.has(String(queryKey[0])) };

/** Change a post everywhere; returns in how many lists it lay. */
export function changePost(queries: QueryClient, id: string, change: (post: Post) => Post): number {
  let lists = 0;
  for (const [key, data] of queries.getQueriesData(holdsPosts)) {
    const changed = mapPosts(data, id, change);
    if (changed === data) continue;
    lists += 1;
    queries.setQueryData(key, changed);
  }
  return lists;
}

/**
 * Change a post, or begin one, everywhere and for good. What is being read may be of before that, and would bring it
 * back or leave it out: such reads are stopped at once, and done anew after the change. Returns in how many lists it lay.
 */
export function replacePost(queries: QueryClient, id: string, change: (post: Post) => Post): number {
  const reading = queries.getQueryCache().findAll({ ...holdsPosts, fetchStatus: "fetching" });
  for (const query of reading.filter(({ queryKey: [kind, of] }) => kind !== "post" || of === id))
    readAnew(queries, query);
  return changePost(queries, id, change);
}

function readAnew(queries: QueryClient, { queryKey, state }: Query): void {
  // A list whose next page was being read stays where it is, and goes on as one reads.
  const goesOn = state.fetchMeta?.fetchMore !== undefined;
  const one = { queryKey, exact: true };
  void queries.cancelQueries(one).then(() => (goesOn ? undefined : queries.invalidateQueries(one)));
}

/** The same data with each version of one post changed; the very same object where it is not inside. */
export function mapPosts(data: unknown, id: string, change: (post: Post) => Post): unknown {
  if (Array.isArray(data)) return mapList(data, id, change);
  if (typeof data !== "object" || data === null) return data;
  if (isPost(data)) return data.id === id ? change(data) : data;
  let copy: Record<string, unknown> | null = null;
  for (const [name, value] of Object.entries(data)) {
    const mapped = mapPosts(value, id, change);
    if (mapped === value) continue;
    copy ??= { ...data };
    copy[name] = mapped;
  }
  return copy ?? data;
}

function mapList(list: readonly unknown[], id: string, change: (post: Post) => Post): unknown {
  const mapped = list.map((one) => mapPosts(one, id, change));
  return mapped.some((one, index) => one !== list[index]) ? mapped : list;
}

function isPost(value: object): value is Post {
  return "id" in value && "anchoring" in value && "counts" in value;
}
