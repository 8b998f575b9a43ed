/** Device keys: all that my wallets allowed, and the one that this browser holds. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, take } from "../../../api/client";
import type { Page } from "../../../api/types";
import { usableDevice } from "../../../wallet/device/device";
import type { Address } from "../../../wallet/store";
import type { Allowed } from "./list";

export const devicesQuery = infiniteQueryOptions({
  queryKey: ["settings", "devices", "all"],
  queryFn: ({ pageParam }): Promise<Page<Allowed>> =>
    take(api.GET("/api/v1/devices", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next,
});

/** The address of this browser's key for a wallet, null where it has none that may sign. */
export const hereQuery = (author: Address) =>
  queryOptions({
    queryKey: ["settings", "devices", "here", author],
    queryFn: async () => (await usableDevice(author).catch(() => undefined))?.address ?? null,
    staleTime: 0,
  });
