/** The exports that one asked for, wherever that was, and asking for one. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas, take } from "../../../api/client";
import { sentenceOf } from "../../../api/problem";

export type Export = Schemas["Export"];
const LOOK_MS = 1_500;
const SHOWN = 10;

/** Whether it is still being made. */
export const isOpen = (one: Export): boolean => one.state === "waiting" || one.state === "running";

/** The newest exports, newest first. */
export const exportsQuery = queryOptions({
  queryKey: ["settings", "exports"],
  queryFn: async (): Promise<Export[]> =>
    (await take(api.GET("/api/v1/me/exports", { params: { query: { limit: SHOWN } } }))).items,
  refetchInterval: ({ state }) => (state.data?.some(isOpen) ? LOOK_MS : false),
  staleTime: 0,
});

/** `found` is the newest, undefined where there is none; `earlier` those before it; `problem` a sentence. */
export function useExports() {
  const queries = useQueryClient();
  const query = useQuery(exportsQuery);
  const ask = useMutation({
    mutationFn: () => take(api.POST("/api/v1/me/exports")) as Promise<Export>,
    meta: { quiet: true },
    onSuccess: (made) => {
      queries.setQueryData(exportsQuery.queryKey, (before = []) => [
        made,
        ...before.filter(({ id }) => id !== made.id),
      ]);
      // What was ready until now is over.
      return queries.invalidateQueries(exportsQuery);
    },
  });
  const [found, ...earlier] = query.data ?? [];
  const error = ask.error ?? query.error;
  return { ask, found, earlier, loading: query.isPending, problem: error ? sentenceOf(error) : null };
}
