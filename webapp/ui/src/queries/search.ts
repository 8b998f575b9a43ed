/** People, posts and hashtags by words. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import { api, take } from "../api/client";
import type { Page, Post } from "../api/types";

const PAGE = 25;

export type Found = Schemas["FoundPerson"];

export const foundPeopleQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["search", "people", q],
    queryFn: ({ pageParam, signal }): Promise<Page<Found>> =>
      take(api.GET("/api/v1/search/people", { params: { query: asked(q, pageParam) }, signal })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    enabled: q !== "",
  });

export const foundPostsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["search", "posts", q],
    queryFn: async ({ pageParam, signal }) =>
      (await take(
        api.GET("/api/v1/search/posts", { params: { query: asked(q, pageParam) }, signal }),
      )) as unknown as Page<Post>,
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    enabled: q !== "",
  });

export const foundTagsQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", "tags", q],
    queryFn: ({ signal }) =>
      take(
        api.GET("/api/v1/search/tags", {
          params: { query: { q: q.replace(/^#/, "") || "#", limit: 50 } },
          signal,
        }),
      ),
    enabled: q !== "",
  });

export const tagQuery = (tag: string) =>
  infiniteQueryOptions({
    queryKey: ["tag", tag.toLowerCase()],
    queryFn: async ({ pageParam }) => {
      const query = { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
      return (await take(
        api.GET("/api/v1/tags/{tag}/posts", { params: { path: { tag }, query } }),
      )) as unknown as Page<Post>;
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

const asked = (q: string, cursor: string) => ({ q, limit: PAGE, ...(cursor ? { cursor } : {}) });
