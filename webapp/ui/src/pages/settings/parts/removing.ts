/** Taking something out of a list: gone at once, and back, with the reason, where the server refused. */

import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { sentenceOf } from "../../../api/problem";
import { notice } from "../../../app/notices";

interface Removal<Item> {
  key: QueryKey;
  idOf: (item: Item) => string;
  remove: (item: Item) => Promise<unknown>;
  /** What is said where it worked, and before the reason where it did not. */
  done: (item: Item) => string;
  failed: string;
}

/** A list, or the pages of one, without the items that are not kept; the very same where all are. */
export function without<Data>(data: Data, keep: (item: never) => boolean): Data {
  if (typeof data !== "object" || data === null) return data;
  if ("pages" in data && Array.isArray(data.pages)) {
    const pages = data.pages.map((page) => without(page, keep));
    return pages.some((page, index) => page !== (data.pages as unknown[])[index]) ? { ...data, pages } : data;
  }
  if ("items" in data && Array.isArray(data.items)) {
    const items = data.items.filter((item) => keep(item as never));
    return items.length === data.items.length ? data : { ...data, items };
  }
  return data;
}

/** A mutation that removes an item of the list under `key`. */
export function useRemoval<Item>({ key, idOf, remove, done, failed }: Removal<Item>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: remove,
    scope: { id: `remove:${key.join("/")}` },
    meta: { quiet: true },
    onMutate: async (item: Item) => {
      await queries.cancelQueries({ queryKey: key });
      const before = queries.getQueryData(key);
      queries.setQueryData(
        key,
        without(before, (one: Item) => idOf(one) !== idOf(item)),
      );
      keepFocus();
      return before;
    },
    onError: (error, _item, before) => {
      if (before !== undefined) queries.setQueryData(key, before);
      notice({ tone: "bad", text: `${failed}: ${sentenceOf(error)}` });
    },
    onSuccess: (_answer, item) => notice({ tone: "good", text: done(item) }),
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
}

/** Whoever pressed a button that is gone with its row goes on from the page, not from the top of the document. */
export function keepFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.getElementById("main")?.focus();
  });
}
