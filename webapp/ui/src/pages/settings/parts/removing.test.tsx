import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import { useRemoval, without } from "./removing";

interface Item {
  id: string;
}
const KEY = ["settings", "things"];
const items = (...ids: string[]) => ids.map((id) => ({ id }));
const not = (id: string) => (item: Item) => item.id !== id;

describe("without", () => {
  it("leaves an item out of a list and of the pages of one", () => {
    expect(without({ items: items("a", "b") }, not("a"))).toEqual({ items: items("b") });
    const pages = { pages: [{ items: items("a"), next: "x" }, { items: items("b") }], pageParams: ["", "x"] };
    expect(without(pages, not("b"))).toEqual({
      pages: [{ items: items("a"), next: "x" }, { items: [] }],
      pageParams: ["", "x"],
    });
  });

  it("gives the very same where all are kept, and where there is nothing", () => {
    const list = { items: items("a") };
    expect(without(list, not("z"))).toBe(list);
    expect(without(undefined, not("a"))).toBeUndefined();
  });
});

function removal(remove: (item: Item) => Promise<unknown>) {
  const queries = new QueryClient();
  queries.setQueryData(KEY, { items: items("a", "b") });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  const idOf = ({ id }: Item) => id;
  const made = { key: KEY, idOf, remove, done: () => "Gone.", failed: "Still there" };
  const { result } = renderHook(() => useRemoval<Item>(made), { wrapper });
  return { now: () => queries.getQueryData(KEY), run: () => act(() => result.current.mutate({ id: "a" })) };
}

describe("useRemoval", () => {
  it("takes the item out before the server has answered", async () => {
    const { now, run } = removal(() => new Promise(() => {}));
    run();
    await vi.waitFor(() => expect(now()).toEqual({ items: items("b") }));
  });

  it("puts it back where the server refuses", async () => {
    const seen: unknown[] = [];
    const { now, run } = removal(async () => {
      seen.push(now());
      throw new Error("no");
    });
    run();
    await vi.waitFor(() => expect(seen).toEqual([{ items: items("b") }]));
    await vi.waitFor(() => expect(now()).toEqual({ items: items("a", "b") }));
  });
});
