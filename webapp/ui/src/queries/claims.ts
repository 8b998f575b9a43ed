/** What issuers say of people, on the chain; and one's own claims, from request to badge. */

import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { api, type Schemas, take } from "../api/client";
import { readProblem, sentenceOf } from "../api/problem";
import { send } from "../api/send";
import { notice } from "../app/notices";
import { type Badge, type Claim, claimMoves } from "../lib/claims";

const PAGE = 25;
const SOON_MS = 2_500;
const SELDOM_MS = 15_000;
const EAGER_MS = 120_000;

export type NewClaim = Schemas["NewClaim"];

export const claimsQuery = (user_id: string) =>
  queryOptions({
    queryKey: ["claims", user_id],
    queryFn: async (): Promise<Badge[]> => {
      const params = { path: { user_id } };
      return (await take(api.GET("/api/v1/users/{user_id}/claims", { params }))).items;
    },
    staleTime: 60_000,
  });

/** Whom this server believes about people, and the registry that holds what they say. */
export const issuersQuery = queryOptions({
  queryKey: ["issuers"],
  queryFn: () => take(api.GET("/api/v1/issuers")),
  staleTime: 5 * 60_000,
});

const OWN = ["own-claims"] as const;

export const ownClaimsQuery = infiniteQueryOptions({
  queryKey: [...OWN, "list"],
  queryFn: ({ pageParam }) => {
    const query = { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) };
    return take(api.GET("/api/v1/claims", { params: { query } }));
  },
  initialPageParam: "",
  getNextPageParam: (page: Schemas["ClaimPage"]) => page.next,
  refetchInterval: ({ state }) => {
    const claims = state.data?.pages.flatMap((page) => page.items) ?? [];
    return claims.some(claimMoves) ? SELDOM_MS : false;
  },
});

/** One claim of one's own, looked at again while it moves: often at first. */
export const ownClaimQuery = (claim_id: string) =>
  queryOptions({
    queryKey: [...OWN, claim_id],
    queryFn: () => take(api.GET("/api/v1/claims/{claim_id}", { params: { path: { claim_id } } })),
    refetchInterval: ({ state: { data } }) => {
      if (!data || !claimMoves(data)) return false;
      const since = Math.max(...[data.requested_at, data.checked_at].map((at) => Date.parse(at ?? "") || 0));
      return Date.now() - since < EAGER_MS ? SOON_MS : SELDOM_MS;
    },
  });

/** Ask to be vouched for; the same that stands already is returned again. */
export const useAsk = () => useClaims((body: NewClaim) => take(api.POST("/api/v1/claims", { body })));

/** Prove an address by the code that was sent there. */
export const useCode = (claim_id: string) =>
  useClaims((code: string) =>
    take(api.POST("/api/v1/claims/{claim_id}/code", { params: { path: { claim_id } }, body: { code } })),
  );

/** Look at the domain now, send another code, or owe it to the chain again. */
export const useRetry = (claim_id: string) =>
  useClaims((_: undefined) =>
    take(api.POST("/api/v1/claims/{claim_id}/retry", { params: { path: { claim_id } } })),
  );

/** Take a claim back, or decline it for good. */
export const useEnd = (claim_id: string) =>
  useClaims((how: "withdraw" | "decline") => {
    const params = { path: { claim_id } };
    return take(
      how === "withdraw"
        ? api.DELETE("/api/v1/claims/{claim_id}", { params })
        : api.POST("/api/v1/claims/{claim_id}/decline", { params }),
    );
  });

function useClaims<Wish>(act: (wish: Wish) => Promise<Claim>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    meta: { quiet: true },
    onSuccess: (claim) => {
      putClaim(queries, claim.id, () => claim);
      queries.setQueryData(ownClaimQuery(claim.id).queryKey, claim);
      void queries.invalidateQueries({ queryKey: ownClaimsQuery.queryKey });
      void queries.invalidateQueries({ queryKey: ["claims"] });
    },
  });
}

/** Choose whether everybody sees the value: at once, and taken back visibly where it failed. */
export function useShown(claim_id: string) {
  const queries = useQueryClient();
  const put = (shown: boolean) => putClaim(queries, claim_id, (claim) => ({ ...claim, shown }));
  return useMutation({
    mutationFn: (shown: boolean) => {
      const params = { path: { claim_id } };
      return take(api.PATCH("/api/v1/claims/{claim_id}", { params, body: { shown } }));
    },
    scope: { id: `shown:${claim_id}` },
    meta: { quiet: true },
    onMutate: put,
    onError: (error, shown) => {
      put(!shown);
      notice({ tone: "bad", text: `${shown ? "Not shown" : "Still shown"}: ${sentenceOf(error)}` });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["claims"] }),
  });
}

interface Pages {
  pages: Schemas["ClaimPage"][];
  pageParams: unknown[];
}

/** Change a claim wherever it lies. */
export function putClaim(queries: QueryClient, id: string, change: (claim: Claim) => Claim): void {
  queries.setQueryData<Claim>([...OWN, id], (claim) => claim && change(claim));
  queries.setQueryData<Pages>(
    ownClaimsQuery.queryKey,
    (all) =>
      all && {
        ...all,
        pages: all.pages.map((page) => ({
          ...page,
          items: page.items.map((one) => (one.id === id ? change(one) : one)),
        })),
      },
  );
}

/** A file of the API that only its owner, or a moderator, may read. Raises ProblemError. */
export async function privateFile(path: string): Promise<Blob> {
  const response = await send(new Request(new URL(path, location.origin)));
  if (!response.ok) throw await readProblem(response);
  return response.blob();
}
