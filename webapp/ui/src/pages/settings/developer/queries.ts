/** One's own apps and webhooks. */

import { queryOptions } from "@tanstack/react-query";
import { api, type Schemas, take } from "../../../api/client";

export type App = Schemas["App"];
export type Webhook = Schemas["Webhook"];
export type Delivery = Schemas["Delivery"];

const LOOK_MS = 2_000;

export const appsQuery = queryOptions({
  queryKey: ["settings", "own-apps"],
  queryFn: () => take(api.GET("/api/v1/oauth/apps")),
});

export const webhooksQuery = queryOptions({
  queryKey: ["settings", "webhooks"],
  queryFn: () => take(api.GET("/api/v1/webhooks")),
});

/** What was sent to a webhook; looked at again while a message is on its way for the first time. */
export const deliveriesQuery = (webhook_id: string) =>
  queryOptions({
    queryKey: ["settings", "deliveries", webhook_id],
    queryFn: () =>
      take(api.GET("/api/v1/webhooks/{webhook_id}/deliveries", { params: { path: { webhook_id } } })),
    refetchInterval: ({ state }) => (state.data?.items.some(isWaiting) ? LOOK_MS : false),
    staleTime: 0,
  });

/** Whether a message was not tried yet. */
export const isWaiting = ({ attempts, delivered_at }: Delivery): boolean =>
  attempts === 0 && delivered_at === null;

/** What became of a message, in words. */
export function deliveryWords(one: Delivery): { text: string; good: boolean | null } {
  if (one.delivered_at !== null) return { text: `Delivered, answered ${one.status}`, good: true };
  if (one.attempts === 0) return { text: "On its way", good: null };
  const why = one.problem ?? (one.status === null ? "no answer" : `answered ${one.status}`);
  const tries = one.attempts === 1 ? "once" : `${one.attempts} times`;
  return {
    text: `Tried ${tries}: ${why}${one.next_attempt_at === null ? ". It is not tried again" : ""}`,
    good: false,
  };
}
