/** Tokens: galleries, one token and its history; one's own mints. */

import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import { api, type Schemas, take } from "../api/client";
import { isCode } from "../api/problem";
import type { Page } from "../api/types";
import { mintMoves } from "../lib/tokens";

const PAGE = 24;
const MINTS = 50;
const SOON_MS = 2_500;
const SELDOM_MS = 10_000;

type Said<Shape, Names extends keyof Shape> = Omit<Shape, Names> & {
  [Name in Names]: NonNullable<Shape[Name]>;
};

export type Party = Schemas["Party"];
export type Asset = Said<Schemas["Asset"], "id" | "token_id" | "digest" | "minted_at" | "moved_at">;
export type Transfer = Said<Schemas["Transfer"], "at" | "transaction">;
export type NewMint = Schemas["NewMint"];
export type Prepared = Said<Schemas["Prepared"], "data" | "value">;

export interface Permission {
  domain: { name: string; version: string; chainId: number; verifyingContract: `0x${string}` };
  types: Record<string, { name: string; type: string }[]>;
  primaryType: string;
  message: { creator: string; to: string; digest: string; royalty: number; deadline: string };
}

export type Mint = Omit<Said<Schemas["Mint"], "asset" | "token_id" | "digest">, "permission"> & {
  permission: Permission | null;
};

export const galleryQuery = (user_id: string) =>
  infiniteQueryOptions({
    queryKey: ["gallery", user_id],
    queryFn: async ({ pageParam }): Promise<Page<Asset>> => {
      const query = { limit: PAGE, ...placeOf(pageParam) };
      const call = api.GET("/api/v1/users/{user_id}/assets", { params: { path: { user_id }, query } });
      return (await take(call)) as Page<Asset>;
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

/** A token, null where there is none yet; `soon`: something of it is on its way. */
export const assetQuery = (token_id: string, soon = false) =>
  queryOptions({
    queryKey: ["asset", token_id],
    queryFn: async (): Promise<Asset | null> => {
      try {
        return (await take(
          api.GET("/api/v1/assets/{token_id}", { params: { path: { token_id } } }),
        )) as Asset;
      } catch (error) {
        if (isCode(error, "asset_not_found")) return null;
        throw error;
      }
    },
    refetchInterval: ({ state: { data } }) => {
      if (soon) return SOON_MS;
      return data && data.state !== "final" ? SELDOM_MS : false;
    },
  });

/** A token's transfers, read anew whenever `moved` says that there is another one, or another state of it. */
export const historyQuery = (token_id: string, moved: string) =>
  infiniteQueryOptions({
    queryKey: ["asset-history", token_id, moved],
    placeholderData: keepPreviousData,
    queryFn: async ({ pageParam }): Promise<Page<Transfer>> => {
      const query = { limit: PAGE, ...placeOf(pageParam) };
      const call = api.GET("/api/v1/assets/{token_id}/history", { params: { path: { token_id }, query } });
      return (await take(call)) as Page<Transfer>;
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

/** One's own mints, newest first, looked at again while one of them moves; `soon`: one's wallet sent one. */
export const mintsQuery = (soon = false) =>
  queryOptions({
    queryKey: ["mints"],
    queryFn: async (): Promise<Mint[]> => {
      const page = await take(api.GET("/api/v1/mints", { params: { query: { limit: MINTS } } }));
      return page.items as unknown as Mint[];
    },
    refetchInterval: ({ state: { data } }) =>
      soon || data?.some(({ progress }) => mintMoves(progress)) ? SOON_MS : false,
  });

/** Begin a mint: metadata and files are kept; the same again is the same mint. */
export async function beginMint(body: NewMint): Promise<Mint> {
  return (await take(api.POST("/api/v1/mints", { body }))) as unknown as Mint;
}

export async function permitMint(mint_id: string, signature: string): Promise<Mint> {
  const call = api.POST("/api/v1/mints/{mint_id}/permission", {
    params: { path: { mint_id } },
    body: { signature },
  });
  return (await take(call)) as unknown as Mint;
}

export const withdrawMint = (mint_id: string): Promise<unknown> =>
  take<unknown>(api.DELETE("/api/v1/mints/{mint_id}", { params: { path: { mint_id } } }));

/** The transaction by which one's own wallet makes a token. */
export async function prepareMint(mint_id: string): Promise<Prepared> {
  return (await take(api.POST("/api/v1/mints/transaction", { body: { mints: [mint_id] } }))) as Prepared;
}

/** The transaction by which one's wallet gives a token away: to an address, or to a person's first wallet. */
export async function prepareTransfer(
  token_id: string,
  to: { to: string } | { account: string },
): Promise<Prepared> {
  const params = { path: { token_id }, query: to };
  return (await take(api.GET("/api/v1/assets/{token_id}/transfer", { params }))) as Prepared;
}

/** Put a mint where it belongs, as it is now. */
export function putMint(queries: QueryClient, mint: Mint): void {
  queries.setQueryData<Mint[]>(mintsQuery().queryKey, (all) => [
    mint,
    ...(all ?? []).filter(({ id }) => id !== mint.id),
  ]);
}

/** Whatever shows tokens is read anew. */
export async function tokensMoved(queries: QueryClient): Promise<void> {
  const shown = new Set(["gallery", "asset", "asset-history", "mints"]);
  await queries.invalidateQueries({ predicate: ({ queryKey }) => shown.has(String(queryKey[0])) });
}

const placeOf = (cursor: string): { cursor?: string } => (cursor ? { cursor } : {});
