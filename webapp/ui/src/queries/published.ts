/** A post that was just published, put into every list where it belongs: none has to be read again for it. */

import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";
import type { FeedItem, Page, Post } from "../api/types";
import { changePost, replacePost } from "./caches";
import { personPostsQuery } from "./people";
import { feedKey, postQuery, type Thread, threadQuery } from "./posts";

/** Put a post, or its edit, where it belongs; what has it already keeps it once. */
export function showPublished(queries: QueryClient, post: Post, account: string): void {
  // What it answers or quotes came with the list that has it already, and counts it.
  const counted = replacePost(queries, post.id, (one) => ({ ...one, ...post })) > 0;
  queries.setQueryData(postQuery(post.id).queryKey, post);
  if (post.version > 1) {
    void queries.invalidateQueries({ queryKey: ["history", post.id] });
    return;
  }
  const lists: QueryKey[] = [feedKey(account), personPostsQuery(account, "answers").queryKey];
  if (post.parent === null) lists.push(personPostsQuery(account, "posts").queryKey);
  for (const key of lists)
    putOnTop(queries, key, { ...post, reposted_by: null, reposted_at: null } as FeedItem);
  if (post.parent === null) beginThread(queries, post);
  else answer(queries, post, post.parent);
  if (counted) return;
  if (post.parent !== null) bump(queries, post.parent, "comments");
  if (post.quoted) bump(queries, post.quoted, "quotes");
}

function putOnTop(queries: QueryClient, key: QueryKey, item: FeedItem): void {
  const list = queries.getQueryData<InfiniteData<Page<FeedItem>>>(key);
  const first = list?.pages[0];
  if (!list || !first || holds(list.pages, item.id)) return;
  const top = { ...first, items: [item, ...first.items] };
  queries.setQueryData(key, { ...list, pages: [top, ...list.pages.slice(1)] });
}

/** The thread of a new post, so that its page is there at once; it counts as old, and is read when it is opened. */
function beginThread(queries: QueryClient, post: Post): void {
  const key = threadQuery(post.id).queryKey;
  if (queries.getQueryData(key)) return;
  const page: Thread = { ancestors: [], post, items: [], next: null, newest: "" };
  queries.setQueryData(key, { pages: [page], pageParams: [""] }, { updatedAt: 0 });
}

/** Put an answer into each thread that shows what it answers. */
function answer(queries: QueryClient, post: Post, parent: string): void {
  for (const [key, thread] of queries.getQueriesData<InfiniteData<Thread>>({ queryKey: ["thread"] })) {
    const last = thread?.pages.at(-1);
    if (!thread || !last || holds(thread.pages, post.id)) continue;
    if (thread.pages[0]?.post.id !== parent && !holds(thread.pages, parent)) continue;
    const grown = { ...last, items: [...last.items, post] };
    queries.setQueryData(key, { ...thread, pages: [...thread.pages.slice(0, -1), grown] });
  }
  // What others answered meanwhile comes with the next look.
  void queries.invalidateQueries({ queryKey: ["thread"], refetchType: "none" });
}

const holds = (pages: Page<Post>[], id: string): boolean =>
  pages.some(({ items }) => items.some((one) => one.id === id));

function bump(queries: QueryClient, id: string, count: "comments" | "quotes"): void {
  changePost(queries, id, (one) => ({ ...one, counts: { ...one.counts, [count]: one.counts[count] + 1 } }));
}
