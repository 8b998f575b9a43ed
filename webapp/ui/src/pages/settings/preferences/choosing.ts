/**
 * A choice that is kept by the server under an ETag: shown at once, sent over what was read, and put back, with the
 * reason, where that failed. Choices go out one after the other, so that none is refused for the one before it.
 */

import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { isCode, sentenceOf } from "../../../api/problem";
import { notice } from "../../../app/notices";

export interface Tagged<Value> {
  value: Value;
  etag: string | null;
}

/** The header that says over what one writes. */
export const over = (etag: string | null) => (etag === null ? {} : { "If-Match": etag });

interface Choosing<Value, Change> {
  key: QueryKey;
  apply: (value: Value, change: Change) => Value;
  send: (change: Change, etag: string | null) => Promise<Tagged<Value>>;
}

/** A mutation that chooses. */
export function useChoosing<Value, Change>({ key, apply, send }: Choosing<Value, Change>) {
  const queries = useQueryClient();
  const now = () => queries.getQueryData<Tagged<Value>>(key);
  return useMutation({
    mutationFn: (change: Change) => send(change, now()?.etag ?? null),
    scope: { id: key.join("/") },
    meta: { quiet: true },
    onMutate: async (change) => {
      await queries.cancelQueries({ queryKey: key });
      const before = now();
      if (before) queries.setQueryData(key, { ...before, value: apply(before.value, change) });
      return before;
    },
    onSuccess: ({ etag }, _change) => {
      // What was chosen meanwhile stays shown; it goes out over this answer.
      const shown = now();
      if (shown) queries.setQueryData(key, { ...shown, etag });
    },
    onError: (error, _change, before) => {
      if (before) queries.setQueryData(key, before);
      const why = isCode(error, "preferences_stale", "changed_meanwhile")
        ? "it was changed elsewhere meanwhile. Here is what holds now."
        : sentenceOf(error);
      notice({ tone: "bad", text: `Not changed: ${why}` });
      return queries.invalidateQueries({ queryKey: key });
    },
  });
}
