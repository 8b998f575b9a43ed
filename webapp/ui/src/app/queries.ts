/** TanStack Query as the whole UI uses it. Tries again are the API client's (api/send.ts), so there are none here. */

import { MutationCache, type Query, QueryCache, QueryClient } from "@tanstack/react-query";
import { SessionEndedError, sentenceOf } from "../api/problem";
import { notice } from "./notices";

declare module "@tanstack/react-query" {
  interface Register {
    /** `quiet`: the caller shows the failure itself. */
    mutationMeta: { quiet?: boolean };
  }
}

/** Make the one query client of a page. */
export function newQueries(): QueryClient {
  const asVisitor = new WeakSet<Query<unknown, unknown>>();
  return new QueryClient({
    queryCache: new QueryCache({
      onError(error, query) {
        // Reading needs no session: what does not show yet is read once more without the one that ended.
        const empty = query.state.data === undefined;
        if (!(error instanceof SessionEndedError) || !empty || asVisitor.has(query)) return;
        asVisitor.add(query);
        setTimeout(() => query.fetch().catch(() => undefined));
      },
    }),
    defaultOptions: {
      queries: { retry: false, staleTime: 20_000, gcTime: 10 * 60_000, refetchOnWindowFocus: "always" },
      mutations: { retry: false, networkMode: "always" },
    },
    mutationCache: new MutationCache({
      onError(error, _variables, _context, mutation) {
        if (!mutation.meta?.quiet) notice({ tone: "bad", text: sentenceOf(error) });
      },
    }),
  });
}
