/** Posts: one, a thread, the feed; and what one does to them, shown at once and taken back visibly where it failed. */

import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import { isCode, sentenceOf } from "../api/problem";
import { asPost, type FeedItem, type Page, type Post } from "../api/types";
import { notice } from "../app/notices";
import { changePost } from "./caches";

const PAGE = 25;

export interface Thread extends Page<Post> {
  ancestors: Post[];
  post: Post;
}

export const postQuery = (post_id: string) =>
  queryOptions({
    queryKey: ["post", post_id],
    queryFn: async () =>
      asPost(await take(api.GET("/api/v1/posts/{post_id}", { params: { path: { post_id } } }))),
  });

export const threadQuery = (post_id: string) =>
  infiniteQueryOptions({
    queryKey: ["thread", post_id],
    queryFn: async ({ pageParam }) => {
      const params = { path: { post_id }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } };
      return (await take(api.GET("/api/v1/posts/{post_id}/thread", { params }))) as unknown as Thread;
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const feedKey = (account: string) => ["feed", account] as const;

export const feedQuery = (account: string) =>
  infiniteQueryOptions({
    queryKey: feedKey(account),
    queryFn: ({ pageParam }) => readFeed(account, pageParam ? { cursor: pageParam } : {}),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    // The live button brings what is newer; a list that moves under the reader's eyes is none.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });

/** A page of one's feed: older ones by `cursor`, newer ones by `since`. */
export async function readFeed(
  user_id: string,
  where: { cursor?: string; since?: string },
): Promise<Page<FeedItem>> {
  const params = { path: { user_id }, query: { limit: PAGE, ...where } };
  return (await take(api.GET("/api/v1/feed/{user_id}", { params }))) as unknown as Page<FeedItem>;
}

interface Reaction {
  counts: Post["counts"];
  viewer: NonNullable<Post["viewer"]>;
}

type Kind = "like" | "repost";
const FLAGS = { like: "liked", repost: "reposted" } as const;
const COUNTS = { like: "likes", repost: "reposts" } as const;
const WORDS = {
  like: ["Not liked", "Your like is still there"],
  repost: ["Not reposted", "Your repost is still there"],
} as const;

/** Like or repost, or take that back. Taps on one post go out one after the other. */
export function useReaction(kind: Kind, post: Post) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (on: boolean) => react(kind, post.id, on),
    scope: { id: `${kind}:${post.id}` },
    meta: { quiet: true },
    onMutate: (on) => changePost(queries, post.id, (one) => reacted(one, kind, on)),
    onError: (error, on) => {
      // Undone by its opposite, not by what was there before: meanwhile more may have changed.
      changePost(queries, post.id, (one) => reacted(one, kind, !on));
      notice({ tone: "bad", text: `${WORDS[kind][on ? 0 : 1]}: ${sentenceOf(error)}` });
    },
    onSuccess: (answer) => {
      if (answer)
        changePost(queries, post.id, (one) => ({ ...one, counts: answer.counts, viewer: answer.viewer }));
    },
  });
}

/** What a post is once one has reacted; pure. */
export function reacted(post: Post, kind: Kind, on: boolean): Post {
  const viewer = post.viewer ?? { liked: false, reposted: false, following: false, muted: false };
  if (viewer[FLAGS[kind]] === on) return post;
  const count = Math.max(0, post.counts[COUNTS[kind]] + (on ? 1 : -1));
  return {
    ...post,
    viewer: { ...viewer, [FLAGS[kind]]: on },
    counts: { ...post.counts, [COUNTS[kind]]: count },
  };
}

async function react(kind: Kind, post_id: string, on: boolean): Promise<Reaction | undefined> {
  const params = { path: { post_id } };
  if (kind === "like") {
    if (on) return (await take(api.POST("/api/v1/posts/{post_id}/like", { params }))) as Reaction;
    await take(api.DELETE("/api/v1/posts/{post_id}/like", { params }));
  } else {
    if (on) return (await take(api.POST("/api/v1/posts/{post_id}/repost", { params }))) as Reaction;
    await take(api.DELETE("/api/v1/posts/{post_id}/repost", { params }));
  }
  return undefined;
}

/** Whether a failed read means that there is nothing there for this reader. */
export const isAbsent = (error: unknown): boolean =>
  isCode(error, "post_not_found", "not_found", "user_not_found");
