import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { api, take } from "../../api/client";
import { ProblemError } from "../../api/problem";

export type Batch = Schemas["BatchItem"];
export type LogEntry = Schemas["Entry"];

/** So many of the newest batches are shown at first, and so many more at each press. */
export const PAGE = 50;
const LIVE_MS = 4_000;
const ENTRIES = 100;

/** The newest batches, asked for again and again while the page is looked at. */
export const newestQuery = queryOptions({
  queryKey: ["log", "batches", "newest"],
  queryFn: readNewest,
  refetchInterval: LIVE_MS,
  staleTime: LIVE_MS,
});

let lastSeen = 0;

/** The last PAGE batches, ascending. The API counts from the oldest, so the end is looked for once and then followed. */
async function readNewest(): Promise<Batch[]> {
  if (lastSeen === 0) lastSeen = await findEnd();
  const items = await readAll(Math.max(0, lastSeen - PAGE + 1));
  lastSeen = items.at(-1)?.sequence ?? 0;
  return items.slice(-PAGE);
}

async function readAll(first: number): Promise<Batch[]> {
  const items: Batch[] = [];
  for (let next: number | null = first; next !== null; ) {
    const page: Schemas["BatchPage"] = await readPage(next, 1_000);
    items.push(...page.items);
    next = page.next;
  }
  return items;
}

/** The last sequence by doubling and halving: of a million batches it takes forty small questions. */
async function findEnd(): Promise<number> {
  if (!(await isThere(PAGE))) return 0;
  let low = PAGE;
  let high = low * 2;
  while (await isThere(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await isThere(middle)) low = middle;
    else high = middle;
  }
  return low;
}

async function isThere(sequence: number): Promise<boolean> {
  try {
    await take(api.GET("/api/v1/log/batches/{sequence}", { params: { path: { sequence } } }));
    return true;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return false;
    throw error;
  }
}

/** Batches before those that are shown, PAGE at a time, each page ascending. */
export function olderQuery(before: number) {
  return infiniteQueryOptions({
    queryKey: ["log", "batches", "before", before],
    initialPageParam: before,
    queryFn: async ({ pageParam }) => {
      const first = Math.max(0, pageParam - PAGE);
      const { items } = await readPage(first, Math.max(1, pageParam - first));
      return items.filter(({ sequence }) => sequence < pageParam);
    },
    getNextPageParam: (page) => (page[0] && page[0].sequence > 0 ? page[0].sequence : null),
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The entries of a batch, ENTRIES at most. */
export function entriesQuery(batch: Batch) {
  return queryOptions({
    queryKey: ["log", "entries", batch.first, batch.count],
    queryFn: async () => {
      const query = { first: batch.first, limit: Math.min(batch.count, ENTRIES) };
      return (await take(api.GET("/api/v1/log/entries", { params: { query } }))).items;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const readPage = (first: number, limit: number) =>
  take(api.GET("/api/v1/log/batches", { params: { query: { first, limit } } }));
