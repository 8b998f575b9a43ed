/** What members, and the owner alone, do with a group. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import { conversationsQuery } from "./messages";

export type GroupAct =
  | { is: "rename"; title: string | null; etag: string | null }
  | { is: "hand over"; owner: string; etag: string | null }
  | { is: "add"; account: string }
  | { is: "remove"; account: string };

/** Change a group; to leave is to remove oneself. */
export function useGroupAct(conversation: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (act: GroupAct) => change(conversation, act),
    meta: { quiet: true },
    onSettled: () => queries.invalidateQueries({ queryKey: conversationsQuery.queryKey }),
  });
}

/** Make a group; its id. */
export async function makeGroup(members: string[], title: string | null): Promise<string> {
  return (await take(api.POST("/api/v1/conversations", { body: { members, title } }))).id;
}

async function change(conversation: string, act: GroupAct): Promise<void> {
  const path = { conversation };
  switch (act.is) {
    case "add":
      await take(
        api.POST("/api/v1/conversations/{conversation}/members", {
          params: { path },
          body: { account: act.account },
        }),
      );
      return;
    case "remove":
      await take<unknown>(
        api.DELETE("/api/v1/conversations/{conversation}/members/{person}", {
          params: { path: { conversation, person: act.account } },
        }),
      );
      return;
    default: {
      const header = act.etag ? { "If-Match": act.etag } : {};
      const body = act.is === "rename" ? { title: act.title } : { owner: act.owner };
      await take(api.PATCH("/api/v1/conversations/{conversation}", { params: { path, header }, body }));
    }
  }
}
