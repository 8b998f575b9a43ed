/** Follow, block and mute: shown at once wherever the person is shown, and taken back visibly where it failed. */

import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, take } from "../api/client";
import { sentenceOf } from "../api/problem";
import { notice } from "../app/notices";
import { mapDeep } from "../lib/mapDeep";
import type { Viewer } from "./people";

export type RelationKind = "follow" | "block" | "mute";

export interface Wish {
  kind: RelationKind;
  on: boolean;
}

const FAILED: Record<RelationKind, [on: string, off: string]> = {
  follow: ["Not followed", "You still follow"],
  block: ["Not blocked", "Still blocked"],
  mute: ["Not muted", "Still muted"],
};

/** What a person is to one after a wish; pure. A block ends following both ways. */
export function related(viewer: Viewer, { kind, on }: Wish): Viewer {
  if (kind === "follow") return { ...viewer, following: on };
  if (kind === "mute") return { ...viewer, muted: on };
  return on
    ? { ...viewer, blocking: true, following: false, followed_by: false }
    : { ...viewer, blocking: false };
}

/** Change what a person is to one wherever that lies; returns what they were before, null where they lie nowhere. */
export function changeRelation(
  queries: QueryClient,
  account: string,
  change: (viewer: Viewer) => Viewer,
): Viewer | null {
  let before: Viewer | null = null;
  const noted = (viewer: Viewer) => {
    before ??= viewer;
    return change(viewer);
  };
  for (const [key, data] of queries.getQueriesData({})) {
    const changed = mapDeep(data, (value) => withRelation(value, account, noted));
    if (changed !== data) queries.setQueryData(key, changed);
  }
  return before;
}

/** A person, a card or an item of a list of people; undefined for anything else. */
function withRelation(
  value: Record<string, unknown>,
  account: string,
  change: (viewer: Viewer) => Viewer,
): Record<string, unknown> | undefined {
  if ((value.account ?? value.id) !== account || !isViewer(value.viewer)) return undefined;
  const viewer = change(value.viewer);
  const more = Number(viewer.following) - Number(value.viewer.following);
  return { ...value, viewer, ...counted(value, more) };
}

/** Followers stand in the counts of a person, and by themselves where people are found. */
function counted(value: Record<string, unknown>, more: number): Record<string, unknown> {
  if (typeof value.followers === "number") return { followers: Math.max(0, value.followers + more) };
  const counts = value.counts as { followers?: unknown } | null | undefined;
  if (typeof counts?.followers !== "number") return {};
  return { counts: { ...counts, followers: Math.max(0, counts.followers + more) } };
}

/** Not a post's own `viewer`, which says other things. */
function isViewer(value: unknown): value is Viewer {
  return typeof value === "object" && value !== null && "followed_by" in value;
}

/** Follow, block or mute somebody, or take that back. Taps on one person go out one after the other. */
export function useRelation(account: string, name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: Wish) => relate(account, wish),
    scope: { id: `relation:${account}` },
    meta: { quiet: true },
    onMutate: (wish) => changeRelation(queries, account, (viewer) => related(viewer, wish)),
    onError: (error, { kind, on }, before) => {
      // Only this person is put back: meanwhile more may have changed.
      if (before) changeRelation(queries, account, () => before);
      notice({ tone: "bad", text: `${FAILED[kind][on ? 0 : 1]}: ${sentenceOf(error)}` });
    },
    onSuccess: (answer, { kind, on }) => {
      if (answer) changeRelation(queries, account, () => answer);
      if (kind !== "follow")
        notice({ tone: "good", text: `You ${on ? kind : `no longer ${kind}`} ${name}. Nobody is told.` });
    },
    onSettled: (_answer, _error, { kind }) => {
      // What lists leave out is the server's to say.
      if (kind !== "follow")
        void queries.invalidateQueries({ predicate: ({ queryKey }) => LISTS.has(String(queryKey[0])) });
    },
  });
}

const LISTS = new Set(["feed", "search", "tag", "thread", "notifications", "conversations", "person"]);

async function relate(user_id: string, { kind, on }: Wish): Promise<Viewer | undefined> {
  const params = { path: { user_id } };
  const paths = {
    follow: "/api/v1/users/{user_id}/follow",
    block: "/api/v1/users/{user_id}/block",
    mute: "/api/v1/users/{user_id}/mute",
  } as const;
  if (on) return (await take(api.POST(paths[kind], { params }))).viewer;
  await take<unknown>(api.DELETE(paths[kind], { params }));
  return undefined;
}
