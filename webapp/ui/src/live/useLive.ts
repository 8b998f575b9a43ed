import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, take } from "../api/client";
import { titleUnread } from "../app/title";
import { useMe } from "../session/session";
import type { LiveEvent } from "./stream";

export const UNREAD = ["unread"] as const;

/** How many notifications are unread. */
export const unreadQuery = queryOptions({
  queryKey: UNREAD,
  queryFn: () => take(api.GET("/api/v1/notifications/unread")),
  staleTime: 30_000,
});

/** What the bell counts: messages are counted where they are read, and not once more here. */
export const bellCount = (unread: { unread: number; messages: number } | undefined): number =>
  unread ? unread.unread - unread.messages : 0;

/** How many messages are unread, over all conversations of the first page. */
export const unreadMessagesQuery = queryOptions({
  queryKey: ["unread", "messages"],
  queryFn: async () => {
    const { items } = await take(api.GET("/api/v1/conversations", { params: { query: { limit: 50 } } }));
    return items.reduce((sum, one) => sum + one.unread, 0);
  },
  staleTime: 30_000,
});

/** Keep what is live alive: for the shell, once. What came makes stale what it is about. */
export function useLive(): void {
  const account = useMe()?.profile.id;
  const queries = useQueryClient();
  const enabled = account !== undefined;
  const { data: unread } = useQuery({ ...unreadQuery, enabled });
  const { data: messages = 0 } = useQuery({ ...unreadMessagesQuery, enabled });
  const count = account ? bellCount(unread) + messages : 0;
  useEffect(() => titleUnread(count), [count]);
  useEffect(() => {
    if (account === undefined) return;
    const end = new AbortController();
    const tell = (event: LiveEvent) => {
      for (const queryKey of staleBy(event, account)) void queries.invalidateQueries({ queryKey });
      if (event.name === "unread")
        queries.setQueryData(UNREAD, (before: object | undefined) => ({ ...before, ...event.data }));
    };
    // The reader of streams comes when the page itself is there.
    void import("./stream").then(({ listen }) => end.signal.aborted || listen(account, tell, end.signal));
    return () => end.abort();
  }, [account, queries]);
}

/** Which lists an event makes stale. */
export function staleBy({ name, data }: LiveEvent, account: string): string[][] {
  const feed = [["feed-newer", account]];
  const messages = [["conversations"], ["messages"], ["unread", "messages"]];
  if (name === "gap") return [...feed, ["notifications"], ...messages];
  if (name === "feed") return feed;
  if (name !== "notification") return [];
  return data.kind === "message" ? [["notifications"], ...messages] : [["notifications"]];
}
