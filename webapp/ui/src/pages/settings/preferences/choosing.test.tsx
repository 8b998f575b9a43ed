import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
import { type Tagged, useChoosing } from "./choosing";

type Value = Record<string, string>;
const KEY = ["settings", "kinds"];
type Send = (change: Value, etag: string | null) => Promise<Tagged<Value>>;

function choosing(send: Send) {
  const queries = new QueryClient();
  queries.setQueryData(KEY, { value: { like: "all", mention: "all" }, etag: "one" });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  const apply = (value: Value, change: Value) => ({ ...value, ...change });
  const { result } = renderHook(() => useChoosing({ key: KEY, apply, send }), { wrapper });
  return {
    now: () => queries.getQueryData<Tagged<Value>>(KEY),
    choose: (change: Value) => act(() => result.current.mutate(change)),
  };
}

it("shows each choice at once, and sends the second over what the first one left", async () => {
  const sent: [Value, string | null][] = [];
  const { now, choose } = choosing(async (change, etag) => {
    sent.push([change, etag]);
    return { value: {}, etag: `${etag}+` };
  });
  choose({ like: "off" });
  choose({ mention: "off" });
  await vi.waitFor(() =>
    expect(sent).toEqual([
      [{ like: "off" }, "one"],
      [{ mention: "off" }, "one+"],
    ]),
  );
  await vi.waitFor(() => expect(now()).toEqual({ value: { like: "off", mention: "off" }, etag: "one++" }));
});

it("puts the choice back where the server refuses", async () => {
  const seen: unknown[] = [];
  const { now, choose } = choosing(async () => {
    seen.push(now()?.value.like);
    throw new Error("no");
  });
  choose({ like: "off" });
  await vi.waitFor(() => expect(seen).toEqual(["off"]));
  await vi.waitFor(() => expect(now()?.value.like).toBe("all"));
});
