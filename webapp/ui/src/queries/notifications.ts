/** What one was told; read up to where. */

import { infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { api, type Schemas, take } from "../api/client";
import type { Page, Post } from "../api/types";
import { UNREAD } from "../live/useLive";

const PAGE = 25;

export type Notification = Omit<Schemas["Notification"], "post" | "about"> & {
  post: Post | null;
  about: Post | null;
};
export type Kind = Notification["kind"];

export const notificationsQuery = (kinds: readonly Kind[]) =>
  infiniteQueryOptions({
    queryKey: ["notifications", kinds.join()],
    queryFn: async ({ pageParam }) => {
      const query = {
        limit: PAGE,
        ...(kinds.length > 0 ? { kinds: kinds.join() } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      };
      return (await take(
        api.GET("/api/v1/notifications", { params: { query } }),
      )) as unknown as Page<Notification>;
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  });

/** Everything up to a notification is read; the counts in navigation and title follow. */
export async function markRead(queries: QueryClient, up_to: string): Promise<void> {
  const unread = await take(api.POST("/api/v1/notifications/read", { body: { up_to } }));
  queries.setQueryData(UNREAD, unread);
}
