/** What I want to be told of, and who may write to me. */

import { queryOptions } from "@tanstack/react-query";
import { api, takeWhole } from "../../../api/client";
import { over, type Tagged } from "./choosing";

export type Whom = "all" | "following" | "off";
export type Kinds = Record<string, Whom>;
export type Accept = "everybody" | "following";

type Whole<Data> = Promise<{ data: Data; headers: Headers }>;

async function tagged<Data, Value>(answer: Whole<Data>, of: (data: Data) => Value): Promise<Tagged<Value>> {
  const { data, headers } = await answer;
  return { value: of(data), etag: headers.get("ETag") };
}

export const notificationsQuery = queryOptions({
  queryKey: ["settings", "notifications"],
  queryFn: () => tagged(takeWhole(api.GET("/api/v1/notifications/preferences")), ({ kinds }): Kinds => kinds),
});

export const chooseNotifications = (kinds: Kinds, etag: string | null) =>
  tagged(
    takeWhole(
      api.PUT("/api/v1/notifications/preferences", { params: { header: over(etag) }, body: { kinds } }),
    ),
    (answer): Kinds => answer.kinds,
  );

export const messagesQuery = queryOptions({
  queryKey: ["settings", "messages"],
  queryFn: () => tagged(takeWhole(api.GET("/api/v1/messages/preferences")), ({ accept }) => accept as Accept),
});

export const chooseMessages = (accept: Accept, etag: string | null) =>
  tagged(
    takeWhole(api.PUT("/api/v1/messages/preferences", { params: { header: over(etag) }, body: { accept } })),
    (answer) => answer.accept as Accept,
  );
