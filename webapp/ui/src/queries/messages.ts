/** Conversations and what is said in them. Sending is of outbox.ts. */

import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api, type Schemas, take, takeWhole } from "../api/client";
import type { Page } from "../api/types";
import { changedText, withNewer } from "../lib/messages";

const PAGE = 25;
const TALK = 40;

export type Message = Schemas["Message"];
export type Conversation = Schemas["Conversation"];
export type Seen = Schemas["SeenCard"];
export type Talk = InfiniteData<Page<Message>, string>;

export const conversationsQuery = infiniteQueryOptions({
  queryKey: ["conversations"],
  queryFn: ({ pageParam }): Promise<Page<Conversation>> =>
    take(api.GET("/api/v1/conversations", { params: { query: { limit: PAGE, ...placeOf(pageParam) } } })),
  initialPageParam: "",
  getNextPageParam: (page: Page<Conversation>) => page.next,
});

/** A conversation with its members, and the ETag for changing it. */
export const conversationQuery = (conversation: string) =>
  queryOptions({
    queryKey: ["conversations", conversation],
    queryFn: async () => {
      const { data, headers } = await takeWhole(
        api.GET("/api/v1/conversations/{conversation}", { params: { path: { conversation } } }),
      );
      return { ...data, etag: headers.get("ETag") };
    },
  });

/** Its messages, newest first. What is newer is put on top of it by `takeNewer`; it is never read anew as a whole. */
export const talkQuery = (conversation: string) =>
  infiniteQueryOptions({
    queryKey: ["talk", conversation],
    queryFn: ({ pageParam }): Promise<Page<Message>> => readTalk(conversation, placeOf(pageParam)),
    initialPageParam: "",
    getNextPageParam: (page: Page<Message>) => page.next,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });

/** What is newer than the newest known; live events make it stale. */
export const newerQuery = (conversation: string, since: string | undefined) =>
  queryOptions({
    queryKey: ["messages", conversation, since],
    queryFn: () => readTalk(conversation, since ? { since } : {}),
    enabled: since !== undefined,
    refetchInterval: 30_000,
    staleTime: 0,
    gcTime: 0,
  });

function readTalk(conversation: string, place: { cursor?: string; since?: string }): Promise<Page<Message>> {
  const params = { path: { conversation }, query: { limit: TALK, ...place } };
  return take(api.GET("/api/v1/messages/{conversation}", { params }));
}

/** Put newer messages on top of those known; where more came than a page holds, begin anew. */
export function takeNewer(queries: QueryClient, conversation: string, newer: Page<Message>): void {
  const { queryKey } = talkQuery(conversation);
  if (newer.next !== null) void queries.resetQueries({ queryKey });
  else queries.setQueryData<Talk>(queryKey, (talk) => talk && withNewer(talk, newer));
}

/** A message that was sent takes its place at once. */
export function takeSent(queries: QueryClient, message: Message): void {
  queries.setQueryData<Talk>(
    talkQuery(message.conversation).queryKey,
    (talk) => talk && withNewer(talk, { items: [message] }),
  );
  void queries.invalidateQueries({ queryKey: conversationsQuery.queryKey });
}

/** Everything up to a message is read. */
export async function markTalkRead(queries: QueryClient, conversation: string, up_to: string): Promise<void> {
  const params = { path: { conversation } };
  await take(api.POST("/api/v1/messages/{conversation}/read", { params, body: { up_to } }));
  await Promise.all([
    queries.invalidateQueries({ queryKey: conversationsQuery.queryKey }),
    queries.invalidateQueries({ queryKey: ["unread"] }),
  ]);
}

/** Erase one's own message for everybody; the text goes at once, and comes back where that failed. */
export function useEraseMessage(conversation: string) {
  const queries = useQueryClient();
  const { queryKey } = talkQuery(conversation);
  return useMutation({
    mutationFn: (message: Message) =>
      take<unknown>(
        api.DELETE("/api/v1/messages/{conversation}/{message}", {
          params: { path: { conversation, message: message.id } },
        }),
      ),
    onMutate: (message) => {
      const gone = { ...message, text: null, deleted_at: new Date().toISOString() };
      queries.setQueryData<Talk>(queryKey, (talk) => talk && changedText(talk, gone));
    },
    onError: (_error, message) => {
      queries.setQueryData<Talk>(queryKey, (talk) => talk && changedText(talk, message));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: conversationsQuery.queryKey }),
  });
}

const placeOf = (cursor: string): { cursor?: string } => (cursor ? { cursor } : {});
