/** People: one, who follows whom, and what they posted. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { api, take } from "../api/client";
import type { FeedItem, Page, User } from "../api/types";

const PAGE = 25;

export type Listed = Schemas["ListedPerson"];
export type Viewer = Schemas["Viewer"];

/** A person by id, or by handle with an @ before it. */
export const personQuery = (who: string) =>
  queryOptions({
    queryKey: ["person", who.toLowerCase()],
    queryFn: (): Promise<User> =>
      who.startsWith("@")
        ? take(api.GET("/api/v1/users/by-handle/{handle}", { params: { path: { handle: who.slice(1) } } }))
        : take(api.GET("/api/v1/users/{user_id}", { params: { path: { user_id: who } } })),
  });

export const peopleQuery = (user_id: string, list: "followers" | "following") =>
  infiniteQueryOptions({
    queryKey: ["person", user_id, list],
    queryFn: async ({ pageParam }): Promise<Page<Listed>> => {
      const params = { path: { user_id }, query: { limit: PAGE, ...placeOf(pageParam) } };
      return list === "followers"
        ? take(api.GET("/api/v1/users/{user_id}/followers", { params }))
        : take(api.GET("/api/v1/users/{user_id}/following", { params }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export type PostList = "posts" | "answers" | "likes";

/** What a person posted and passed on; the same with answers; or what they like (one's own only). */
export const personPostsQuery = (user_id: string, list: PostList) =>
  infiniteQueryOptions({
    queryKey: ["person", user_id, list],
    queryFn: async ({ pageParam }): Promise<Page<FeedItem>> => {
      const place = placeOf(pageParam);
      const path = { user_id };
      const page =
        list === "likes"
          ? await take(
              api.GET("/api/v1/users/{user_id}/likes", {
                params: { path, query: { limit: PAGE, ...place } },
              }),
            )
          : await take(
              api.GET("/api/v1/users/{user_id}/posts", {
                params: {
                  path,
                  query: { limit: PAGE, replies: list === "answers", reposts: list === "posts", ...place },
                },
              }),
            );
      return page as unknown as Page<FeedItem>;
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

const placeOf = (cursor: string): { cursor?: string } => (cursor ? { cursor } : {});
