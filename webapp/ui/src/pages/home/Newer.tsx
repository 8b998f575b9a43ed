import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowUp } from "lucide-react";
import type { FeedItem, Page } from "../../api/types";
import { feedKey, readFeed } from "../../queries/posts";
import { usePendingPosts } from "../../queries/usePending";
import css from "./home.module.css";

interface Feed {
  pages: Page<FeedItem>[];
  pageParams: unknown[];
}

/** Looks for newer posts where no event tells of them. */
const EVERY_MS = 30_000;

/** "3 new posts": what came since the list was read waits behind a button, so that nothing moves under one's eyes. */
export function Newer({ account, feed }: { account: string; feed: Feed | undefined }) {
  const queries = useQueryClient();
  const since = feed?.pages[0]?.newest;
  const { data } = useQuery({
    queryKey: ["feed-newer", account, since],
    queryFn: () => readFeed(account, since ? { since } : {}),
    enabled: since !== undefined,
    refetchInterval: EVERY_MS,
    staleTime: 0,
  });
  const known = new Set(feed?.pages[0]?.items.map((item) => item.id));
  const fresh = data?.items.filter((item) => !known.has(item.id)) ?? [];
  // One's own that is on its way is shown already; the stream may know of it before the answer is here.
  const own = new Set(usePendingPosts(account, []).map((post) => post.id));
  const others = fresh.filter((item) => !own.has(item.id)).length;
  if (!data || others === 0) return null;
  const show = () => {
    scrollTo({ top: 0 });
    // More than a page came: the list begins anew. Else they are put on top of it.
    if (data.next !== null) {
      void queries.resetQueries({ queryKey: feedKey(account) });
      return;
    }
    queries.setQueryData<Feed>(feedKey(account), (before) => {
      const first = before?.pages[0];
      if (!before || !first) return before;
      const top = { ...first, items: [...fresh, ...first.items], newest: data.newest };
      return { ...before, pages: [top, ...before.pages.slice(1)] };
    });
  };
  return (
    <div className={css.newer} role="status">
      <button type="button" onClick={show}>
        <ArrowUp size={16} aria-hidden="true" />
        {data.next !== null ? "Many new posts" : others === 1 ? "1 new post" : `${others} new posts`}
      </button>
    </div>
  );
}
