/** Reports, decisions and appeals, for moderators; and for whom they are about. */

import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Schemas, take } from "../api/client";
import { isCode } from "../api/problem";

const PAGE = 20;

export type Reported = Schemas["ReportedItem"];
export type AppealItem = Schemas["AppealItem"];
export type Action = Schemas["Action"];
export type OwnAction = Schemas["OwnAction"];
export type Act = Schemas["NewAction"]["act"];
export type Order = Schemas["NewAction"];
export type SubjectType = Order["type"];
export type ReviewedClaim = Schemas["ReviewedClaim"];
export type ClaimDecision = Schemas["ClaimDecision"];
export type QueueState = "open" | "closed";

interface ReportsAsked {
  state?: QueueState;
  type?: SubjectType;
  account?: string;
  reason?:
    | "spam"
    | "harassment"
    | "hate"
    | "violence"
    | "sexual"
    | "illegal"
    | "impersonation"
    | "self_harm"
    | "misleading"
    | "other";
}

export const reportsQuery = (asked: ReportsAsked) =>
  infiniteQueryOptions({
    queryKey: ["moderation", "reports", asked],
    queryFn: ({ pageParam }) => {
      const query = { limit: PAGE, ...asked, ...placeOf(pageParam) };
      return take(api.GET("/api/v1/moderation/reports", { params: { query } }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const appealsQuery = (state: QueueState) =>
  infiniteQueryOptions({
    queryKey: ["moderation", "appeals", state],
    queryFn: ({ pageParam }) => {
      const query = { limit: PAGE, state, ...placeOf(pageParam) };
      return take(api.GET("/api/v1/moderation/appeals", { params: { query } }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

/** Claims about who people are that wait for a review, oldest first. */
export const claimReviewsQuery = infiniteQueryOptions({
  queryKey: ["moderation", "claims", "waiting"],
  queryFn: ({ pageParam }) => {
    const query = { limit: PAGE, ...placeOf(pageParam) };
    return take(api.GET("/api/v1/moderation/claims", { params: { query } }));
  },
  initialPageParam: "",
  getNextPageParam: (page: Schemas["ClaimReviewPage"]) => page.next,
});

/** One of them, with the words of its evidence. */
export const claimReviewQuery = (claim_id: string) =>
  queryOptions({
    queryKey: ["moderation", "claims", claim_id],
    queryFn: () => take(api.GET("/api/v1/moderation/claims/{claim_id}", { params: { path: { claim_id } } })),
  });

/** Rows of the trail from a position on. */
export const auditQuery = (first: number) =>
  infiniteQueryOptions({
    queryKey: ["moderation", "audit", first],
    queryFn: ({ pageParam }) =>
      take(api.GET("/api/v1/moderation/audit", { params: { query: { first: pageParam, limit: 50 } } })),
    initialPageParam: first,
    getNextPageParam: (page) => page.next,
  });

/** One reported message, for the moderator who said that they read it; null before that. */
export const openedQuery = (message: string) =>
  queryOptions({
    queryKey: ["moderation", "message", message],
    queryFn: async () => {
      try {
        return await take(
          api.GET("/api/v1/moderation/messages/{message}", { params: { path: { message } } }),
        );
      } catch (error) {
        if (isCode(error, "reading_not_recorded")) return null;
        throw error;
      }
    },
  });

/** What moderators did to me, newest first. */
export const mineQuery = infiniteQueryOptions({
  queryKey: ["moderation", "mine"],
  queryFn: ({ pageParam }) =>
    take(api.GET("/api/v1/me/moderation", { params: { query: { limit: PAGE, ...placeOf(pageParam) } } })),
  initialPageParam: "",
  getNextPageParam: (page: Schemas["OwnActionPage"]) => page.next,
});

/** Do what a moderator decides. */
export function useDecision() {
  return useModeration((body: Order) => take(api.POST("/api/v1/moderation/actions", { body })));
}

/** Grant or refuse an appeal. */
export function useAppealDecision(appeal_id: string) {
  return useModeration((body: { decision: "grant" | "refuse"; reason: string }) =>
    take(
      api.POST("/api/v1/moderation/appeals/{appeal_id}/decision", { params: { path: { appeal_id } }, body }),
    ),
  );
}

/** Vouch for a person, refuse to, or take that back. */
export function useClaimDecision(claim_id: string) {
  return useModeration((body: ClaimDecision) =>
    take(api.POST("/api/v1/moderation/claims/{claim_id}/decision", { params: { path: { claim_id } }, body })),
  );
}

/** Appeal against something that was done to me. */
export function useAppeal() {
  return useModeration((body: { action: string; text: string }) =>
    take(api.POST("/api/v1/appeals", { body })),
  );
}

function useModeration<Body, Answer>(act: (body: Body) => Promise<Answer>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    meta: { quiet: true },
    onSettled: () => queries.invalidateQueries({ queryKey: ["moderation"] }),
  });
}

const placeOf = (cursor: string): { cursor?: string } => (cursor ? { cursor } : {});
